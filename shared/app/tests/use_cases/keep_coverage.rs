//! The totals of past days are kept once a day, whatever went wrong on the days before.

use std::collections::BTreeMap;

use callsheet_app::coverage::{CoverageQuery, coverage};
use callsheet_app::ports::{
    Access as _, DayTotals, Decisions as _, Denial, KeptCoverage as _, Queue as _,
};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{
    Applied, BotStatus, CountedBy, Decision, Loss, MeetingResult, MeetingTotals, SyncJob, Wanted,
    plus,
};
use callsheet_testkit::{Counts, Intercepted, With as _, a_decision, an_applied_bot, at, id};
use jiff::SignedDuration;
use jiff::civil::{Date, date};

use crate::harness::{Failing, Harness};

const HOUR: i64 = 60 * 60;

fn march(day: i8) -> Date {
    date(2090, 3, day)
}

/// A meeting of an hour with its bot at Recall, of which nothing was reported.
fn meeting(name: &str, start: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-{name}"));
        row.key.ical_uid = id(format!("{name}@acme.example"));
        row.starts_at = at(start);
        row.ends_at = plus(row.starts_at, SignedDuration::from_hours(1));
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

fn recording(row: Decision) -> Decision {
    let bot = row.applied.bot().and_then(|bot| bot.bot_id.clone());
    let status = BotStatus::new("in_call_recording", None, row.starts_at);
    let bot = bot.expect("a bot is applied");
    row.with_statuses(&bot, &[status.expect("a code")], true)
}

fn results(totals: &DayTotals) -> BTreeMap<MeetingResult, u64> {
    let results = totals.values().flat_map(MeetingTotals::by_result);
    results
        .map(|(result, totals)| (result, totals.meetings))
        .collect()
}

const UNKNOWN: MeetingResult = MeetingResult::Lost(Loss::NotFollowed);

impl Harness {
    async fn write(&self, row: &Decision) {
        self.decisions.write(row).await.expect("memory");
    }

    /// Runs the daily job until so many seconds from now.
    async fn keep_coverage(&self, seconds: i64) -> Handled {
        let sent = self.queue.send(&SyncJob::KeepCoverage).await;
        sent.expect("memory");
        let deliveries = self.queue.deliver(10);
        self.sync().handle(&deliveries, self.after(seconds)).await
    }

    async fn kept(&self) -> BTreeMap<Date, DayTotals> {
        let kept = self.state.kept_days(Date::MIN, Date::MAX).await;
        kept.expect("memory")
    }
}

#[tokio::test]
async fn the_days_of_four_weeks_are_kept_up_to_yesterday() {
    let harness = Harness::new();
    let rows = [
        recording(meeting("yesterday", "2090-03-05T10:00:00Z")),
        meeting("days-ago", "2090-02-26T10:00:00Z"),
        meeting("today", "2090-03-06T01:00:00Z"),
    ];
    for row in &rows {
        harness.write(row).await;
    }
    assert_eq!(harness.keep_coverage(60).await, Handled::default());
    let kept = harness.kept().await;
    assert_eq!(kept.len(), 28);
    assert_eq!(kept.keys().next_back(), Some(&march(5)));
    let expected = BTreeMap::from([(MeetingResult::Recorded, 1)]);
    assert_eq!(results(&kept[&march(5)]), expected);
    let expected = BTreeMap::from([(UNKNOWN, 1)]);
    assert_eq!(results(&kept[&date(2090, 2, 26)]), expected);
    assert!(kept[&march(1)].is_empty());
    harness.keep_coverage(60).await;
    assert_eq!(harness.kept().await, kept);
}

#[tokio::test]
async fn what_is_reported_late_is_kept_and_what_is_old_is_not_counted_again() {
    let harness = Harness::new();
    let late = meeting("late", "2090-03-03T10:00:00Z");
    let old = meeting("old", "2090-03-02T10:00:00Z");
    for row in [&late, &old] {
        harness.write(row).await;
    }
    harness.keep_coverage(60).await;
    for row in [late, old] {
        let read = harness.decision(&row.key.event_id);
        harness.write(&recording(read)).await;
    }
    harness.keep_coverage(60).await;
    let kept = harness.kept().await;
    let recorded = BTreeMap::from([(MeetingResult::Recorded, 1)]);
    assert_eq!(results(&kept[&march(3)]), recorded);
    let expected = BTreeMap::from([(UNKNOWN, 1)]);
    assert_eq!(results(&kept[&march(2)]), expected);
}

#[tokio::test]
async fn a_meeting_over_midnight_is_kept_once_it_is_over() {
    let harness = Harness::new();
    let row = meeting("long", "2090-03-05T23:00:00Z").with(|row| row.ends_at = at("09:45"));
    harness.write(&recording(row)).await;
    harness.keep_coverage(60).await;
    assert!(harness.kept().await[&march(5)].is_empty());
    harness.clock.advance(SignedDuration::from_hours(24));
    harness.keep_coverage(60).await;
    let expected = BTreeMap::from([(MeetingResult::Recorded, 1)]);
    assert_eq!(results(&harness.kept().await[&march(5)]), expected);
}

#[tokio::test]
async fn a_run_without_time_leaves_the_rest_to_the_next_one() {
    let harness = Harness::new();
    assert_eq!(harness.keep_coverage(1).await, Handled::default());
    assert!(harness.kept().await.is_empty());
    harness.keep_coverage(60).await;
    assert_eq!(harness.kept().await.len(), 28);
}

#[tokio::test]
async fn a_run_that_fails_is_delivered_again() {
    let harness = Harness::new();
    harness.write(&meeting("one", "2090-03-05T10:00:00Z")).await;
    let failing = Failing::with(|call| {
        (call == "MeetingDays::page_of_day").then(|| PortError::Unavailable {
            service: Service::DynamoDb,
            reason: "it does not respond".to_owned(),
            source: None,
        })
    });
    let sent = harness.queue.send(&SyncJob::KeepCoverage).await;
    sent.expect("memory");
    let deliveries = harness.queue.deliver(10);
    let handled = harness.failing_sync(&failing);
    let handled = handled.handle(&deliveries, harness.deadline()).await;
    assert_eq!(handled.failed, [deliveries[0].message_id.clone()]);
    assert!(harness.kept().await.is_empty());
    let handled = harness.sync().handle(&deliveries, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.kept().await.len(), 28);
}

#[tokio::test]
async fn coverage_is_kept_while_recall_denies_us() {
    let harness = Harness::new();
    let denial = Denial {
        since: at("09:00"),
        reason: "the key is revoked".to_owned(),
        next_probe_at: harness.after(HOUR),
    };
    harness.state.deny(&denial).await.expect("memory");
    assert_eq!(harness.keep_coverage(60).await, Handled::default());
    assert_eq!(harness.kept().await.len(), 28);
}

/// 600 meetings of a day, each with two copies.
#[tokio::test]
async fn a_day_is_read_once_page_by_page_whatever_the_number_of_calendars() {
    let harness = Harness::new();
    for number in 0..600 {
        let row = meeting(&format!("{number}"), "2090-03-05T10:00:00Z");
        harness.write(&row).await;
        let copy = row.with(|row| {
            row.key.event_id = id(format!("copy-{number}"));
            row.calendar_id = id(format!("calendar-{number}"));
        });
        harness.write(&copy).await;
    }
    let counts = Counts::default();
    let decisions = Intercepted::new(harness.decisions.clone(), &counts);
    let state = Intercepted::new(harness.state.clone(), &counts);
    let query = CoverageQuery {
        from: march(5),
        until: march(6),
        by: CountedBy::Day,
    };
    let report = coverage(&state, &decisions, query, at("09:30")).await;
    let report = report.expect("memory");
    assert_eq!((report.whole.seen(), report.groups.len()), (600, 1));
    // A page has 1,000 entries, and today has an empty one.
    let expected = BTreeMap::from([("MeetingDays::page_of_day".to_owned(), 3)]);
    assert_eq!(counts.by_name(), expected);
}
