//! Outages of every kind, by chance, one over the other: no message is lost, and
//! all is synced once they are over.

use callsheet_app::ports::{Clock as _, Queue as _};
use callsheet_app::{PortError, Service};
use callsheet_domain::{SyncJob, Timestamp, plus};
use jiff::SignedDuration;

use super::denials::{Waiting, collect, denied};
use super::throttling::throttled;
use super::{event, harness, id};
use crate::harness::{Failing, Harness};

/// How long changes come.
const CHANGES: i64 = 20 * 60;
/// All is synced so long after the last outage.
const REST: i64 = 8 * 60;

/// The beginning of the names of calls that may fail, and how they do.
type Kind = (&'static str, fn() -> PortError);

const KINDS: [Kind; 8] = [
    ("Decisions::decisions", || throttled(Service::DynamoDb, 1)),
    ("Decisions::write", || throttled(Service::DynamoDb, 1)),
    ("Calendars::", || throttled(Service::DynamoDb, 1)),
    ("SyncStates::", || throttled(Service::DynamoDb, 1)),
    ("Access::", || throttled(Service::DynamoDb, 1)),
    ("Queue::send_later", || throttled(Service::Sqs, 1)),
    ("CalendarEvents::", denied),
    ("CalendarEvents::", || throttled(Service::Recall, 20)),
];

/// Numbers that differ from seed to seed.
struct Chance(u64);

impl Chance {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).expect("small")
    }

    fn seconds(&mut self, end: i64) -> i64 {
        i64::try_from(self.below(end.unsigned_abs())).expect("small")
    }
}

/// A kind of failure, from one instant to another.
type Window = (usize, Timestamp, Timestamp);

fn windows(chance: &mut Chance, harness: &Harness) -> Vec<Window> {
    let windows = (0..=chance.below(5)).map(|_| {
        let from = harness.after(chance.seconds(CHANGES));
        let length = SignedDuration::from_secs(5 + chance.seconds(595));
        (chance.index(KINDS.len()), from, plus(from, length))
    });
    windows.collect()
}

fn failing(harness: &Harness, windows: Vec<Window>) -> Failing {
    let clock = harness.clock.clone();
    Failing::with(move |call| {
        let now = clock.now();
        let is_open = |(kind, from, until): &&Window| {
            (*from..*until).contains(&now) && call.starts_with(KINDS[*kind].0)
        };
        let window = windows.iter().find(is_open);
        window.map(|(kind, ..)| KINDS[*kind].1())
    })
}

async fn outages_cost_no_message(seed: u64) {
    let mut chance = Chance(seed);
    chance.below(1);
    let harness = harness(6).await;
    let began = harness.after(0);
    let windows = windows(&mut chance, &harness);
    let failing = failing(&harness, windows.clone());
    let (mut waiting, mut counted) = (Waiting::new(), (0, 0));
    for second in 0..(CHANGES + 600 + REST) {
        harness
            .clock
            .advance_to(plus(began, SignedDuration::from_secs(second)));
        if second % 50 == 0 && second < CHANGES {
            let number = chance.index(6);
            harness.recall.put_event(event(number, harness.after(0)));
            harness.tell(&id(number)).await;
            collect(&harness, &mut waiting, &mut counted);
        }
        if second % 60 == 7 {
            harness.queue.send(&SyncJob::Resync).await.expect("memory");
            collect(&harness, &mut waiting, &mut counted);
        }
        let now = harness.after(0);
        let due: Vec<_> = waiting.extract_if(.., |(at, _)| *at <= now).collect();
        for batch in due.chunks(10) {
            let batch: Vec<_> = batch.iter().map(|(_, delivery)| delivery.clone()).collect();
            let received = batch.iter().map(|delivery| delivery.received).max();
            assert!(received < Some(10), "seed {seed}: {windows:?}");
            let sync = harness.failing_sync(&failing);
            sync.handle(&batch, harness.deadline()).await;
            collect(&harness, &mut waiting, &mut counted);
        }
    }
    let requests = waiting
        .iter()
        .filter(|(_, delivery)| delivery.job != SyncJob::Resync);
    assert_eq!(requests.count(), 0, "seed {seed}: {windows:?}");
    for row in harness.decisions.all() {
        let latest = harness.recall.event(&row.key.event_id).expect("it exists");
        assert_eq!(
            row.inputs.event, latest.updated_at,
            "seed {seed}: {windows:?}"
        );
    }
}

#[tokio::test]
async fn outages_by_chance_cost_no_message_and_no_change() {
    let seeds = option_env!("PROPERTY_CASES").and_then(|cases| cases.parse().ok());
    for seed in 0..seeds.unwrap_or(40) {
        outages_cost_no_message(seed).await;
    }
}
