//! Pushes a policy.
//!
//! Bots are told apart by their deduplication keys, so the scheme of the keys
//! must not change while any bot is scheduled under the old one: Recall would
//! see a new bot beside each old one. Of two pushes at once, the second one
//! finds another active revision than the one it replaces, and fails. A bot that
//! comes to be wanted between the count of bots and the push is not counted. This
//! is accepted: a push takes milliseconds, and hardly any installation ever
//! changes its scheme.

use std::collections::BTreeSet;

use callsheet_domain::{
    Actor, Applied, Deduplication, InvalidPolicy, Policy, PolicyDocument, PolicyRevision, Step,
    Timestamp,
};

use crate::PortError;
use crate::policy_cache::document;
use crate::ports::{Calendars, Decisions, NewPolicy, Policies, PolicyWrite};

/// Rows loaded together.
const ROWS: usize = 100;

/// The result of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    /// The policy is active from now on.
    Active(PolicyRevision),
    /// The same policy was active already.
    Unchanged(PolicyRevision),
}

/// The reason why a policy was not pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The policy is invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
    /// Bots are scheduled under another deduplication scheme.
    #[error(
        "the active policy tells bots apart by {kept}, this one by {wanted}, and {bots} upcoming \
         meetings have a bot or are about to: Recall's scheduling guide demands that the scheme never \
         changes while events are scheduled. Either keep {kept}, or delete every calendar at Recall \
         and connect it again, or push a policy that skips everything and wait until no bot is left"
    )]
    SchemeInUse {
        /// Scheme of the active policy.
        kept: Deduplication,
        /// Scheme of the pushed policy.
        wanted: Deduplication,
        /// Upcoming meetings with a bot.
        bots: usize,
    },
    /// Another policy was pushed meanwhile.
    #[error(
        "another policy was pushed meanwhile: pull it, apply your change to it, and push again"
    )]
    Overtaken,
    /// A collaborator failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Author, reason and time of a push.
#[derive(Debug, Clone)]
pub struct PushedBy {
    /// The author.
    pub by: Actor,
    /// The reason, in the author's words.
    pub note: Option<String>,
    /// The time.
    pub at: Timestamp,
}

/// Pushes `document` as the active policy, over whichever is active. The next resyncs evaluate
/// each meeting with it.
///
/// # Errors
/// If the policy is not pushed; the error says what to do, and nothing has changed.
pub async fn push<S, D>(
    state: &S,
    decisions: &D,
    document: &PolicyDocument,
    pusher: PushedBy,
) -> Result<PushOutcome, PushError>
where
    S: Policies + Calendars,
    D: Decisions,
{
    push_over((state, decisions), document, None, pusher).await
}

/// Pushes `document` over the revision that its author saw; over any if none is given. A policy
/// that is active already is not pushed again, whatever its author saw.
///
/// # Errors
/// If the policy is not pushed; the error says what to do, and nothing has changed.
pub async fn push_over<S, D>(
    (state, decisions): (&S, &D),
    document: &PolicyDocument,
    seen: Option<PolicyRevision>,
    pusher: PushedBy,
) -> Result<PushOutcome, PushError>
where
    S: Policies + Calendars,
    D: Decisions,
{
    Policy::compile(document)?;
    let revision = state.active_revision().await?;
    let active = self::document(state, revision).await?;
    let kept = active.deduplication();
    let [active, document] = [&active, document].map(|one| one.clone().over(kept.links));
    let newest_used = newest_used(state).await?;
    // A push also restores what was lost of the stored policies.
    let is_intact = newest_used <= revision && !state.is_head_missing().await?;
    if is_intact && active.canonical() == document.canonical() {
        return Ok(PushOutcome::Unchanged(revision));
    }
    if seen.is_some_and(|seen| seen != revision) {
        return Err(PushError::Overtaken);
    }
    let wanted = document.deduplication();
    if kept != wanted {
        let bots = bots(state, decisions, pusher.at).await?;
        if bots > 0 {
            return Err(PushError::SchemeInUse { kept, wanted, bots });
        }
    }
    let new = NewPolicy {
        document: document.canonical(),
        by: pusher.by,
        at: pusher.at,
        note: pusher.note,
        newest_used,
    };
    match state.push(&new, revision).await? {
        PolicyWrite::Active(revision) => Ok(PushOutcome::Active(revision)),
        PolicyWrite::Conflict => Err(PushError::Overtaken),
    }
}

/// The newest revision that a calendar was synced with. It is later than any stored one
/// if stored policies were lost.
async fn newest_used<S: Calendars>(state: &S) -> Result<PolicyRevision, PortError> {
    let listed = state.listed().await?;
    let synced = listed.iter().filter_map(|listed| {
        let last_sync = listed.record.last_sync.as_ref()?;
        Some(last_sync.policy)
    });
    Ok(synced.max().unwrap_or_default())
}

/// The number of upcoming meetings that have a bot, may have one, or will get one.
async fn bots<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<usize, PortError>
where
    S: Calendars,
    D: Decisions,
{
    let mut bots = 0;
    let listed = state.listed().await?.into_iter();
    let listed = listed.map(|listed| listed.record.calendar.id);
    let unreadable = state.unreadable().await?.into_iter();
    let calendars = listed.chain(unreadable.map(|record| record.calendar_id));
    for calendar in calendars.collect::<BTreeSet<_>>() {
        let keys = decisions.of_calendar(&calendar, now).await?;
        for keys in keys.chunks(ROWS) {
            let rows = decisions.decisions(keys).await?;
            // A row that cannot be read may have a bot.
            bots += rows.unreadable.len();
            let rows = rows.decisions;
            let has_bot = |row: &&callsheet_domain::Decision| {
                row.applied != Applied::Nothing || matches!(row.step(), Step::Schedule(_))
            };
            bots += rows.iter().filter(has_bot).count();
        }
    }
    Ok(bots)
}
