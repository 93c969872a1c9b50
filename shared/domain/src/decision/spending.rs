//! A decision to record, under the caps on spending that its policy sets.
//!
//! The caps come last: what a rule, an override or the state of the event decides is decided
//! before, and only a bot that would be scheduled is counted.
//!
//! A row that wants a bot by some revision of the policy was written after the bot was counted
//! under it. So it is counted again only if the bot, the end of the meeting or the policy is
//! another one, and an event that did not change costs nothing.

use jiff::Timestamp;

use crate::decision::begun::after_start;
use crate::decision::evaluation::Evaluation;
use crate::decision::plan::Plan;
use crate::decision::revise::outdated;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::event::Calendar;
use crate::policy::Policy;
use crate::spending::{CapReached, SpendingClaim};
use crate::verdict::{Reason, RuleName, Verdict};

/// The bot that is to be counted before the evaluation is folded into the `stored` row. None if
/// the policy sets no caps, no bot follows from the evaluation, or it is counted already.
#[must_use]
pub fn spending_claim(
    evaluation: &Evaluation<'_>,
    stored: Option<&Decision>,
    (policy, calendar): (&Policy, &Calendar),
    now: Timestamp,
) -> Option<SpendingClaim> {
    let caps = policy.spending_caps(calendar)?;
    if stored.is_some_and(|stored| outdated(stored, evaluation).is_some()) {
        return None;
    }
    let applied = after_start(evaluation, stored, now);
    let Plan::Bot {
        deduplication_key,
        starts_at,
        ..
    } = &applied.plan
    else {
        return None;
    };
    let event = evaluation.event;
    let has_it = |row: &&Decision| row.wanted_key() == Some(deduplication_key);
    let is_counted = |row: &Decision| {
        row.inputs.policy == evaluation.inputs.policy && row.ends_at == event.ends_at
    };
    if stored.filter(has_it).is_some_and(is_counted) {
        return None;
    }
    let stands = |row: &Decision| {
        let applied = row.applied.bot();
        row.wanted_key() == Some(deduplication_key)
            || applied.is_some_and(|bot| bot.deduplication_key == *deduplication_key)
    };
    Some(SpendingClaim {
        bot: deduplication_key.clone(),
        starts_at: *starts_at,
        ends_at: event.ends_at,
        policy: policy.name_for(calendar).map(str::to_owned),
        caps,
        is_exempt: RuleName::OF_OVERRIDES.contains(&evaluation.verdict.reason().rule)
            || stored.is_some_and(stands),
        moved_from: stored.and_then(|row| match &row.wanted {
            Wanted::Bot(bot) => Some(bot.starts_at),
            Wanted::Nothing => None,
        }),
    })
}

/// The evaluation, after a cap left no room for its bot.
#[must_use]
pub fn over_cap<'a>(evaluation: &Evaluation<'a>, reached: &CapReached) -> Evaluation<'a> {
    let Reason { reason, tested, .. } = evaluation.verdict.reason();
    let verdict = Verdict::skip(
        RuleName::SPENDING_CAP,
        format!("{reached}; without that it would be recorded ({reason})"),
    );
    Evaluation {
        plan: Plan::Nothing,
        verdict: verdict.after(tested.clone()),
        ..evaluation.clone()
    }
}
