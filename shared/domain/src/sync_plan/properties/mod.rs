//! Coverage compared to the obvious slow model, which syncs for every request.
//!
//! Events change, requests arrive late and twice, workers take batches, read pages one at a
//! time, die and are replaced, and events move between pages while these are read. Some
//! calendars cannot be written for a while. Clocks differ, and an event has an `updated_at`
//! from before it was listed. In the end, the planned syncs must have read every change
//! that the slow model read.

mod states;
mod world;

use proptest::prelude::*;

use jiff::SignedDuration;
use world::{CALENDARS, EVENTS, PAGES, World};

use super::plan::ListingOptions;

/// A step of the model; times are in milliseconds.
#[derive(Debug, Clone, Copy)]
enum Op {
    /// An event changes, its `updated_at` being so much earlier.
    Change {
        event: usize,
        page: u32,
        lag: i64,
    },
    /// A request for the latest changes of a calendar is sent, by a clock that differs.
    Request {
        calendar: usize,
        clock: i64,
    },
    /// A worker takes a step, by a clock that differs: takes a batch, plans, or
    /// reads a page.
    Step {
        worker: usize,
        batch: usize,
        clock: i64,
    },
    /// A worker that has nothing to do begins to catch up.
    CatchUp {
        worker: usize,
        clock: i64,
    },
    /// The message that waits longest waits longer than the others.
    Delay,
    /// A worker dies; its messages are delivered again.
    Die {
        worker: usize,
    },
    /// From now on, syncs of the workspace cannot write this calendar, or (none) can write all.
    Bar {
        calendar: Option<usize>,
    },
    Pass {
        time: i64,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let clock = || -240_i64..=240;
    prop_oneof![
        4 => (0..EVENTS, 0..PAGES, 0_i64..2_000)
            .prop_map(|(event, page, lag)| Op::Change { event, page, lag }),
        4 => (0..CALENDARS, clock()).prop_map(|(calendar, clock)| Op::Request { calendar, clock }),
        9 => (0_usize..2, 1_usize..5, clock())
            .prop_map(|(worker, batch, clock)| Op::Step { worker, batch, clock }),
        2 => (0_usize..2, clock()).prop_map(|(worker, clock)| Op::CatchUp { worker, clock }),
        3 => Just(Op::Delay),
        1 => (0_usize..2).prop_map(|worker| Op::Die { worker }),
        1 => prop::option::of(0..CALENDARS).prop_map(|calendar| Op::Bar { calendar }),
        3 => (0_i64..3_000).prop_map(|time| Op::Pass { time }),
        1 => (0_i64..45_000).prop_map(|time| Op::Pass { time }),
    ]
}

/// How many cases: a few in each run of the tests, more when asked for.
fn cases() -> u32 {
    option_env!("PROPERTY_CASES")
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(1_500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn every_change_that_a_sync_for_each_request_would_read_is_read(
        ops in prop::collection::vec(op(), 1..60),
        lists_workspace in any::<bool>(),
        are_windows_urgent in any::<bool>(),
        leaves_full_syncs in any::<bool>(),
    ) {
        let mut world = World::new(ListingOptions {
            lists_workspace,
            interval: SignedDuration::from_millis(1_000),
            are_windows_urgent,
            leaves_full_syncs: leaves_full_syncs && lists_workspace,
        });
        for op in ops {
            world.take(op);
        }
        world.run_until_idle();
        for (event, number) in &world.slow {
            let read = world.read.get(event);
            prop_assert!(
                read.is_some_and(|read| read >= number),
                "event {event}: version {number}, {read:?} was read; \
                 {:?}", world.versions[*number],
            );
        }
    }
}
