//! The active policy: cached by revision, so that a pushed policy takes effect
//! with the next batch.
//!
//! The built-in policy leaves one choice to the stack: how links are compared. A stack that
//! is new when its first sync begins compares by meeting. One that has calendars by then was
//! made by a build that compared by text, and may have bots under these keys: it keeps them
//! until somebody pushes a policy that says otherwise. The first sync stores the choice
//! before it stores any calendar, so no stack is taken for an older one later. Two first
//! syncs at once both find no calendar. A build that is replaced within the second in which
//! the first calendar of all is connected is not told apart; then that one calendar has a
//! bot under another key, which a sync repairs.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_domain::{InvalidPolicy, LinkComparison, Policy, PolicyDocument, PolicyRevision};

use crate::find_calendar::known_calendars;
use crate::ports::{Calendars, Policies};
use crate::{PortError, Service};

/// A policy and its revision.
#[derive(Debug, Clone)]
pub struct ActivePolicy {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its revision.
    pub revision: PolicyRevision,
}

impl ActivePolicy {
    /// The policy that is active in a new stack until one is pushed.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            policy: Arc::new(Policy::built_in()),
            revision: PolicyRevision::default(),
        }
    }
}

/// Reads the active policy, and compiles each revision once.
#[derive(Debug, Clone, Default)]
pub struct PolicyCache(Arc<Mutex<Option<ActivePolicy>>>);

impl PolicyCache {
    /// The active policy. Under the built-in one it is decided by then how links are
    /// compared.
    ///
    /// # Errors
    /// If the store fails, or holds a policy of a later build.
    pub async fn current<S>(&self, state: &S) -> Result<ActivePolicy, PortError>
    where
        S: Policies + Calendars,
    {
        let revision = state.active_revision().await?;
        let cached = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(cached) = cached
            && cached.revision == revision
        {
            return Ok(cached);
        }
        let document = match pushed(state, revision).await? {
            Some(document) => document,
            None => built_in(decided_links(state).await?),
        };
        let active = compiled(&document, revision)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(active.clone());
        Ok(active)
    }
}

/// The active policy, without deciding anything.
///
/// # Errors
/// If the store fails, or holds a policy of a later build.
pub async fn active_policy<S>(state: &S) -> Result<ActivePolicy, PortError>
where
    S: Policies + Calendars,
{
    let revision = state.active_revision().await?;
    compiled(&document(state, revision).await?, revision)
}

/// The document of a revision; the built-in one before the first push, and for
/// revisions of earlier builds, which stored none.
///
/// # Errors
/// If the store fails, or holds a document of a later build.
pub async fn document<S>(state: &S, revision: PolicyRevision) -> Result<PolicyDocument, PortError>
where
    S: Policies + Calendars,
{
    match pushed(state, revision).await? {
        Some(document) => Ok(document),
        None => Ok(built_in(links(state).await?)),
    }
}

async fn pushed(
    policies: &impl Policies,
    revision: PolicyRevision,
) -> Result<Option<PolicyDocument>, PortError> {
    let stored = policies.policy(revision).await?;
    let document = stored.map(|stored| PolicyDocument::parse(&stored.document));
    document
        .transpose()
        .map_err(|problem| unreadable(revision, problem))
}

/// The built-in policy of a stack that compares `links` in this way.
fn built_in(links: LinkComparison) -> PolicyDocument {
    PolicyDocument {
        compare_links: Some(links),
        ..PolicyDocument::built_in()
    }
}

/// How the built-in policy compares links, as it is decided or would be.
async fn links<S: Policies + Calendars>(state: &S) -> Result<LinkComparison, PortError> {
    if let Some(links) = state.built_in_links().await? {
        return Ok(links);
    }
    Ok(if known_calendars(state).await?.is_empty() {
        LinkComparison::Meeting
    } else {
        LinkComparison::Text
    })
}

/// How the built-in policy compares links, from now on.
async fn decided_links<S: Policies + Calendars>(state: &S) -> Result<LinkComparison, PortError> {
    if let Some(links) = state.built_in_links().await? {
        return Ok(links);
    }
    state.decide_built_in_links(links(state).await?).await
}

fn compiled(
    document: &PolicyDocument,
    revision: PolicyRevision,
) -> Result<ActivePolicy, PortError> {
    let policy = Policy::compile(document)
        .map_err(|problems: InvalidPolicy| unreadable(revision, problems.to_string()))?;
    Ok(ActivePolicy {
        policy: Arc::new(policy),
        revision,
    })
}

pub(crate) fn unreadable(revision: PolicyRevision, problem: String) -> PortError {
    PortError::Unreadable {
        service: Service::DynamoDb,
        reason: format!("revision {}: {problem}", revision.0),
    }
}
