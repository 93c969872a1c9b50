//! Syncs of a meeting's copies and a scheduler run, in every possible order.
//!
//! Each copy has a sync of its own. The sync loads the meeting's rows, folds a version of
//! its copy in, and writes the changed rows one by one; another actor may act between any
//! two of these steps. One of them may crash, and its request is then delivered again. The
//! scheduler makes the calls of due rows, one at a time, since the copies share a bot.
//!
//! Whenever nothing is left to do, there is one bot, for all the copies that want it, with
//! the configuration of their owner.
mod script;
mod steps;
mod world;

use script::{Script, Title};
use std::collections::HashSet;
use test_case::test_case;
use world::World;

/// Explores every world. Returns how many there are, or the first end that is wrong.
fn explore(script: &Script) -> Result<usize, String> {
    let expected = script.expected();
    let mut seen = HashSet::new();
    let mut open = vec![World::new(script)];
    while let Some(world) = open.pop() {
        if !seen.insert(world.key()) {
            continue;
        }
        let next = world.next(script);
        if next.is_empty() && world.bot != expected {
            return Err(format!("{:?} instead of {expected:?}", world.bot));
        }
        open.extend(next);
    }
    Ok(seen.len())
}

#[test_case(&[&[Some("a")], &[Some("b")]], 1; "two copies are new")]
#[test_case(&[&[Some("a")], &[Some("b"), Some("c")]], 0; "the owner's title changes")]
#[test_case(&[&[Some("a")], &[Some("b"), None]], 0; "the owner declines")]
#[test_case(&[&[Some("a")], &[None, Some("b")]], 0; "the organizer accepts later")]
fn in_every_order_the_copies_share_one_bot_configured_by_its_owner(
    copies: &[&[Title]],
    crashes: u32,
) {
    let worlds = explore(&Script::new(copies, crashes)).expect("every end is right");

    assert!(worlds > 1_000, "{worlds} worlds are too few to be all");
}

/// The model finds the end that settling prevents.
#[test]
fn without_settling_a_bot_could_keep_the_configuration_of_another_copy() {
    let script = Script {
        settles: false,
        ..Script::new(&[&[Some("a")], &[Some("b")]], 0)
    };
    assert!(explore(&script).is_err());
}
