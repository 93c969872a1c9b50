//! Pushes and previews of policies.

mod compared_links;

use std::collections::BTreeMap;

use callsheet_app::ports::{Calendars as _, OverrideStore as _, Policies as _};
use callsheet_app::{CalendarContext, Effect, PushError, PushOutcome, preview};
use callsheet_domain::{
    CalendarEvent, Decision, DeduplicationScheme, EventId, IcalUid, Meeting, PastVerdict,
    PastVerdicts, PolicyDocument, PolicyRevision, RuleDocument, RuleName, SyncReason, Then, When,
};
use callsheet_testkit::{With as _, a_calendar, a_calendar_record, an_event, at, policy_of};

use crate::harness::{Harness, skips_all};

fn tells_apart_by(scheme: DeduplicationScheme) -> impl FnOnce(&mut PolicyDocument) {
    move |document| document.deduplication = scheme
}

#[tokio::test]
async fn a_policy_is_active_once_it_is_pushed() {
    let harness = Harness::new();
    assert_eq!(
        harness.push(skips_all).await,
        PushOutcome::Active(PolicyRevision(1))
    );
    assert_eq!(
        harness.push(skips_all).await,
        PushOutcome::Unchanged(PolicyRevision(1))
    );
    assert_eq!(
        harness.push(|_| ()).await,
        PushOutcome::Active(PolicyRevision(2))
    );
}

/// The same policy is pushed to restore the row that names it.
#[tokio::test]
async fn a_push_restores_a_lost_head_with_a_revision_of_its_own() {
    let harness = Harness::new();
    for change in [
        |document: &mut PolicyDocument| drop(document.rules.pop()),
        skips_all,
    ] {
        harness.push(change).await;
    }
    harness.state.lose_policy_head();
    assert_eq!(
        harness.push(skips_all).await,
        PushOutcome::Active(PolicyRevision(3))
    );
    assert_eq!(
        harness.push(skips_all).await,
        PushOutcome::Unchanged(PolicyRevision(3))
    );
}

/// Decisions that a lost policy made are made again by the next one.
#[tokio::test]
async fn a_push_after_all_policies_were_lost_is_later_than_those_that_decided() {
    let harness = Harness::new();
    let record = a_calendar_record().with(|record| {
        record.last_sync = Some(callsheet_domain::CompletedSync {
            began_at: at("09:00"),
            since: None,
            full_sync_at: None,
            policy: PolicyRevision(7),
            overrides: callsheet_domain::OverrideRevision(0),
            holds_until: None,
        });
    });
    harness.state.write_record(&record).await.expect("memory");
    assert_eq!(
        harness.push(skips_all).await,
        PushOutcome::Active(PolicyRevision(8))
    );
}

#[tokio::test]
async fn an_invalid_policy_changes_nothing() {
    let harness = Harness::new();
    let rule = RuleDocument {
        name: "odd".to_owned(),
        when: When::Expression("tilte == 1".to_owned()),
        then: Then::Record,
        locked: false,
    };
    let pushed = harness.try_push(|document| document.rules.push(rule)).await;
    let problem = pushed.expect_err("there is no such fact").to_string();
    assert!(
        problem.contains("rules[2].when") && problem.contains("title"),
        "{problem}"
    );
    assert_eq!(
        harness.state.active_revision().await.expect("memory"),
        PolicyRevision(0)
    );
}

#[tokio::test]
async fn the_scheme_cannot_change_under_a_bot() {
    let harness = Harness::new();
    harness
        .push(tells_apart_by(DeduplicationScheme::Calendar))
        .await;
    harness.see(an_event()).await;
    let refused = harness
        .try_push(tells_apart_by(DeduplicationScheme::Meeting))
        .await;
    assert!(
        matches!(refused, Err(PushError::SchemeInUse { bots: 1, .. })),
        "about to have one: {refused:?}"
    );
    harness.drained().await.expect("memory");
    let refused = harness
        .try_push(tells_apart_by(DeduplicationScheme::Meeting))
        .await;
    let problem = refused.expect_err("it has one").to_string();
    assert!(problem.contains("delete every calendar"), "{problem}");
    assert_eq!(
        harness.state.active_revision().await.expect("memory"),
        PolicyRevision(1)
    );
}

