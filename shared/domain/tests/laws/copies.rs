//! Laws of a meeting that stands in several calendars and has one bot.

use proptest::prelude::*;

use crate::copy::{Copy, Seen};
use crate::office::Office;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A copy changes; nobody looks yet.
    Change(usize, Copy),
    /// A look at a copy as it is by now.
    PlannedSync(usize),
    /// A look that began before the copy's last change, and ends only now.
    LateLook(usize),
    Send(usize),
    ResponseStatus(usize),
    /// The drain crashed before it could write the answer down.
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
        4 => index().prop_map(Step::PlannedSync),
        1 => index().prop_map(Step::LateLook),
        4 => index().prop_map(Step::Send),
        3 => index().prop_map(Step::ResponseStatus),
        1 => index().prop_map(Step::Lose),
        u32::from(refuses) => index().prop_map(Step::Refuse),
    ]
}

/// Each copy with its version; the one before the last, too.
struct World {
    copies: Vec<Vec<Copy>>,
    office: Office,
}

impl World {
    fn look(&mut self, index: usize, back: usize) -> bool {
        let versions = &self.copies[index];
        let version = versions.len() - 1 - back.min(versions.len() - 1);
        let seen = Seen::version(i64::try_from(version).unwrap());
        let (is_written, is_behind) = self.office.look(index, versions[version], seen);
        assert!(!is_behind);
        is_written
    }

    fn take(&mut self, step: &Step) {
        let count = self.copies.len();
        match step {
            Step::Change(index, copy) => {
                let versions = &mut self.copies[index % count];
                // What is deleted stays deleted.
                if !versions.last().unwrap().is_deleted {
                    versions.push(*copy);
                    if copy.is_deleted {
                        self.office.delete(index % count);
                    }
                }
            }
            Step::PlannedSync(index) => drop(self.look(index % count, 0)),
            Step::LateLook(index) => drop(self.look(index % count, 1)),
            Step::Send(which) => self.office.send(*which),
            Step::ResponseStatus(which) => self.office.answer(*which, false),
            Step::Lose(which) => self.office.answer(*which, true),
            Step::Refuse(which) => self.office.refuse(*which),
        }
    }

    /// Looks at all copies in this order and lets all calls land, until nothing changes.
    fn apply_result(&mut self, order: &[usize]) {
        for _ in 0..4 {
            let written: Vec<bool> = order.iter().map(|index| self.look(*index, 0)).collect();
            self.office.drain();
            if !written.contains(&true) {
                return;
            }
        }
        panic!(
            "looks at the same copies go on changing rows: {:?}",
            self.office.rows
        );
    }
}

fn world(first: Vec<Copy>) -> World {
    let mut office = Office::default();
    for (index, copy) in first.iter().enumerate() {
        if copy.is_deleted {
            office.delete(index);
        }
    }
    World {
        copies: first.into_iter().map(|copy| vec![copy]).collect(),
        office,
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

    /// One look at each is enough, in any order, without any call between.
    #[test]
    fn copies_agree_after_one_look_at_each((copies, order) in several()) {
        let mut world = world(copies);
        for index in &order {
            world.look(*index, 0);
        }
        world.office.drain();
        world.office.check();
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
            world.look(*index, 0);
        }
        world.office.drain();
        world.office.check();
        // And then they rest.
        world.apply_result(&order);
        world.office.check();
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
        world.apply_result(&order);
        world.office.check();
    }
}
