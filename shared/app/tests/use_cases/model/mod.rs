//! Two drains and a sync at work on one meeting, in every order there is.
//!
//! A small model, explored to the end: each step of a drain is atomic (taking
//! the lease, loading the row, starting a call, its effect, its answer, the
//! write), and between any two of them anybody else may take theirs, time may
//! pass, an answer may be lost and a drain may crash. What the steps do is the
//! real thing: the lease that passes the contract suite, `revise_copies`,
//! `CallAttempt::of`, `apply_result`. Only that a call ends within its time is given.
//!
//! In every state that can be reached no two drains have a call in flight, and
//! whoever works from there on, undisturbed, ends with what is wanted.

mod world;

use std::collections::HashSet;
use std::time::Duration;

use callsheet_app::ports::Held;
use callsheet_domain::{
    Decision, DecisionInputs, Evaluation, Meeting, OverrideRevision, Overrides, Policy, Timestamp,
    decide, plan, plus, revise_copies,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, a_policy, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use world::World;

/// For how long the lease is taken.
const LEASE: Duration = Duration::from_secs(30);

/// The links that the event has, one version after the other.
struct Script {
    policy: Policy,
    links: &'static [Option<&'static str>],
    /// Whether no call is started in the last part of the lease.
    has_margin: bool,
}

impl Script {
    /// The row that a look at version `number` makes of `stored`.
    fn look(&self, number: usize, stored: Option<&Decision>, now: Timestamp) -> Option<Decision> {
        let seconds = SignedDuration::from_secs(i64::try_from(number).expect("few"));
        let event = an_event().with(|event| {
            event.updated_at = plus(at("09:00"), seconds);
            event.meeting = self.links[number].map(|link| Meeting {
                url: format!("https://meet.example/{link}"),
            });
        });
        let verdict = decide(
            &event,
            &a_calendar(),
            &self.policy,
            &Overrides::default(),
            now,
        );
        let evaluated = Evaluation {
            plan: plan(&verdict, &event, &a_calendar(), &self.policy),
            verdict,
            inputs: DecisionInputs {
                event: event.updated_at,
                ..a_decision().inputs
            },
            overrides_read: OverrideRevision(0),
            event: &event,
        };
        let stored: Vec<_> = stored.into_iter().cloned().collect();
        revise_copies(&stored, &[evaluated], now).writes.pop()
    }

    fn calls_until(&self, held: Held) -> Timestamp {
        if self.has_margin {
            held.calls_until(LEASE)
        } else {
            held.until
        }
    }
}

/// Explores every world; how many there are, or what is wrong with one.
fn explore(script: &Script) -> Result<usize, &'static str> {
    let (mut seen, mut checked) = (HashSet::new(), HashSet::new());
    let mut open = vec![World::new()];
    while let Some(world) = open.pop() {
        if !seen.insert(world.key()) {
            continue;
        }
        if world.is_called_twice() {
            return Err("two drains call at once");
        }
        if checked.insert(world.outlook()) {
            world.check(script)?;
        }
        open.extend(world.next(script));
    }
    Ok(seen.len())
}

#[test_case(&[Some("a"), None]; "a no")]
#[test_case(&[None, Some("a")]; "a yes")]
#[test_case(&[Some("a"), None, Some("a")]; "a no that is taken back")]
fn in_every_order_one_calls_and_the_end_is_what_is_wanted(links: &'static [Option<&'static str>]) {
    let script = Script {
        policy: a_policy(),
        links,
        has_margin: true,
    };
    let worlds = explore(&script).expect("every world is right");
    assert!(worlds > 1_000, "{worlds} worlds are too few to be all");
}

/// The model has teeth: this is what the margin is for.
#[test]
fn without_the_margin_two_would_call_at_once() {
    let script = Script {
        policy: a_policy(),
        links: &[Some("a"), None],
        has_margin: false,
    };
    assert_eq!(explore(&script), Err("two drains call at once"));
}
