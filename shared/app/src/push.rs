//! Puts a policy into force.
//!
//! Bots are told apart by their deduplication keys, so the scheme of the keys
//! must not change while any bot is scheduled under the old one: Recall would
//! see a new bot beside each old one. Two pushes at once are told apart by the
//! revision they replace. A bot that comes to be wanted between the look for
//! bots and the push is not seen; a push takes milliseconds, and a scheme is
//! changed once in a lifetime.

use callsheet_domain::{
    Actor, Applied, DeduplicationScheme, InvalidPolicy, Policy, PolicyDocument, PolicyRevision,
    Step, Timestamp,
};

use crate::PortError;
use crate::policy_cache::document;
use crate::ports::{Calendars, Decisions, NewPolicy, Policies, PolicyWrite};

/// Rows loaded together.
const ROWS: usize = 100;

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    /// It is in force from now on.
    Active(PolicyRevision),
    /// It is the one that was in force already.
    Unchanged(PolicyRevision),
}

/// Why a policy was not put into force.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It makes no sense.
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
    /// Bots are scheduled under another scheme.
    #[error(
        "the policy in force tells bots apart by {}, this one by {}, and {bots} upcoming meetings \
         have a bot or are about to: Recall's scheduling guide demands that the scheme never changes \
         while events are scheduled. Either keep `deduplication: {}`, or delete every calendar at \
         Recall and connect it again, or push a policy that skips everything and wait until no bot is left",
        .kept.as_str(), .wanted.as_str(), .kept.as_str()
    )]
    SchemeInUse {
        /// The scheme in use.
        kept: DeduplicationScheme,
        /// The one of the policy.
        wanted: DeduplicationScheme,
        /// How many meetings have a bot, at least.
        bots: usize,
    },
    /// Somebody else pushed meanwhile.
    #[error("somebody else pushed a policy meanwhile: pull it, and push again what should change")]
    Overtaken,
    /// A collaborator let us down.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Who pushes, why and when.
#[derive(Debug, Clone)]
pub struct PushedBy {
    /// Who.
    pub by: Actor,
    /// Why, in their words.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Puts `document` into force. What follows from it for each meeting is
/// decided by the sweeps that come next.
///
/// # Errors
/// If it cannot be, with what to do instead; nothing has changed then.
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
    let policy = Policy::compile(document)?;
    let revision = state.active_revision().await?;
    let active_revision = self::document(state, revision).await?;
    if active_revision.canonical() == document.canonical() {
        return Ok(PushOutcome::Unchanged(revision));
    }
    let kept = active_revision.deduplication;
    if kept != policy.scheme() {
        let bots = bots(state, decisions, pusher.at).await?;
        if bots > 0 {
            return Err(PushError::SchemeInUse {
                kept,
                wanted: policy.scheme(),
                bots,
            });
        }
    }
    let new = NewPolicy {
        document: document.canonical(),
        by: pusher.by,
        at: pusher.at,
        note: pusher.note,
    };
    match state.push(&new, revision).await? {
        PolicyWrite::Active(revision) => Ok(PushOutcome::Active(revision)),
        PolicyWrite::Conflict => Err(PushError::Overtaken),
    }
}

/// How many upcoming meetings have a bot, may have one, or are about to.
async fn bots<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<usize, PortError>
where
    S: Calendars,
    D: Decisions,
{
    let mut bots = 0;
    for listed in state.listed().await? {
        let keys = decisions
            .of_calendar(&listed.record.calendar.id, now)
            .await?;
        for keys in keys.chunks(ROWS) {
            let rows = decisions.decisions(keys).await?;
            let has_bot = |row: &&callsheet_domain::Decision| {
                row.applied != Applied::Nothing || matches!(row.step(), Step::Schedule(_))
            };
            bots += rows.iter().filter(has_bot).count();
        }
    }
    Ok(bots)
}
