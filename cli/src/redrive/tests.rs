//! What is sent back, what stays, and that nothing is lost.

use callsheet_domain::{CalendarId, SyncRequest};
use callsheet_testkit::{Faults, Flaky, MemoryDeadLetters, MemoryQueue, When, at};
use test_case::test_case;

use super::*;
use crate::render::Render as _;

const ALL: RedriveArguments = RedriveArguments {
    dry_run: false,
    most: 1_000,
    drop_unreadable: false,
};

fn look(calendar: &str) -> SyncJob {
    SyncJob::Request(SyncRequest {
        calendar_id: CalendarId::parse(calendar).expect("an id"),
        reason: SyncReason::FullSync,
        sent_at: at("08:00"),
    })
}

/// Two errands and, between them, a text that is none.
fn letters() -> MemoryDeadLetters {
    let letters = MemoryDeadLetters::new();
    letters.put(Some(look("calendar-sales")), at("08:00"));
    letters.put(None, at("09:29:30"));
    letters.put(Some(SyncJob::Resync), at("07:00"));
    letters
}

async fn run(
    letters: &MemoryDeadLetters,
    arguments: &RedriveArguments,
) -> (Redriven, Vec<SyncJob>) {
    let queue = MemoryQueue::new();
    let redriven = redrive((letters, &queue), arguments, at("09:30")).await;
    (redriven.expect("memory"), queue.sent())
}

#[tokio::test]
async fn what_is_ours_is_sent_back_and_the_rest_stays() {
    let letters = letters();
    let (redriven, sent) = run(&letters, &ALL).await;
    assert_eq!(sent, [look("calendar-sales"), SyncJob::Resync]);
    assert_eq!(letters.lying(), ["letter-2"]);
    assert_eq!(
        redriven.text(),
        "\
message   errand           calendar        sent      now
───────────────────────────────────────────────────────────────
letter-3  sweep                            2 h ago   sent back
letter-1  look at all      calendar-sales  1 h ago   sent back
letter-2  not one of ours                  just now  stays

3 messages: 2 sent back, 1 stays. What is not one of ours would only come back: --drop-unreadable \
         deletes it.

Why each was given up on is in sync's log, in the line `becomes a dead letter` with its id."
    );
}

#[tokio::test]
async fn a_dry_run_leaves_everything_there() {
    let letters = letters();
    let arguments = RedriveArguments {
        dry_run: true,
        ..ALL
    };
    let (redriven, sent) = run(&letters, &arguments).await;
    assert_eq!(sent, []);
    assert_eq!(letters.lying().len(), 3);
    assert!(
        redriven
            .text()
            .contains("3 messages: 2 would be sent back, 1 stays.")
    );
    let json = serde_json::to_value(&redriven).expect("JSON");
    assert_eq!(json["letters"][1]["job"], "full_sync");
    assert_eq!(json["letters"][1]["outcome"], "would_be_sent_back");
    assert_eq!(json["letters"][1]["calendar"], "calendar-sales");
    assert_eq!(json["more"], serde_json::Value::Null);
}

#[tokio::test]
async fn what_is_not_ours_is_deleted_if_asked_for() {
    let letters = letters();
    let arguments = RedriveArguments {
        drop_unreadable: true,
        ..ALL
    };
    let (redriven, sent) = run(&letters, &arguments).await;
    assert_eq!((sent.len(), letters.lying().len()), (2, 0));
    assert!(redriven.text().contains("2 sent back, 1 deleted."));
}

#[tokio::test]
async fn no_more_are_taken_than_are_asked_for() {
    let letters = MemoryDeadLetters::new();
    for _ in 0..25 {
        letters.put(Some(SyncJob::Resync), at("08:00"));
    }
    let arguments = RedriveArguments { most: 12, ..ALL };
    let (redriven, sent) = run(&letters, &arguments).await;
    assert_eq!((sent.len(), redriven.more), (12, Some(13)));
    assert!(redriven.text().ends_with("with its id."));
    assert!(redriven.text().contains("About 13 lie there now."));
}

#[tokio::test]
async fn what_was_done_is_told_though_the_rest_cannot_be_counted() {
    let (letters, queue) = (letters(), MemoryQueue::new());
    let arguments = RedriveArguments { most: 1, ..ALL };
    let faults = Faults::once(2, When::Before);
    let flaky = Flaky::new(letters, &faults);
    let redriven = redrive((&flaky, &queue), &arguments, at("09:30")).await;
    let redriven = redriven.expect("it was sent");
    assert_eq!((queue.sent().len(), redriven.is_all), (1, false));
    assert!(
        redriven
            .text()
            .contains("More may lie there: run it again.")
    );
}

#[tokio::test]
async fn how_far_it_came_is_told_when_it_breaks_off() {
    let (letters, queue) = (letters(), MemoryQueue::new());
    let faults = Faults::once(2, When::Before);
    let flaky = Flaky::new(queue.clone(), &faults);
    for _ in 0..2 {
        letters.put(Some(SyncJob::Resync), at("08:00"));
    }
    let trouble = redrive((&letters, &flaky), &ALL, at("09:30")).await;
    let told = trouble.expect_err("the third is not taken").report();
    assert!(
        told.contains("2 messages were sent back before that"),
        "{told}"
    );
    assert_eq!((queue.sent().len(), letters.lying().len()), (2, 3));
}

#[tokio::test]
async fn that_there_is_none_is_said() {
    let (redriven, _) = run(&MemoryDeadLetters::new(), &ALL).await;
    assert_eq!(redriven.text(), "No message was given up on.");
}

#[tokio::test]
async fn many_are_shown_to_programs_alone() {
    let letters = MemoryDeadLetters::new();
    for _ in 0..60 {
        letters.put(Some(SyncJob::Resync), at("08:00"));
    }
    let (redriven, _) = run(&letters, &ALL).await;
    assert_eq!(redriven.letters.len(), 60);
    assert!(
        redriven.text().contains("… and 10 more"),
        "{}",
        redriven.text()
    );
}

/// Whatever step fails, each errand is on the queue or lies there still.
#[test_case(When::Before; "before the effect")]
#[test_case(When::After; "after the effect")]
#[tokio::test]
async fn whatever_fails_nothing_is_lost(when: When) {
    for step in 0.. {
        let (letters, queue) = (letters(), MemoryQueue::new());
        let faults = Faults::once(step, when);
        let (flaky_letters, flaky_queue) = (
            Flaky::new(letters.clone(), &faults),
            Flaky::new(queue.clone(), &faults),
        );
        let ended = redrive((&flaky_letters, &flaky_queue), &ALL, at("09:30")).await;
        // What is in hand when a step fails is there again by itself in a while.
        let (lying, held) = (letters.lying(), letters.held());
        let is_somewhere = |id: &str, job: &SyncJob| {
            let id = id.to_owned();
            lying.contains(&id) || held.contains(&id) || queue.sent().contains(job)
        };
        assert!(is_somewhere("letter-1", &look("calendar-sales")), "{step}");
        assert!(is_somewhere("letter-3", &SyncJob::Resync), "{step}");
        assert!(lying.contains(&"letter-2".to_owned()) || held.contains(&"letter-2".to_owned()));
        if let Err(trouble) = ended {
            assert_eq!(trouble.exit_code(), 2);
        }
        if step >= faults.calls() {
            assert!(step > 6, "there are several steps");
            return;
        }
    }
}
