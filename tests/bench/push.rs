//! A push: 10,000 coming events of 500 calendars are decided anew, at the published limit of lists.
//! Measures when everything that starts within some hours is decided by the new policy.
//!
//! The policy that is pushed skips everything, and no scheduler runs meanwhile. So an event is
//! decided anew once its row says `skip`.

use std::time::Duration;

use callsheet_app::{PushedBy, push};
use callsheet_domain::{Actor, PolicyDocument, Timestamp, plus};
use jiff::SignedDuration;
use serde_json::json;

use crate::dataset::Dataset;
use crate::lease_hold::LeaseHold;
use crate::numbers::{as_f64, tenths};
use crate::report::Report;
use crate::result::BenchResult;
use crate::snapshot::Snapshot;
use crate::testbed::{Rates, Testbed, USUAL_LATENCY, progress};
use crate::wait;

/// Events of each calendar.
const EVENTS_OF_A_CALENDAR: usize = 20;
/// Events of a page of a list.
const PAGE_SIZE: usize = 100;
/// Everything that starts within so many hours is decided in time.
const WITHIN_HOURS: [i32; 5] = [6, 12, 24, 72, 240];
/// How many times as long as its pages at the limit that may take, and a minute more, in which the
/// next resync begins.
const RATIO: f64 = 1.15;
const MINUTE: f64 = 60.0;
/// Interval at which the decisions are read.
const INTERVAL: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_mins(20);
/// The policy that is pushed.
const SKIPS_ALL: &str =
    r#"{"version": 1, "rules": [], "default": "skip", "bot": {"bot_name": "Callsheet"}}"#;

const COLUMNS: [&str; 6] = [
    "starts within, h",
    "events",
    "pages",
    "decided after, s",
    "at the limit, s",
    "goal, s",
];

/// Has `events` events decided, and pushes a policy.
pub(crate) async fn measure(testbed: &Testbed, events: usize) -> BenchResult<Report> {
    testbed.redeploy(Rates::RAISED, &[]).await?;
    let hold = LeaseHold::acquire(testbed).await?;
    let calendars = (events / EVENTS_OF_A_CALENDAR).max(1);
    let dataset = Dataset::connect(testbed, calendars, events / calendars).await?;
    dataset.wait_for_decisions(testbed).await?;
    testbed.stack.recall.set_latency(USUAL_LATENCY).await?;
    testbed.redeploy(Rates::PUBLISHED, &[]).await?;
    testbed.reset_calls().await?;
    let pushed_at = testbed.stack.now();
    push_policy(testbed, pushed_at).await?;
    let mut decisions = Decisions::of(&dataset, pushed_at);
    let is_decided = async || {
        decisions.note(&Snapshot::read(testbed).await, testbed.stack.now());
        Ok(decisions.are_complete().then_some(()))
    };
    let completed = wait::poll(INTERVAL, TIMEOUT, is_decided).await?;
    hold.release(testbed).await?;
    if completed.is_none() {
        progress("timed out before every event was decided by the new policy");
    }
    let mut report = Report::new("push");
    report.table("From the push to the decisions by its policy", &COLUMNS);
    decisions.add_to(&mut report);
    report.note(format!(
        "At the most {} events were decided before one that starts earlier.",
        decisions.most_early
    ));
    Ok(report)
}

async fn push_policy(testbed: &Testbed, at: Timestamp) -> BenchResult<()> {
    let document = PolicyDocument::parse(SKIPS_ALL)?;
    let by = PushedBy {
        by: Actor::parse("bench")?,
        note: None,
        at,
    };
    push(
        &testbed.stack.state,
        &testbed.stack.decisions,
        &document,
        by,
    )
    .await?;
    progress("pushed a policy that skips everything");
    Ok(())
}

/// When the events were seen to be decided.
#[derive(Debug)]
struct Decisions {
    pushed_at: Timestamp,
    /// The texts of the events' ids by start, and whether each is decided.
    events: Vec<(Timestamp, String, bool)>,
    /// For each of the hours, when everything that starts within them was seen to be decided.
    decided_at: [Option<Timestamp>; WITHIN_HOURS.len()],
    /// The most events that were decided before one that starts earlier.
    most_early: usize,
}

impl Decisions {
    fn of(dataset: &Dataset, pushed_at: Timestamp) -> Self {
        let events = dataset.meetings.iter();
        let mut events: Vec<_> = events
            .map(|(event, start)| (*start, event.to_string(), false))
            .collect();
        events.sort_unstable();
        Self {
            pushed_at,
            events,
            decided_at: [None; WITHIN_HOURS.len()],
            most_early: 0,
        }
    }

    /// The number of events that start within some hours.
    fn starting_within(&self, hours: i32) -> usize {
        let until = plus(self.pushed_at, SignedDuration::from_hours(1) * hours);
        self.events.partition_point(|(start, ..)| *start < until)
    }

    fn note(&mut self, snapshot: &Snapshot, now: Timestamp) {
        for (_, event, is_decided) in &mut self.events {
            *is_decided = *is_decided || snapshot.is_skipped(event);
        }
        let is_left = |(.., is_decided): &(Timestamp, String, bool)| !is_decided;
        let first_left = self.events.iter().position(is_left);
        let first_left = first_left.unwrap_or(self.events.len());
        let early = self.events.iter().skip(first_left);
        self.most_early = self.most_early.max(early.filter(|one| one.2).count());
        for (index, hours) in WITHIN_HOURS.into_iter().enumerate() {
            if self.decided_at[index].is_none() && self.starting_within(hours) <= first_left {
                self.decided_at[index] = Some(now);
            }
        }
        let count = self.events.len();
        progress(format!(
            "{first_left} of {count} events are decided, nearest first"
        ));
    }

    fn are_complete(&self) -> bool {
        self.events.iter().all(|(.., is_decided)| *is_decided)
    }

    fn add_to(&self, report: &mut Report) {
        for (hours, decided_at) in WITHIN_HOURS.into_iter().zip(self.decided_at) {
            let events = self.starting_within(hours);
            let pages = events.div_ceil(PAGE_SIZE);
            let limit = as_f64(pages) * 60.0 / f64::from(Rates::PUBLISHED.list_events);
            let goal = tenths(limit * RATIO + MINUTE);
            let after = |at: Timestamp| tenths(at.duration_since(self.pushed_at).as_secs_f64());
            let after = decided_at.map(after);
            report.row(vec![
                json!(hours),
                json!(events),
                json!(pages),
                json!(after),
                json!(tenths(limit)),
                json!(goal),
            ]);
            report.goal(
                format!("decided within {hours} h of the push, s"),
                goal,
                after,
            );
        }
    }
}
