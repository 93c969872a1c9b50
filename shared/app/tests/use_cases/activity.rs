//! Notes of what the functions did last.

use callsheet_app::ports::{Activity, ActivityLog as _, BatchActivity, Receipt};
use callsheet_app::{ActivityNotes, Delivery, Handled, batch_activity};
use callsheet_domain::{BotStatus, BotStatusReport, SyncJob, SyncReason, SyncRequest};
use callsheet_testkit::{Counts, Intercepted, MemoryState, a_calendar, at, id};

fn delivery(message_id: &str, job: SyncJob) -> Delivery {
    Delivery {
        message_id: message_id.to_owned(),
        receipt: Receipt(message_id.to_owned()),
        received: 1,
        job,
    }
}

fn request(reason: SyncReason, sent_at: &str) -> Delivery {
    let request = SyncRequest {
        calendar_id: a_calendar().id,
        reason,
        sent_at: at(sent_at),
    };
    delivery(sent_at, SyncJob::Request(request))
}

fn webhook(sent_at: &str) -> Delivery {
    let since = at("08:00");
    request(SyncReason::EventsChanged { since }, sent_at)
}

fn resync() -> Delivery {
    delivery("resync", SyncJob::Resync)
}

async fn noted(deliveries: &[Delivery], handled: &Handled) -> Activity {
    let (log, state) = (ActivityNotes::default(), MemoryState::new());
    let noted = log.note(&state, batch_activity(deliveries, handled, at("09:30")));
    noted.await.expect("memory");
    state.activity().await.expect("memory")
}

/// An operator's request is no webhook.
#[tokio::test]
async fn a_batch_notes_its_newest_webhook_and_its_oldest_request() {
    let deliveries = [
        webhook("09:28"),
        webhook("09:29"),
        request(SyncReason::FullSync, "09:29:30"),
        request(SyncReason::CalendarChanged, "09:10"),
    ];
    let expected = Activity {
        webhook_at: Some(at("09:29")),
        batch: Some(BatchActivity {
            handled_at: at("09:30"),
            oldest_sent_at: at("09:10"),
        }),
        ..Activity::default()
    };
    assert_eq!(noted(&deliveries, &Handled::default()).await, expected);
}

/// A status of a bot is not a webhook about events.
#[tokio::test]
async fn a_batch_notes_its_newest_webhook_about_a_bot() {
    let status = |sent_at: &str| {
        let report = BotStatusReport {
            bot_id: id("bot-1"),
            event_id: None,
            ical_uid: None,
            status: BotStatus::new("done", None, at("09:00")).expect("a code"),
            sent_at: at(sent_at),
        };
        delivery(sent_at, SyncJob::BotStatus(report))
    };
    let deliveries = [status("09:28"), status("09:27")];
    let expected = Activity {
        bot_webhook_at: Some(at("09:28")),
        ..Activity::default()
    };
    assert_eq!(noted(&deliveries, &Handled::default()).await, expected);
}

#[tokio::test]
async fn a_resync_is_noted_unless_it_failed_or_was_denied() {
    let failed = Handled {
        failed: vec!["resync".to_owned()],
        ..Handled::default()
    };
    let denied = Handled {
        is_denied: true,
        ..Handled::default()
    };
    for (handled, expected) in [
        (Handled::default(), Some(at("09:30"))),
        (failed, None),
        (denied, None),
    ] {
        let activity = noted(&[resync()], &handled).await;
        assert_eq!(activity.resynced_at, expected, "{handled:?}");
        assert_eq!(activity.batch, None);
    }
}

#[tokio::test]
async fn a_burst_of_batches_costs_one_note_each_half_minute() {
    let counts = Counts::default();
    let state = Intercepted::new(MemoryState::new(), &counts);
    let log = ActivityNotes::default();
    for second in 0..60 {
        let now = format!("09:30:{second:02}");
        let handled = Handled::default();
        let batch = [webhook(&now), resync()];
        let noted = log.note(&state, batch_activity(&batch, &handled, at(&now)));
        noted.await.expect("memory");
        log.note_run(&state, at(&now)).await.expect("memory");
    }
    assert_eq!(counts.by_name()["ActivityLog::note_activity"], 4);
    let activity = state.activity().await.expect("memory");
    assert_eq!(activity.resynced_at, Some(at("09:30:30")));
    assert_eq!(activity.scheduler_ran_at, Some(at("09:30:30")));
}
