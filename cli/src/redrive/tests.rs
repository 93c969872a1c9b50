//! Which dead letters are sent back, and that none is lost.

use callsheet_domain::SyncJob;
use callsheet_testkit::{
    Faults, Intercepted, MemoryDeadLetters, MemoryQueue, When, a_full_sync_of, at,
};

use super::*;
use crate::render::Render as _;

const ALL: RedriveArguments = RedriveArguments {
    dry_run: false,
    most: 1_000,
    drop_unreadable: false,
};

async fn run(
    dead_letters: &MemoryDeadLetters,
    arguments: &RedriveArguments,
) -> (Redriven, Vec<SyncJob>) {
    let queue = MemoryQueue::new();
    let redriven = redrive((dead_letters, &queue), arguments, at("09:30")).await;
    (redriven.expect("memory"), queue.sent())
}

#[tokio::test]
async fn readable_messages_are_sent_back_and_unreadable_ones_stay() {
    let dead_letters = MemoryDeadLetters::three();
    let (redriven, sent) = run(&dead_letters, &ALL).await;
    assert_eq!(sent, [a_full_sync_of("calendar-sales"), SyncJob::Resync]);
    assert_eq!(dead_letters.visible(), ["letter-2"]);
    assert_eq!(
        redriven.text(),
        "\
message   job         calendar        sent      outcome
─────────────────────────────────────────────────────────
letter-3  resync                      2 h ago   sent back
letter-1  full sync   calendar-sales  1 h ago   sent back
letter-2  unreadable                  just now  stays

3 messages: 2 sent back, 1 stays. Unreadable messages would only become dead letters again. \
         --drop-unreadable deletes them, also those that a later version wrote.

Why each failed is in sync's log, in the line `becomes a dead letter` with its id."
    );
}

#[tokio::test]
async fn a_dry_run_sends_and_deletes_nothing() {
    let dead_letters = MemoryDeadLetters::three();
    let arguments = RedriveArguments {
        dry_run: true,
        ..ALL
    };
    let (redriven, sent) = run(&dead_letters, &arguments).await;
    assert_eq!(sent, []);
    assert_eq!(dead_letters.visible().len(), 3);
    assert!(
        redriven
            .text()
            .contains("3 messages: 2 would be sent back, 1 stays.")
    );
    let json = serde_json::to_value(&redriven).expect("JSON");
    assert_eq!(json["messages"][1]["kind"], "full_sync");
    assert_eq!(json["messages"][1]["outcome"], "would_be_sent_back");
    assert_eq!(json["messages"][1]["calendar"], "calendar-sales");
    assert_eq!(json["more"], serde_json::Value::Null);
}

#[tokio::test]
async fn unreadable_messages_are_deleted_on_request() {
    let dead_letters = MemoryDeadLetters::three();
    let arguments = RedriveArguments {
        drop_unreadable: true,
        ..ALL
    };
    let (redriven, sent) = run(&dead_letters, &arguments).await;
    assert_eq!((sent.len(), dead_letters.visible().len()), (2, 0));
    assert!(redriven.text().contains("2 sent back, 1 deleted."));
}

#[tokio::test]
async fn at_most_the_given_number_of_messages_is_sent_back() {
    let dead_letters = MemoryDeadLetters::new();
    for _ in 0..25 {
        dead_letters.put(Some(SyncJob::Resync), at("08:00"));
    }
    let arguments = RedriveArguments { most: 12, ..ALL };
    let (redriven, sent) = run(&dead_letters, &arguments).await;
    assert_eq!((sent.len(), redriven.more), (12, Some(13)));
    assert!(redriven.text().ends_with("with its id."));
    assert!(redriven.text().contains("About 13 more are in the queue"));
}

#[tokio::test]
async fn outcomes_are_shown_even_if_the_rest_cannot_be_counted() {
    let (dead_letters, queue) = (MemoryDeadLetters::three(), MemoryQueue::new());
    let arguments = RedriveArguments { most: 1, ..ALL };
    let faults = Faults::once(2, When::Before);
    let flaky = Intercepted::new(dead_letters, &faults);
    let redriven = redrive((&flaky, &queue), &arguments, at("09:30")).await;
    let redriven = redriven.expect("it was sent");
    assert_eq!((queue.sent().len(), redriven.is_all), (1, false));
    assert!(
        redriven
            .text()
            .contains("More may be in the queue: run this again.")
    );
}

#[tokio::test]
async fn a_failure_reports_how_many_messages_were_sent_back() {
    let (dead_letters, queue) = (MemoryDeadLetters::three(), MemoryQueue::new());
    let faults = Faults::once(2, When::Before);
    let flaky = Intercepted::new(queue.clone(), &faults);
    for _ in 0..2 {
        dead_letters.put(Some(SyncJob::Resync), at("08:00"));
    }
    let result = redrive((&dead_letters, &flaky), &ALL, at("09:30")).await;
    let report = result.expect_err("the third send fails").report();
    assert!(
        report.contains("2 messages were sent back before the failure"),
        "{report}"
    );
    assert_eq!((queue.sent().len(), dead_letters.visible().len()), (2, 3));
}

#[tokio::test]
async fn an_empty_dead_letter_queue_is_reported() {
    let (redriven, _) = run(&MemoryDeadLetters::new(), &ALL).await;
    assert_eq!(redriven.text(), "The dead-letter queue is empty.");
}

#[tokio::test]
async fn the_text_lists_fifty_messages_and_json_lists_all() {
    let dead_letters = MemoryDeadLetters::new();
    for _ in 0..60 {
        dead_letters.put(Some(SyncJob::Resync), at("08:00"));
    }
    let (redriven, _) = run(&dead_letters, &ALL).await;
    assert_eq!(redriven.messages.len(), 60);
    assert!(
        redriven.text().contains("… and 10 more"),
        "{}",
        redriven.text()
    );
}
