//! A person's no to one event, folded into its row without the event.
//!
//! A no needs no fact of the event: it goes before the denied domains, the other overrides,
//! a pause and the rules, and wants no bot. Only the conditions under which no bot can record
//! go before it, and they keep a bot out as well. So the row that the next sync would write
//! is known at once.

use jiff::Timestamp;

use crate::decision::decide::by_override;
use crate::decision::revise::RowChange;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::overrides::{OverrideChoice, Overrides};
use crate::verdict::RuleName;

/// The rules by which no bot can record, whatever a person wants.
const CONSTRAINTS: [RuleName; 7] = [
    RuleName::DELETED,
    RuleName::DISCONNECTED,
    RuleName::CANCELLED,
    RuleName::OVER,
    RuleName::NO_MEETING,
    RuleName::UNKNOWN_OWNER,
    RuleName::SUPERSEDED,
];

/// The change of a row whose event has an override that says not to record it, as the next
/// sync would write it. A row that a constraint skips stays as it is, and so does one whose
/// event has no such override, or that was decided with later ones.
#[must_use]
pub fn skip_at_once(stored: &Decision, overrides: &Overrides, now: Timestamp) -> RowChange {
    let applicable = overrides.for_decision(stored);
    let choice = applicable
        .event
        .filter(|choice| choice.choice == OverrideChoice::Skip);
    let is_constrained = CONSTRAINTS.contains(&stored.verdict.reason().rule);
    let verdict = choice.and_then(|choice| by_override(choice, RuleName::EVENT_OVERRIDE, "event"));
    let Some(verdict) = verdict.filter(|_| !is_constrained && stored.ends_at > now) else {
        return RowChange::Unchanged;
    };
    if overrides.revision < stored.inputs.overrides {
        return RowChange::Behind;
    }
    let mut skipped = stored.clone().wanting(Wanted::Nothing);
    skipped.offer = None;
    skipped.verdict = verdict;
    skipped.inputs.overrides = applicable.revision();
    if *stored == skipped {
        RowChange::Unchanged
    } else {
        RowChange::Write(Box::new(skipped))
    }
}
