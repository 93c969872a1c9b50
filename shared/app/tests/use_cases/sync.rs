//! Syncs of one calendar.

use callsheet_app::Handled;
use callsheet_app::ports::{Calendars as _, OverrideStore as _, Queue as _, RateLimits as _};
use callsheet_domain::{
    Applied, CalendarStatus, CompletedSync, EventId, Operation, OverrideChoice, OverrideRevision,
    OverrideScope, PolicyRevision, RateLimit, SyncJob, SyncReason, Verdict, Wanted,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, an_actor, an_event, at};

use crate::harness::Harness;

fn rule(verdict: &Verdict) -> (&str, &str) {
    (verdict.as_str(), verdict.reason().rule.as_str())
}

#[tokio::test]
async fn an_event_seen_for_the_first_time_is_decided_and_due() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let row = harness.decision(&an_event().id);
    assert_eq!(rule(&row.verdict), ("record", "external"));
    assert!(matches!(&row.wanted, Wanted::Bot(bot) if bot.starts_at == at("10:00")));
    assert!(row.is_due());
}

#[tokio::test]
async fn an_unchanged_event_costs_no_write() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let before = harness.decisions.all();
    harness.events_changed(&a_calendar().id, at("08:00")).await;
    assert_eq!(
        harness.recall.count(Operation::ListEvents),
        2,
        "it was synced again"
    );
    assert_eq!(harness.decisions.all(), before, "no row has a new version");
}

#[tokio::test]
async fn a_burst_of_requests_for_one_calendar_costs_one_sync() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let lists = harness.recall.count(Operation::ListEvents);
    for second in 0..10 {
        let since = at(&format!("09:29:{second:02}"));
        let reason = SyncReason::EventsChanged { since };
        let request = callsheet_domain::SyncRequest {
            calendar_id: a_calendar().id,
            reason,
            sent_at: harness.after(0),
        };
        harness
            .queue
            .send(&SyncJob::Request(request))
            .await
            .expect("memory");
    }
    harness.clock.advance(jiff::SignedDuration::from_secs(2));
    harness
        .sync()
        .handle(&harness.queue.deliver(5), harness.deadline())
        .await;
    harness
        .sync()
        .handle(&harness.queue.deliver(5), harness.deadline())
        .await;
    assert_eq!(
        harness.recall.count(Operation::ListEvents),
        lists + 1,
        "the second batch was covered"
    );
}

#[tokio::test]
async fn a_sync_reads_every_page() {
    let harness = Harness::new();
    harness.recall.page_size(10);
    for number in 0..35 {
        harness.recall.put_event(an_event().with(|event| {
            event.id = EventId::parse(format!("event-{number}")).expect("an id");
        }));
    }
    harness.events_changed(&a_calendar().id, at("09:00")).await;
    assert_eq!(harness.recall.count(Operation::ListEvents), 4);
    assert_eq!(harness.decisions.all().len(), 35);
}

#[tokio::test]
async fn an_unreadable_event_costs_no_other_and_the_sync_completes() {
    let harness = Harness::new();
    harness.recall.page_size(2);
    let ids = (0..5).map(|number| EventId::parse(format!("event-{number}")).expect("an id"));
    let ids: Vec<_> = ids.collect();
    for id in &ids {
        let event = an_event().with(|event| event.id = id.clone());
        harness.recall.put_event(event);
    }
    harness.recall.make_unreadable(&ids[1]);
    let handled = harness.events_changed(&a_calendar().id, at("09:00")).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.recall.count(Operation::ListEvents), 3);
    let decisions = harness.decisions.all();
    let decided: Vec<_> = decisions.iter().map(|row| &row.key.event_id).collect();
    assert_eq!(decided, [&ids[0], &ids[2], &ids[3], &ids[4]]);
    let record = harness
        .state
        .record(&a_calendar().id)
        .await
        .expect("memory");
    let record = record.expect("a record");
    assert!(record.last_sync.is_some(), "the sync is completed");
    assert!(record.in_progress.is_none(), "no sync is in progress");
}

#[tokio::test]
async fn a_deleted_event_wants_no_bot_and_costs_no_call() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    harness
        .see(an_event().with(|event| {
            event.is_deleted = true;
            event.updated_at = at("09:31");
        }))
        .await;
    let row = harness.decision(&an_event().id);
    assert_eq!(rule(&row.verdict), ("skip", "deleted"));
    assert_eq!(
        (row.wanted.clone(), row.applied.clone()),
        (Wanted::Nothing, Applied::Nothing)
    );
    assert!(!row.is_due());
}

