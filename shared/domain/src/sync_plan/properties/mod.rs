//! Coverage against the obvious slow model: every message looks.
//!
//! Changes come, notices tell of them late and twice, workers take batches,
//! read pages one at a time, die and are replaced, and events move between
//! pages while these are read. Some calendars cannot be written for a while. Clocks differ, and an event carries an
//! `updated_at` from before it could be seen. At the end whatever the slow model
//! has seen for a notice must have been seen by the looks that were chosen.

mod marks;
mod world;

use proptest::prelude::*;

use world::{CALENDARS, EVENTS, PAGES, World};

/// Something that happens; times are in milliseconds.
#[derive(Debug, Clone, Copy)]
enum Op {
    /// An event changes, its `updated_at` being so much earlier.
    Change {
        event: usize,
        page: u32,
        lag: i64,
    },
    /// A notice of the latest changes of a calendar is sent, by a clock that differs.
    Tell {
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
    /// A worker dies; its messages come again.
    Die {
        worker: usize,
    },
    /// From now on looks at the workspace cannot write this calendar, or can
    /// write all.
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
        4 => (0..CALENDARS, clock()).prop_map(|(calendar, clock)| Op::Tell { calendar, clock }),
        9 => (0_usize..2, 1_usize..5, clock())
            .prop_map(|(worker, batch, clock)| Op::Step { worker, batch, clock }),
        1 => (0_usize..2).prop_map(|worker| Op::Die { worker }),
        1 => prop::option::of(0..CALENDARS).prop_map(|calendar| Op::Bar { calendar }),
        3 => (0_i64..3_000).prop_map(|time| Op::Pass { time }),
    ]
}

/// How many cases: a few in each run of the tests, more when asked for.
fn cases() -> u32 {
    option_env!("LAW_CASES")
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(1_500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn whatever_every_message_alone_would_have_seen_is_seen(
        ops in prop::collection::vec(op(), 1..60),
        lists_workspace in any::<bool>(),
    ) {
        let mut world = World::new(lists_workspace);
        for op in ops {
            world.happen(op);
        }
        world.come_to_rest();
        for (event, number) in &world.slow {
            let read = world.read.get(event);
            prop_assert!(
                read.is_some_and(|read| read >= number),
                "event {event}: a message told of version {number}, {read:?} was read; \
                 {:?}", world.versions[*number],
            );
        }
    }
}
