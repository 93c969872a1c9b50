//! Two scheduler runs and a sync of one meeting, in every possible order.
//!
//! A small model, explored completely. Each step of a run is atomic (taking the
//! lease, loading the row, starting a call, its effect, its response, the
//! write). Between any two steps another actor may take one, time may pass, a
//! response may be lost and a run may crash. The steps use the real code: the
//! lease that passes the contract suite, `revise_copies`, `CallPlan::of`,
//! `apply_result`. The model only assumes that a call ends within its time.
//!
//! In every state that can be reached, no two runs have a call in flight, and an
//! undisturbed run from there on ends with what is wanted.

mod copies;
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

/// How long the lease lasts.
const LEASE: Duration = Duration::from_secs(30);

/// The link of a version that was moved into the past.
const PAST: &str = "past";

/// The versions of the event, each with its meeting link.
struct Script {
    policy: Policy,
    links: &'static [Option<&'static str>],
    /// Whether no call is started in the last part of the lease.
    has_margin: bool,
}

impl Script {
    /// The row that a sync of version `number` makes of `stored`.
    fn sync(&self, number: usize, stored: Option<&Decision>, now: Timestamp) -> Option<Decision> {
        let seconds = SignedDuration::from_secs(i64::try_from(number).expect("few"));
        let event = an_event().with(|event| {
            event.updated_at = plus(at("09:00"), seconds);
            event.meeting = self.links[number].map(|link| Meeting {
                url: format!("https://meet.example/{link}"),
            });
            if self.links[number] == Some(PAST) {
                (event.starts_at, event.ends_at) = (at("08:00"), at("09:00"));
            }
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
            overridden_at: None,
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

/// Explores every world. Returns how many there are, or the first violation.
fn explore(script: &Script) -> Result<usize, &'static str> {
    let (mut seen, mut checked) = (HashSet::new(), HashSet::new());
    let mut open = vec![World::new()];
    while let Some(world) = open.pop() {
        if !seen.insert(world.key()) {
            continue;
        }
        if world.is_called_twice() {
            return Err("two runs call at once");
        }
        if checked.insert(world.end_key()) {
            world.check(script)?;
        }
        open.extend(world.next(script));
    }
    Ok(seen.len())
}

#[test_case(&[Some("a"), None]; "a bot is unwanted again")]
#[test_case(&[None, Some("a")]; "a bot becomes wanted")]
#[test_case(&[Some("a"), Some(PAST)]; "a meeting is moved into the past")]
#[test_case(&[Some("a"), None, Some("a")]; "a bot is unwanted for a while")]
fn in_every_order_one_run_calls_and_ends_with_what_is_wanted(
    links: &'static [Option<&'static str>],
) {
    let script = Script {
        policy: a_policy(),
        links,
        has_margin: true,
    };
    let worlds = explore(&script).expect("every world is right");
    assert!(worlds > 1_000, "{worlds} worlds are too few to be all");
}

/// The model finds the violation that the margin prevents.
#[test]
fn without_the_margin_two_runs_would_call_at_once() {
    let script = Script {
        policy: a_policy(),
        links: &[Some("a"), None],
        has_margin: false,
    };
    assert_eq!(explore(&script), Err("two runs call at once"));
}
