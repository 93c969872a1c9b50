//! Properties of a meeting that is in several calendars and has one bot.

use proptest::prelude::*;

use crate::copy::{Copy, Versions};
use crate::tenant::Tenant;

/// A step.
#[derive(Debug, Clone)]
enum Step {
    /// A copy changes, and is not synced yet.
    Change(usize, Copy),
    /// A sync of a copy as it is now.
    Sync(usize),
    /// A sync that started before the copy's last change, and ends only now.
    LateSync(usize),
    Send(usize),
    Complete(usize),
    /// The scheduler crashed before it could write the result.
    Lose(usize),
    Refuse(usize),
}

fn copy() -> impl Strategy<Value = Copy> {
    let flags = (
        any::<bool>(),
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.1),
    );
    (flags, prop::bool::weighted(0.2), 0..6_u32).prop_map(
        |((is_organizers, is_recorded, is_deleted), is_moved, config)| Copy {
            is_organizers,
            is_recorded,
            is_deleted,
            hour: i64::from(is_moved),
            config,
        },
    )
}

fn step(refuses: bool) -> impl Strategy<Value = Step> {
    let index = || 0..5_usize;
    prop_oneof![
        3 => (index(), copy()).prop_map(|(index, copy)| Step::Change(index, copy)),
        4 => index().prop_map(Step::Sync),
        1 => index().prop_map(Step::LateSync),
        4 => index().prop_map(Step::Send),
        3 => index().prop_map(Step::Complete),
        1 => index().prop_map(Step::Lose),
        u32::from(refuses) => index().prop_map(Step::Refuse),
    ]
}

/// The versions of each copy, the latest last.
struct World {
    copies: Vec<Vec<Copy>>,
    tenant: Tenant,
}

impl World {
    fn sync(&mut self, index: usize, back: usize) -> bool {
        let versions = &self.copies[index];
        let version = versions.len() - 1 - back.min(versions.len() - 1);
        let versions_read = Versions::version(i64::try_from(version).unwrap());
        let (is_written, is_behind) = self.tenant.sync(index, versions[version], versions_read);
        assert!(!is_behind);
        is_written
    }

    fn take(&mut self, step: &Step) {
        let count = self.copies.len();
        match step {
            Step::Change(index, copy) => {
                let versions = &mut self.copies[index % count];
                // A deleted copy stays deleted.
                if !versions.last().unwrap().is_deleted {
                    versions.push(*copy);
                    if copy.is_deleted {
                        self.tenant.delete(index % count);
                    }
                }
            }
            Step::Sync(index) => drop(self.sync(index % count, 0)),
            Step::LateSync(index) => drop(self.sync(index % count, 1)),
            Step::Send(which) => self.tenant.send(*which),
            Step::Complete(which) => self.tenant.complete(*which, false),
            Step::Lose(which) => self.tenant.complete(*which, true),
            Step::Refuse(which) => self.tenant.refuse(*which),
        }
    }

    /// Syncs all copies in this order and completes all calls, until nothing changes.
    fn sync_until_idle(&mut self, order: &[usize]) {
        for _ in 0..4 {
            let written: Vec<bool> = order.iter().map(|index| self.sync(*index, 0)).collect();
            self.tenant.drain();
            if !written.contains(&true) {
                return;
            }
        }
        panic!(
            "syncs of unchanged copies still change rows: {:?}",
            self.tenant.rows
        );
    }
}

fn world(first: Vec<Copy>) -> World {
    let mut tenant = Tenant::default();
    for (index, copy) in first.iter().enumerate() {
        if copy.is_deleted {
            tenant.delete(index);
        }
    }
    World {
        copies: first.into_iter().map(|copy| vec![copy]).collect(),
        tenant,
    }
}

fn several() -> impl Strategy<Value = (Vec<Copy>, Vec<usize>)> {
    prop::collection::vec(copy(), 2..=5).prop_flat_map(|copies| {
        let order: Vec<usize> = (0..copies.len()).collect();
        (Just(copies), Just(order).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(crate::at_least(2_000))]

    /// One sync of each is enough, in any order, without any call in between.
    #[test]
    fn copies_agree_after_one_sync_of_each((copies, order) in several()) {
        let mut world = world(copies);
        for index in &order {
            world.sync(*index, 0);
        }
        world.tenant.drain();
        world.tenant.check();
    }

    #[test]
    fn copies_agree_in_the_end_whatever_happens_in_which_order(
        (copies, order) in several(),
        steps in prop::collection::vec(step(false), 0..40),
    ) {
        let mut world = world(copies);
        for step in &steps {
            world.take(step);
        }
        for index in &order {
            world.sync(*index, 0);
        }
        world.tenant.drain();
        world.tenant.check();
        // And then no row changes any more.
        world.sync_until_idle(&order);
        world.tenant.check();
    }

    #[test]
    fn refusals_keep_no_others_from_agreeing(
        (copies, order) in several(),
        steps in prop::collection::vec(step(true), 0..40),
    ) {
        let mut world = world(copies);
        for step in &steps {
            world.take(step);
        }
        world.sync_until_idle(&order);
        world.tenant.check();
    }
}
