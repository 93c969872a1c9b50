//! The README's commands, as a shell runs them.

use std::process::Command;

use crate::harness::Harness;
use recall_simulator::{Operation, Options};

const README: &str = include_str!("../../README.md");

/// Shell commands of the README, without the first block, which starts the simulator.
fn commands() -> String {
    let blocks = README.split("```sh\n").skip(2);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[tokio::test]
async fn the_commands_of_the_readme_create_a_meeting_schedule_its_bot_and_inject_a_fault() {
    let harness = Harness::start(Options {
        api_key: String::from("some-key"),
        ..Options::default()
    })
    .await;
    let script = commands().replace("http://127.0.0.1:4010", &harness.simulator.base_url());
    let shell = tokio::task::spawn_blocking(move || {
        Command::new("sh").args(["-eu", "-c", &script]).output()
    });
    let output = shell.await.unwrap().expect("a shell");
    assert!(output.status.success(), "{output:?}");

    let control = harness.simulator.control();
    let events = control.events().await.unwrap();
    assert_eq!(events.len(), 1, "{output:?}");
    assert_eq!(events[0].title, "Quarterly review");
    assert_eq!(events[0].bots.len(), 1, "{output:?}");
    let faults = control.faults().await.unwrap();
    assert_eq!(faults[0].fault.operation, Some(Operation::ScheduleBot));
    harness.assert_no_violations().await;
}