#[tokio::test]
async fn a_disconnected_calendar_is_retired_and_gets_a_full_sync_when_it_is_connected_again() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    harness
        .see_calendar(a_calendar().with(|calendar| {
            calendar.status = CalendarStatus::Disconnected;
            calendar.updated_at = at("09:32");
        }))
        .await;
    let row = harness.decision(&an_event().id);
    assert_eq!(rule(&row.verdict), ("skip", "disconnected"));
    assert!(!row.is_due());
    harness.assert_as_wanted();

    harness
        .see_calendar(a_calendar().with(|calendar| calendar.updated_at = at("09:33")))
        .await;
    assert!(harness.decision(&an_event().id).is_due());
    harness.drained().await.expect("drained");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_calendar_that_was_deleted_at_recall_is_retired() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    harness.recall.delete_calendar(&a_calendar().id);
    harness.calendar_changed(&a_calendar().id).await;
    let row = harness.decision(&an_event().id);
    assert_eq!(rule(&row.verdict), ("skip", "disconnected"));
    assert!(!row.is_due());
}

#[tokio::test]
async fn a_request_for_an_unknown_calendar_is_no_error() {
    let harness = Harness::new();
    let unknown = callsheet_domain::CalendarId::parse("unknown").expect("an id");
    assert_eq!(harness.calendar_changed(&unknown).await, Handled::default());
    assert_eq!(harness.state.record(&unknown).await.expect("memory"), None);
}

#[tokio::test]
async fn a_reconnect_whose_webhook_was_lost_is_found_by_the_next_request() {
    let harness = Harness::new();
    let lost = a_calendar().with(|calendar| {
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = at("08:30");
    });
    harness.see_calendar(lost).await;
    harness
        .recall
        .put_calendar(a_calendar().with(|calendar| calendar.updated_at = at("09:00")));
    harness.see(an_event()).await;
    assert!(harness.decision(&an_event().id).is_due());
}

#[tokio::test]
async fn an_address_that_arrives_late_causes_a_full_sync() {
    let harness = Harness::new();
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.email = None;
        calendar.status = CalendarStatus::Connecting;
    }));
    harness.see(an_event()).await;
    assert_eq!(
        rule(&harness.decision(&an_event().id).verdict),
        ("skip", "declined")
    );
    harness
        .see_calendar(a_calendar().with(|calendar| calendar.updated_at = at("09:31")))
        .await;
    assert_eq!(
        rule(&harness.decision(&an_event().id).verdict),
        ("record", "external")
    );
}

#[tokio::test]
async fn an_override_of_a_series_takes_effect_with_the_next_sync() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let (calendar, series) = (a_calendar().id, OverrideScope::Series(an_event().ical_uid));
    for (word, expected) in [
        (OverrideChoice::Skip, ("skip", "series-override")),
        (OverrideChoice::Record, ("record", "series-override")),
        (OverrideChoice::Clear, ("record", "external")),
    ] {
        harness
            .state
            .set_override(
                &a_calendar().owner(),
                &series,
                word,
                &an_actor(),
                harness.after(0),
            )
            .await
            .expect("memory");
        harness.request(&calendar, SyncReason::FullSync).await;
        assert_eq!(rule(&harness.decision(&an_event().id).verdict), expected);
    }
}

#[tokio::test]
async fn a_meeting_that_is_over_keeps_the_row_with_its_outcome() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    let before = harness.decision(&an_event().id);
    harness.clock.advance_to(at("12:00"));
    harness
        .see(an_event().with(|event| event.updated_at = at("11:59")))
        .await;
    assert_eq!(harness.decision(&an_event().id), before);
}

#[tokio::test]
async fn the_usual_decision_is_what_a_sync_writes() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let row = harness.decision(&an_event().id);
    let usual = a_decision();
    assert_eq!(
        (row.verdict, row.inputs.event),
        (usual.verdict, usual.inputs.event)
    );
}

#[tokio::test]
async fn bots_lost_between_two_syncs_of_a_calendar_are_scheduled_again() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    let lost = a_calendar().with(|calendar| calendar.status = CalendarStatus::Disconnected);
    harness.recall.put_calendar(lost);
    assert_eq!(harness.recall.bots().len(), 0);
    harness
        .see_calendar(a_calendar().with(|calendar| calendar.updated_at = at("09:33")))
        .await;
    harness.drained().await.expect("drained");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_sync_with_older_overrides_is_not_stored_over_one_with_newer_overrides() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let calendar = a_calendar().id;
    // So many that the sync has to wait, and another worker's is completed meanwhile.
    let (now, rate_limit) = (harness.after(0), RateLimit::per_minute(60, 3));
    let operation = Operation::ListEvents;
    let drawn = harness
        .state
        .acquire(operation, rate_limit, 10, now, at("23:00"));
    drawn.await.expect("memory");
    let with_newer_overrides = CompletedSync {
        began_at: at("09:29"),
        since: None,
        full_sync_at: Some(at("09:29")),
        policy: PolicyRevision(1),
        overrides: OverrideRevision(2),
        holds_until: None,
    };
    let others = async {
        let record = harness.state.record(&calendar).await.expect("memory");
        let record = record
            .expect("a record")
            .with(|record| record.last_sync = Some(with_newer_overrides.clone()));
        harness.state.write_record(&record).await.expect("memory");
    };
    let ours = harness.events_changed(&calendar, at("09:29"));
    futures_util::future::join(ours, others).await;
    let record = harness.state.record(&calendar).await.expect("memory");
    assert_eq!(
        record.expect("a record").last_sync,
        Some(with_newer_overrides)
    );
}
