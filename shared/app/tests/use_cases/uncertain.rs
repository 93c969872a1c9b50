//! Calls whose outcome is unknown, and abandoned rows that are called again.

use callsheet_app::ports::BotReply;
use callsheet_domain::{Meeting, Operation};
use callsheet_testkit::{Fault, With as _, an_event, at};

use crate::harness::Harness;

#[tokio::test]
async fn a_connection_cut_after_the_effect_ends_with_one_bot() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.applied, report.again), (1, 1));
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn an_uncertain_bot_is_unscheduled_once_it_is_not_wanted() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    let report = harness
        .drain()
        .run(harness.after(1))
        .await
        .expect("a finished run");
    assert_eq!(
        report.applied, 0,
        "it is not known yet that the bot is there"
    );
    harness
        .see(an_event().with(|event| {
            event.meeting = None;
            event.updated_at = at("09:31");
        }))
        .await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.recall.count(Operation::UnscheduleBot), 1);
}

#[tokio::test]
async fn a_bot_whose_unscheduling_is_uncertain_is_scheduled_again_once_it_is_wanted() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    let without_link = an_event().with(|event| {
        event.meeting = None;
        event.updated_at = at("09:31");
    });
    harness.see(without_link).await;
    harness
        .recall
        .fault(Operation::UnscheduleBot, Fault::CutAfterEffect);
    harness
        .drain()
        .run(harness.after(1))
        .await
        .expect("a finished run");
    harness
        .see(an_event().with(|event| event.updated_at = at("09:32")))
        .await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn an_abandoned_row_is_called_again_for_a_newer_version_of_the_event() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let refused = BotReply::Refused("calendar is disconnected".to_owned());
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    harness.drained().await.expect("a finished run");
    harness
        .see(an_event().with(|event| event.updated_at = at("09:31")))
        .await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn an_abandoned_row_is_called_again_once_another_bot_is_wanted() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let refused = BotReply::Refused("no meeting url".to_owned());
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    harness.drained().await.expect("a finished run");
    harness
        .see(an_event().with(|event| {
            event.meeting = Some(Meeting {
                url: "https://meet.example/new".to_owned(),
            });
            event.updated_at = at("09:31");
        }))
        .await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}
