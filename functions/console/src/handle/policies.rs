//! The active policy, and those that were pushed.

use callsheet_api::policy::{Entry, History, PolicyRevisionDocument};
use callsheet_api::policy_file::{self, PolicyFile};
use callsheet_app::document;
use callsheet_app::ports::{Calendars, Policies};
use callsheet_domain::PolicyRevision;

use crate::asked::Asked;
use crate::body::text;
use crate::caller::Caller;
use crate::page;
use crate::parameters::Parameters;
use crate::problem::Refused;
use crate::response::Answer;

use super::push_policy;

/// The policies that are listed, unless the request says how many.
const USUAL: usize = 20;
/// The most policies that are listed.
const MOST: usize = 100;

/// The active policy.
pub(super) async fn active<S: Calendars + Policies>(
    state: &S,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let revision = state.active_revision().await?;
    let policy = read(state, revision, revision).await?;
    Ok(answer(&policy, caller, asked).with_tag(push_policy::tag(revision)))
}

/// The policies that were pushed, newest first.
pub(super) async fn list<S: Policies>(state: &S, asked: Asked<'_>) -> Result<Answer, Refused> {
    let mut given = Parameters::of(asked.query);
    let most = given.limit(MOST, USUAL);
    given.finish()?;
    let stored = state.history(most).await?;
    Ok(Answer::of(&History {
        policies: stored.into_iter().map(Entry::of).collect(),
    }))
}

/// Checks the policy in the body, as `callsheet policy lint` does.
pub(super) fn lint(asked: Asked<'_>) -> Result<Answer, Refused> {
    Ok(Answer::of(&policy_file::lint(&file_of(asked)?)))
}

/// The policy in the body, in JSON or YAML.
pub(super) fn file_of(asked: Asked<'_>) -> Result<PolicyFile, Refused> {
    let (text, is_json) = text(asked.request)?;
    Ok(PolicyFile {
        name: "the policy".to_owned(),
        text,
        is_json,
    })
}

/// A policy by its revision.
pub(super) async fn one<S: Calendars + Policies>(
    state: &S,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let revision = asked.id.parse().map_err(|_| Refused::NotFound)?;
    let active = state.active_revision().await?;
    let policy = read(state, PolicyRevision(revision), active).await?;
    Ok(answer(&policy, caller, asked))
}

fn answer(policy: &PolicyRevisionDocument, caller: Caller<'_>, asked: Asked<'_>) -> Answer {
    let page = asked.page(caller, |view| page::policy(policy, view));
    Answer::of(policy).with_page(page)
}

async fn read<S: Calendars + Policies>(
    state: &S,
    revision: PolicyRevision,
    active: PolicyRevision,
) -> Result<PolicyRevisionDocument, Refused> {
    let stored = state.policy(revision).await?;
    if stored.is_none() && revision != PolicyRevision::default() && revision != active {
        return Err(Refused::NotFound);
    }
    let document = document(state, revision).await?;
    let stored = stored.as_ref();
    Ok(PolicyRevisionDocument {
        revision: revision.0,
        is_active: revision == active,
        at: stored.map(|stored| stored.at),
        by: stored.map(|stored| stored.by.as_str().to_owned()),
        via: stored.and_then(|stored| stored.by.key().map(str::to_owned)),
        note: stored.and_then(|stored| stored.note.clone()),
        document: serde_json::to_value(&document).expect("a policy can be written as JSON"),
    })
}