#[tokio::test]
async fn the_scheme_can_change_once_no_bot_is_left() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("memory");
    harness.push(skips_all).await;
    harness.resync(harness.deadline()).await;
    harness.drained().await.expect("memory");
    let pushed = harness
        .push(tells_apart_by(DeduplicationScheme::Calendar))
        .await;
    assert_eq!(pushed, PushOutcome::Active(PolicyRevision(2)));
}

#[tokio::test]
async fn a_new_policy_is_applied_to_all_events_at_the_next_request() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.push(skips_all).await;
    harness.events_changed(&a_calendar().id, at("09:29")).await;
    assert_eq!(
        harness.decision(&an_event().id).verdict.reason().rule,
        RuleName::DEFAULT
    );
}

#[tokio::test]
async fn an_older_policy_never_replaces_a_newer_one() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let newer = harness
        .decision(&an_event().id)
        .with(|row| row.inputs.policy = PolicyRevision(1));
    harness.decisions.put(newer);
    let handled = harness
        .request(&a_calendar().id, SyncReason::FullSync)
        .await;
    assert_eq!(
        harness.decision(&an_event().id).inputs.policy,
        PolicyRevision(1)
    );
    assert!(
        !handled.failed.is_empty(),
        "it is decided again once the newer policy is seen"
    );
}

/// A meeting of its own; every other one is one of a series.
fn numbered(number: usize) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("an ical_uid");
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{number}"),
        });
        event.facts.is_recurring = number.is_multiple_of(2);
        event.facts.title = Some(format!("Meeting {number}"));
    })
}

/// In a hundred pages.
const EVENTS: usize = 10_000;

/// A preview shows what a resync then writes, row by row.
#[tokio::test]
async fn a_preview_shows_what_is_written_then() {
    let harness = Harness::new();
    harness.see(numbered(0)).await;
    for number in 1..EVENTS {
        harness.recall.put_event(numbered(number));
    }
    let an_hour_later = harness.after(3_600);
    harness.push(|document| document.bot.clear()).await;
    harness.resync(an_hour_later).await;
    let document = PolicyDocument::built_in().with(|document| {
        let when = serde_json::from_str(r#"{"recurring": true}"#).expect("shorthands");
        let rule = RuleDocument {
            name: "no-series".to_owned(),
            when,
            then: Then::Skip,
            locked: false,
        };
        document.rules.insert(0, rule);
        document
            .bot
            .insert("bot_name".to_owned(), "{{ title }}".into());
    });
    let id = a_calendar().id;
    let calendar = CalendarContext {
        record: harness
            .state
            .record(&id)
            .await
            .expect("memory")
            .expect("it was seen"),
        overrides: harness
            .state
            .overrides(&a_calendar().owner())
            .await
            .expect("memory"),
    };
    let before = harness.decisions.all();
    let events: Vec<_> = before
        .iter()
        .map(|row| {
            harness
                .recall
                .event(&row.key.event_id)
                .expect("it is there")
        })
        .collect();
    let shown = preview(
        &BTreeMap::from([(id, calendar)]),
        &events,
        before,
        (&policy_of(&document), PolicyRevision(2)),
        harness.after(0),
    );
    let count = |effect| {
        shown
            .iter()
            .filter(|change| change.effect == effect)
            .count()
    };
    let half = EVENTS / 2;
    assert_eq!((count(Effect::Loses), count(Effect::Changes)), (half, half));

    harness
        .push(|active_revision| *active_revision = document)
        .await;
    harness.resync(an_hour_later).await;
    // A check waits from when it is written, and the verdict is that of then.
    let decided_then = |verdict: &PastVerdict| PastVerdict {
        at: at("09:00"),
        ..verdict.clone()
    };
    let at_any_time = |row: Decision| {
        row.with(|row| {
            row.owner_check = None;
            row.verdicts = PastVerdicts::kept(row.verdicts.all().iter().map(decided_then));
        })
    };
    let written = |row: Decision| at_any_time(row).with(|row| row.version = row.version.next());
    let mut expected: Vec<_> = shown
        .into_iter()
        .map(|change| written(change.after))
        .collect();
    expected.sort_by(|one, other| one.key.cmp(&other.key));
    let rows = harness.decisions.all().into_iter();
    assert_eq!(rows.map(at_any_time).collect::<Vec<_>>(), expected);
}
