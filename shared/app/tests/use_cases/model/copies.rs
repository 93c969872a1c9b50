//! Syncs of a meeting's copies and a scheduler run, in every possible order, with an index of
//! bots that lags.
//!
//! A sync loads the row of a copy, folds a version of the copy in and writes the row. The
//! scheduler makes the calls of due rows, one at a time, since the copies share a bot, and the
//! owner checks that rows keep. Another actor may act between any two steps, a call may be
//! made and its result lost, and a sync may crash, after which its request is delivered again.
//!
//! Rows are read as the latest writes left them. The other copies of a row are found by an
//! index whose entries lag behind the rows, each by any number of steps. Nothing but a check
//! waits for it: a check is made once the index shows what was written before the check was
//! left, and not necessarily what was written later.
//!
//! Whenever nothing is left to do, there is one bot, for all the copies that want it, with
//! the configuration of their owner.
mod script;
mod steps;
mod world;

use script::{Script, Version};
use std::collections::{HashSet, VecDeque};
use test_case::test_case;
use world::World;

/// Explores every world. Returns how many there are, or the first end that is wrong.
fn explore(script: &Script) -> Result<usize, String> {
    let expected = script.expected();
    let mut seen = HashSet::new();
    let mut open = VecDeque::from([World::new(script)]);
    while let Some(world) = open.pop_front() {
        if !seen.insert(world.key()) {
            continue;
        }
        let next = world.next(script);
        if next.is_empty() && world.bots != expected {
            let (bots, path) = (&world.bots, world.path().join("\n"));
            return Err(format!("{bots:?} instead of {expected:?} after\n{path}"));
        }
        open.extend(next);
    }
    Ok(seen.len())
}

const A: Version = Version::Wants("a");
const B: Version = Version::Wants("b");
const C: Version = Version::Wants("c");

/// Versions of a copy, in order, each with the number of the copy: 1 is the organizer's.
type Work = &'static [(usize, Version)];

#[test_case(&[&[(0, A)], &[(1, B)]], 1; "two copies are new")]
#[test_case(&[&[(0, A)], &[(1, B), (1, C)]], 0; "the owner's title changes")]
#[test_case(&[&[(0, A)], &[(1, B), (1, Version::Declined)]], 0; "the owner declines")]
#[test_case(&[&[(0, A)], &[(1, B), (1, Version::Deleted)]], 0; "the owner's event is deleted")]
#[test_case(&[&[(0, A)], &[(1, B), (1, Version::Moved("b"))]], 0; "the owner's event moves")]
#[test_case(&[&[(0, A)], &[(1, Version::Declined), (1, B)]], 0; "the organizer accepts later")]
#[test_case(&[&[(0, A)], &[(2, B)], &[(1, C)]], 0; "three copies are new")]
#[test_case(&[&[(0, A), (0, Version::Hosts("a"))], &[(2, B)]], 0; "a copy becomes the organizers")]
#[test_case(&[&[(0, A), (2, B)], &[(1, C), (1, Version::Declined)]], 0; "of three the owner declines")]
#[test_case(&[&[(0, A), (2, B)], &[(1, C), (1, Version::Deleted)]], 0; "of three the owners event is deleted")]
fn in_every_order_the_copies_share_one_bot_configured_by_its_owner(
    syncs: &'static [Work],
    crashes: u32,
) {
    let worlds = explore(&Script::new(syncs, crashes)).expect("every end is right");
    assert!(worlds > 100, "{worlds} worlds are too few to be all");
}

/// The same of further changes.
#[test_case(&[&[(0, A), (1, C)], &[(2, B), (1, Version::Moved("a"))]], 0; "the owner moves")]
#[test_case(&[&[(0, A), (1, A)], &[(2, B), (2, Version::Declined)]], 1; "a copy declines and a worker crashes")]
#[test_case(&[&[(0, A), (1, A)], &[(2, B), (2, A), (2, Version::Hosts("a"))]], 0; "a copy becomes the organizers")]
#[test_case(&[&[(0, A), (0, B)], &[(2, B), (1, C), (1, Version::Declined)]], 0; "titles change and the owner declines")]
#[ignore = "takes two minutes"]
fn in_every_order_three_copies_that_change_share_one_bot_configured_by_its_owner(
    syncs: &'static [Work],
    crashes: u32,
) {
    let worlds = explore(&Script::new(syncs, crashes)).expect("every end is right");
    assert!(worlds > 10_000, "{worlds} worlds are too few to be all");
}

/// The model finds the end that owner checks prevent.
#[test]
fn without_checks_a_bot_could_keep_the_configuration_of_another_copy() {
    let script = Script {
        checks_owners: false,
        ..Script::new(&[&[(0, A)], &[(1, B)]], 0)
    };
    assert!(explore(&script).is_err());
}

/// The model finds the end of checks that do not wait for the index.
#[test]
fn checks_that_do_not_wait_could_leave_the_configuration_of_another_copy() {
    let script = Script {
        waits_for_index: false,
        ..Script::new(&[&[(0, A)], &[(1, B)]], 0)
    };
    assert!(explore(&script).is_err());
}
