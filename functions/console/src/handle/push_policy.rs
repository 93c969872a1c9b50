//! Pushes a policy over the one that its author saw.

use callsheet_api::delivery::Delivery;
use callsheet_api::policy::{Problem, Pushed, Size};
use callsheet_api::policy_file::{PolicyFile, compile};
use callsheet_api::problem::InvalidPart;
use callsheet_app::notify::notify;
use callsheet_app::{PushError, PushOutcome, PushedBy, policy_warnings, push_over};
use callsheet_domain::{Notation, PolicyDocument, PolicyProblem, PolicyRevision, SyncJob};
use serde::Deserialize;
use serde_json::Value;

use crate::asked::Asked;
use crate::body::body;
use crate::caller::Caller;
use crate::page::{self, LONGEST_NOTE};
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

const EXPECTED: &str = r#"{"document":{"version":1,…},"note":"…"}"#;

/// The body of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    document: Value,
    note: Option<String>,
}

/// The entity tag of an active policy: its revision.
pub(super) fn tag(revision: PolicyRevision) -> String {
    format!("\"policy-{}\"", revision.0)
}

/// The revision that an entity tag is of.
fn seen(tag: &str) -> Option<PolicyRevision> {
    let number = tag.trim().strip_prefix("\"policy-")?.strip_suffix('"')?;
    number.parse().ok().map(PolicyRevision)
}

/// Pushes the policy in the body.
pub(super) async fn push<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let if_match = asked.request.header("if-match");
    let seen = seen(if_match.ok_or(Refused::PreconditionRequired)?);
    let seen = seen.ok_or(Refused::ChangedMeanwhile)?;
    let wish: Wish = body(asked.request, EXPECTED)?;
    let note = wish.note.filter(|note| !note.trim().is_empty());
    if note
        .as_ref()
        .is_some_and(|note| note.chars().count() > LONGEST_NOTE)
    {
        return Err(Refused::invalid(
            "note",
            "expected at most 1,000 characters",
        ));
    }
    let document = document(wish.document)?;
    let (state, decisions) = (ports.state(), ports.decisions());
    let warnings = policy_warnings(state, &document).await?;
    let author = PushedBy {
        by: caller.author(),
        note,
        at: caller.now,
    };
    let outcome = push_over((state, decisions), &document, Some(seen), author).await;
    let (revision, resync_request) = match outcome {
        Ok(PushOutcome::Unchanged(revision)) => (revision, None),
        Ok(PushOutcome::Active(revision)) => {
            let sent = notify(ports.queues().sync.as_ref(), &SyncJob::Resync).await;
            (revision, Some(Delivery::of(&sent)))
        }
        Err(PushError::Invalid(invalid)) => return Err(refused(invalid.0)),
        Err(PushError::SchemeInUse { .. }) => return Err(Refused::DeduplicationInUse),
        Err(PushError::Overtaken) => return Err(Refused::ChangedMeanwhile),
        Err(PushError::Port(error)) => return Err(error.into()),
    };
    let pushed = Pushed {
        revision: revision.0,
        is_new: resync_request.is_some(),
        size: Size::of(&document),
        warnings: Problem::all_of(warnings),
        resync_request,
    };
    let page = asked.page(caller, |_| page::pushed(&pushed));
    Ok(Answer::of(&pushed).with_page(page).with_tag(tag(revision)))
}

/// The document; else all its problems.
fn document(value: Value) -> Result<PolicyDocument, Refused> {
    if let Value::String(text) = value {
        let file = PolicyFile {
            name: String::new(),
            text,
            is_json: false,
        };
        return Ok(compile(&file).map_err(refused_text)?.0);
    }
    let problems = PolicyDocument::problems_of(&value, Notation::Json);
    match serde_json::from_value(value) {
        Ok(document) if problems.is_empty() => Ok(document),
        Err(error) if problems.is_empty() => {
            let message = PolicyDocument::clarified(&error.to_string());
            Err(Refused::invalid("document", &message))
        }
        _ => Err(refused(problems)),
    }
}

/// The problems of a policy that was sent as a text.
pub(super) fn refused_text(problems: Vec<Problem>) -> Refused {
    let part = |problem: Problem| part(&problem.place, problem.message);
    Refused::Invalid(problems.into_iter().map(part).collect())
}

fn refused(problems: Vec<PolicyProblem>) -> Refused {
    let part = |problem: PolicyProblem| part(&problem.place, problem.message);
    Refused::Invalid(problems.into_iter().map(part).collect())
}

fn part(place: &str, detail: String) -> InvalidPart {
    let place = match place {
        "" => "document".to_owned(),
        place => format!("document.{place}"),
    };
    InvalidPart { place, detail }
}
