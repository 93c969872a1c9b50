//! What every implementation of `ActivityLog` must do.

use callsheet_app::ports::{Activity, ActivityLog, BatchActivity};

use crate::at;

async fn stored(log: &impl ActivityLog) -> Activity {
    log.activity().await.expect("the store answers")
}

async fn note(log: &impl ActivityLog, activity: Activity) {
    log.note_activity(&activity)
        .await
        .expect("the store answers");
}

fn batch(handled_at: &str, oldest_sent_at: &str) -> BatchActivity {
    BatchActivity {
        handled_at: at(handled_at),
        oldest_sent_at: at(oldest_sent_at),
    }
}

/// Nothing is known before the first note.
///
/// # Panics
/// If the implementation does something else.
pub async fn no_activity_is_known_at_first(log: &impl ActivityLog) {
    assert_eq!(stored(log).await, Activity::default());
    note(log, Activity::default()).await;
    assert_eq!(stored(log).await, Activity::default());
}

/// Each kind of activity is noted by itself.
///
/// # Panics
/// If the implementation does something else.
pub async fn each_kind_of_activity_is_noted_by_itself(log: &impl ActivityLog) {
    let notes = [
        Activity {
            webhook_at: Some(at("09:00:00.000001")),
            ..Activity::default()
        },
        Activity {
            bot_webhook_at: Some(at("09:00:30")),
            ..Activity::default()
        },
        Activity {
            resynced_at: Some(at("09:01")),
            ..Activity::default()
        },
        Activity {
            batch: Some(batch("09:02", "08:30")),
            ..Activity::default()
        },
        Activity {
            scheduler_ran_at: Some(at("09:03")),
            ..Activity::default()
        },
    ];
    for activity in notes {
        note(log, activity).await;
    }
    let expected = Activity {
        webhook_at: Some(at("09:00:00.000001")),
        bot_webhook_at: Some(at("09:00:30")),
        resynced_at: Some(at("09:01")),
        batch: Some(batch("09:02", "08:30")),
        scheduler_ran_at: Some(at("09:03")),
    };
    assert_eq!(stored(log).await, expected);
}

/// An instant never gives way to an earlier one, since notes of several workers
/// come in any order. A batch goes by when it was handled.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_earlier_activity_does_not_replace_a_later_one(log: &impl ActivityLog) {
    let all = |instant: &str, oldest: &str| Activity {
        webhook_at: Some(at(instant)),
        bot_webhook_at: Some(at(instant)),
        resynced_at: Some(at(instant)),
        batch: Some(batch(instant, oldest)),
        scheduler_ran_at: Some(at(instant)),
    };
    for (noted, expected) in [
        (all("09:10", "09:00"), all("09:10", "09:00")),
        (all("09:05", "09:04"), all("09:10", "09:00")),
        (all("09:20", "08:00"), all("09:20", "08:00")),
        (all("09:20", "09:19"), all("09:20", "08:00")),
    ] {
        note(log, noted).await;
        assert_eq!(stored(log).await, expected);
    }
}
