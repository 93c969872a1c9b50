//! Calls whose end is not known, and refusals that are not the last word.

use callsheet_app::ports::BotReply;
use callsheet_domain::{Meeting, Operation};
use callsheet_testkit::{But as _, Fault, an_event, at};

use crate::house::House;

#[tokio::test]
async fn a_connection_cut_after_the_effect_ends_with_one_bot() {
    let house = House::new();
    house.see(an_event()).await;
    house
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    let report = house.drained().await.expect("drained");
    assert_eq!((report.applied, report.again), (1, 1));
    house.assert_as_wanted();
    assert_eq!(house.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_bot_that_may_be_there_is_taken_away_once_it_is_not_wanted() {
    let house = House::new();
    house.see(an_event()).await;
    house
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    let report = house.drain().run(house.after(1)).await.expect("drained");
    assert_eq!(report.applied, 0, "nobody knows yet that the bot is there");
    house
        .see(an_event().but(|event| {
            event.meeting = None;
            event.updated_at = at("09:31");
        }))
        .await;
    house.drained().await.expect("drained");
    assert_eq!(house.recall.bots().len(), 0);
    assert_eq!(house.recall.count(Operation::UnscheduleBot), 1);
}

#[tokio::test]
async fn a_bot_that_may_be_gone_is_scheduled_again_once_it_is_wanted() {
    let house = House::new();
    house.see(an_event()).await;
    house.drained().await.expect("drained");
    let without_link = an_event().but(|event| {
        event.meeting = None;
        event.updated_at = at("09:31");
    });
    house.see(without_link).await;
    house
        .recall
        .fault(Operation::UnscheduleBot, Fault::CutAfterEffect);
    house.drain().run(house.after(1)).await.expect("drained");
    house
        .see(an_event().but(|event| event.updated_at = at("09:32")))
        .await;
    house.drained().await.expect("drained");
    house.assert_as_wanted();
    assert_eq!(house.recall.bots().len(), 1);
}

#[tokio::test]
async fn what_was_refused_is_tried_again_for_a_newer_version_of_the_event() {
    let house = House::new();
    house.see(an_event()).await;
    let refused = BotReply::Refused("calendar is disconnected".to_owned());
    house
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    house.drained().await.expect("drained");
    house
        .see(an_event().but(|event| event.updated_at = at("09:31")))
        .await;
    house.drained().await.expect("drained");
    house.assert_as_wanted();
    assert_eq!(house.recall.bots().len(), 1);
}

#[tokio::test]
async fn what_was_refused_is_tried_again_once_something_else_is_wanted() {
    let house = House::new();
    house.see(an_event()).await;
    let refused = BotReply::Refused("no meeting url".to_owned());
    house
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    house.drained().await.expect("drained");
    house
        .see(an_event().but(|event| {
            event.meeting = Some(Meeting {
                url: "https://meet.example/new".to_owned(),
            });
            event.updated_at = at("09:31");
        }))
        .await;
    house.drained().await.expect("drained");
    house.assert_as_wanted();
    assert_eq!(house.recall.bots().len(), 1);
}
