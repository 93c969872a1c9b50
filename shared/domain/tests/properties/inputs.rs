//! Properties of evaluations of one event that are folded in in any order.

use proptest::prelude::*;

use callsheet_domain::Wanted;

use crate::copy::{Copy, Versions, config, key};
use crate::tenant::Tenant;

/// The decision for a version of the event, a policy and the overrides.
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

/// The latest version of the event, the policy and the overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Newest {
    event: i64,
    policy: u64,
    overrides_read: u64,
}

/// The latest override that applies to the event.
fn applicable(overrides_read: u64, applies: &[bool]) -> u64 {
    let is_applicable =
        |revision: &u64| applies[usize::try_from(*revision).unwrap() % applies.len()];
    (1..=overrides_read).rev().find(is_applicable).unwrap_or(0)
}

proptest! {
    #![proptest_config(crate::at_least(2_000))]

    #[test]
    fn the_decision_on_the_newest_inputs_wins(
        changes in prop::collection::vec(0..3_u8, 1..12),
        late in prop::collection::vec(any::<prop::sample::Index>(), 12),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 24),
        outcomes in prop::collection::vec(any::<u8>(), 16),
        applies in prop::collection::vec(any::<bool>(), 4),
        calls in prop::collection::vec(any::<bool>(), 24),
    ) {
        let mut newest = Newest { event: 0, policy: 1, overrides_read: 0 };
        let mut past = vec![newest];
        let mut evaluations = vec![newest];
        for (change, late) in changes.into_iter().zip(late) {
            match change {
                0 => newest.event += 1,
                1 => newest.policy += 1,
                _ => newest.overrides_read += 1,
            }
            past.push(newest);
            evaluations.push(newest);
            // A sync that read one input before the change, and another after it.
            let before = late.get(&past);
            evaluations.push(Newest { event: before.event, ..newest });
            evaluations.push(Newest { policy: before.policy, overrides_read: before.overrides_read, ..newest });
        }
        for (index, other) in shuffle.into_iter().enumerate() {
            let count = evaluations.len();
            evaluations.swap(index % count, other.index(count));
        }
        let mut tenant = Tenant::default();
        let sync = |tenant: &mut Tenant, inputs: Newest| {
            let overrides = applicable(inputs.overrides_read, &applies);
            let versions = Versions { event: inputs.event, policy: inputs.policy, overrides, overrides_read: inputs.overrides_read };
            let copy = decided(inputs.event, inputs.policy, overrides, &outcomes);
            tenant.sync(0, copy, versions).1
        };
        for (inputs, is_called) in evaluations.into_iter().zip(calls.into_iter().cycle()) {
            if sync(&mut tenant, inputs) {
                prop_assert!(!sync(&mut tenant, newest), "the newest is never behind");
            }
            if is_called {
                tenant.drain();
            }
        }
        let copy = decided(newest.event, newest.policy, applicable(newest.overrides_read, &applies), &outcomes);
        let row = tenant.rows.values().next().unwrap();
        prop_assert_eq!(row.inputs, Versions {
            event: newest.event,
            policy: newest.policy,
            overrides: applicable(newest.overrides_read, &applies),
            overrides_read: newest.overrides_read,
        }.inputs());
        match &row.wanted {
            Wanted::Nothing => prop_assert!(!copy.is_recorded),
            Wanted::Bot(bot) => {
                prop_assert!(copy.is_recorded);
                prop_assert_eq!(&bot.deduplication_key, &key(copy.hour));
                prop_assert_eq!(&bot.config, &config(copy.config));
            }
        }
        tenant.drain();
        tenant.check();
    }
}
