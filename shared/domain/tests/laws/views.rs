//! Laws of views of one event that come in any order.

use proptest::prelude::*;

use callsheet_domain::Wanted;

use crate::copy::{Copy, Seen, config, key};
use crate::office::Office;

/// What is decided by a version of the event, a policy and what was said.
fn decided(event: i64, policy: u64, overrides: u64, of: &[u8]) -> Copy {
    let index =
        usize::try_from(event).unwrap() * 7 + usize::try_from(policy * 3 + overrides).unwrap();
    let byte = of[index % of.len()];
    Copy {
        is_organizers: byte & 1 == 1,
        is_recorded: byte & 6 != 0,
        is_deleted: false,
        hour: event % 2,
        config: u32::from(byte >> 3),
    }
}

/// How many versions, policies and words there have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Newest {
    event: i64,
    policy: u64,
    overrides_read: u64,
}

/// Of the things said about the calendar, those that concern the event.
fn concerning(overrides_read: u64, concerns: &[bool]) -> u64 {
    let concerns = |revision: &u64| concerns[usize::try_from(*revision).unwrap() % concerns.len()];
    (1..=overrides_read).rev().find(concerns).unwrap_or(0)
}

proptest! {
    #![proptest_config(crate::at_least(2_000))]

    #[test]
    fn the_end_is_the_decision_on_the_newest_of_each(
        changes in prop::collection::vec(0..3_u8, 1..12),
        late in prop::collection::vec(any::<prop::sample::Index>(), 12),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 24),
        outcomes in prop::collection::vec(any::<u8>(), 16),
        concerns in prop::collection::vec(any::<bool>(), 4),
        calls in prop::collection::vec(any::<bool>(), 24),
    ) {
        let mut newest = Newest { event: 0, policy: 1, overrides_read: 0 };
        let mut past = vec![newest];
        let mut views = vec![newest];
        for (change, late) in changes.into_iter().zip(late) {
            match change {
                0 => newest.event += 1,
                1 => newest.policy += 1,
                _ => newest.overrides_read += 1,
            }
            past.push(newest);
            views.push(newest);
            // A look that read one thing before the change, and another after it.
            let before = late.get(&past);
            views.push(Newest { event: before.event, ..newest });
            views.push(Newest { policy: before.policy, overrides_read: before.overrides_read, ..newest });
        }
        for (index, other) in shuffle.into_iter().enumerate() {
            let count = views.len();
            views.swap(index % count, other.index(count));
        }
        let mut office = Office::default();
        let look = |office: &mut Office, view: Newest| {
            let overrides = concerning(view.overrides_read, &concerns);
            let seen = Seen { event: view.event, policy: view.policy, overrides, overrides_read: view.overrides_read };
            let copy = decided(view.event, view.policy, overrides, &outcomes);
            office.look(0, copy, seen).1
        };
        for (view, is_called) in views.into_iter().zip(calls.into_iter().cycle()) {
            if look(&mut office, view) {
                prop_assert!(!look(&mut office, newest), "the newest is never behind");
            }
            if is_called {
                office.drain();
            }
        }
        let copy = decided(newest.event, newest.policy, concerning(newest.overrides_read, &concerns), &outcomes);
        let row = office.rows.values().next().unwrap();
        prop_assert_eq!(row.inputs, Seen {
            event: newest.event,
            policy: newest.policy,
            overrides: concerning(newest.overrides_read, &concerns),
            overrides_read: newest.overrides_read,
        }.view());
        match &row.wanted {
            Wanted::Nothing => prop_assert!(!copy.is_recorded),
            Wanted::Bot(bot) => {
                prop_assert!(copy.is_recorded);
                prop_assert_eq!(&bot.deduplication_key, &key(copy.hour));
                prop_assert_eq!(&bot.config, &config(copy.config));
            }
        }
        office.drain();
        office.check();
    }
}
