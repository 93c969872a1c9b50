//! Shows which upcoming meetings would gain, lose or change a bot under another
//! policy, and changes nothing.
//!
//! The decisions are made with the code of a sync, so a preview shows what a sync
//! would write.

mod forecast;
mod inputs;
mod newly_shared;

use callsheet_domain::{Decision, Policy, PolicyRevision, Timestamp, plus};
use jiff::SignedDuration;

use crate::event_lister::{EventLister, ListedEvents, ListingProgress};
use crate::policy_cache::{ActivePolicy, active_policy};
use crate::ports::{
    CalendarEvents, Calendars, Clock, Decisions, OverrideStore, Policies, RateLimits,
};
use crate::preview::{Change, preview};
use crate::use_case_error::UseCaseError;
use forecast::forecast;
pub use forecast::{ExceededCap, SpendingForecast};
pub use inputs::{KnownCalendars, PreviewInputs};
pub use newly_shared::NewlyShared;
use newly_shared::newly_shared;

/// Recall updates events that started up to about a day ago, and a full sync
/// reaches as far back.
const FULL_SYNC_REACH: SignedDuration = SignedDuration::from_hours(24);

/// What another policy would change.
#[derive(Debug, Clone)]
pub struct PolicyPreview {
    /// What was decided about, and what from.
    pub inputs: PreviewInputs,
    /// The rows that would be written.
    pub changes: Vec<Change>,
    /// Revision of the policy that it is compared with.
    pub compared_with: PolicyRevision,
    /// Whether the policies differ in which events share a bot.
    pub changes_deduplication: bool,
    /// Events that would share a bot, and have several now.
    pub newly_shared: Vec<NewlyShared>,
    /// What the bots of upcoming meetings would amount to.
    pub spending: SpendingForecast,
}

/// What the previewed policy is compared with.
#[derive(Debug, Clone)]
pub enum Baseline {
    /// The stored decisions.
    Decisions(Vec<Decision>),
    /// What another policy would decide.
    Policy,
}

/// Lists the events of `calendars`.
///
/// # Errors
/// If a list has no end, or a collaborator fails.
pub async fn list_inputs<R, S, K, P>(
    lister: &EventLister<'_, R, S, K, P>,
    calendars: KnownCalendars,
    now: Timestamp,
) -> Result<PreviewInputs, UseCaseError>
where
    R: CalendarEvents,
    S: RateLimits,
    K: Clock,
    P: ListingProgress,
{
    let from = plus(now, -FULL_SYNC_REACH);
    let pages = lister.pages(calendars.readable.keys(), from).await?;
    Ok(PreviewInputs::new(calendars, ListedEvents::of(pages)))
}

/// Compares what `policy` would decide with the stored decisions.
///
/// # Errors
/// If a collaborator fails, or the active policy cannot be read.
pub async fn compare_with_decisions<S, D>(
    (state, decisions): (&S, &D),
    mut inputs: PreviewInputs,
    policy: &Policy,
    now: Timestamp,
) -> Result<PolicyPreview, UseCaseError>
where
    S: Policies + Calendars + OverrideStore,
    D: Decisions,
{
    inputs.read_meetings(state).await?;
    let rows = inputs.stored_decisions(decisions).await?;
    let active = active_policy(state).await?;
    let baseline = (Baseline::Decisions(rows), active);
    Ok(compare(inputs, baseline, policy, now))
}

/// Compares what `policy` would decide with the baseline, once it is pushed over it.
#[must_use]
pub fn compare(
    inputs: PreviewInputs,
    (baseline, compared_with): (Baseline, ActivePolicy),
    policy: &Policy,
    now: Timestamp,
) -> PolicyPreview {
    let policy = &policy.over(&compared_with.policy);
    let changes = |rows, policy| preview(&inputs.calendars, &inputs.events, rows, policy, now);
    let rows = match baseline {
        Baseline::Decisions(rows) => rows,
        Baseline::Policy => {
            let policy = (&*compared_with.policy, compared_with.revision);
            let first = changes(Vec::new(), policy);
            first.into_iter().map(|change| change.after).collect()
        }
    };
    let next = PolicyRevision(compared_with.revision.0 + 1);
    let changes_deduplication = compared_with.policy.deduplication() != policy.deduplication();
    let before = rows.clone();
    let changes = changes(rows, (policy, next));
    let calendars = &inputs.calendars;
    PolicyPreview {
        spending: forecast(&before, &changes, calendars, policy, now),
        newly_shared: if changes_deduplication {
            newly_shared(before, &changes)
        } else {
            Vec::new()
        },
        changes,
        compared_with: compared_with.revision,
        changes_deduplication,
        inputs,
    }
}
