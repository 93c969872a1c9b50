//! The active policy, and those that were pushed.

use callsheet_api::calendars::CalendarList;
use callsheet_api::policy::{History, PolicyRevisionDocument};
use callsheet_api::policy_file::{self, PolicyFile, to_yaml};
use callsheet_app::document;
use callsheet_app::list_calendars::{CalendarFilter, CalendarQuery, list_calendars};
use callsheet_app::ports::{Calendars, Policies};
use callsheet_auth::Grant;
use callsheet_domain::{CalendarStatus, PolicyDocument, PolicyRevision};

use crate::asked::Asked;
use crate::body::text;
use crate::caller::Caller;
use crate::form::Form;
use crate::page::{self, Difference, Playground};
use crate::parameters::{CURSOR, Parameters, next_page};
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

use super::push_policy;

/// The policies that are listed, unless the request says how many.
const USUAL: usize = 20;
/// The most policies that are listed.
const MOST: usize = 100;
/// The most calendars whose preview a page offers.
const MOST_PREVIEWED: usize = 50;

/// The active policy. An operator's page has it in an editor.
pub(super) async fn active<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let state = ports.state();
    let revision = state.active_revision().await?;
    let (policy, document) = read(state, revision, revision).await?;
    let tag = push_policy::tag(revision);
    let is_tried = asked.form == Form::Html && *caller.token.grant() == Grant::Operator;
    let tried = if is_tried {
        Some(Playground {
            text: text_of(&document),
            tag: tag.clone(),
            calendars: previewable(ports, caller, asked).await?,
        })
    } else {
        None
    };
    let page = asked.page(caller, |view| page::policy(&policy, tried.as_ref(), view));
    let yaml = asked.yaml(|| text_of(&document));
    let is_page = page.is_some();
    let answer = Answer::of(&policy).with_page(page).with_yaml(yaml);
    // The page has more than the policy: times, and calendars to try a policy with.
    Ok(if is_page {
        answer
    } else {
        answer.with_tag(tag)
    })
}

/// A policy as it is edited. JSON is YAML, too.
fn text_of(document: &PolicyDocument) -> String {
    to_yaml(document).unwrap_or_else(|_| {
        let json = serde_json::to_string_pretty(document);
        json.expect("a policy can be written as JSON")
    })
}

/// The first connected calendars that fit the query; none if the stack allows no preview.
async fn previewable<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Option<CalendarList>, Refused> {
    if ports.listed().is_none() {
        return Ok(None);
    }
    let mut given = Parameters::of(asked.query);
    let text = given.text("q");
    given.finish()?;
    let query = CalendarQuery {
        filter: CalendarFilter {
            status: Some(CalendarStatus::Connected),
            text,
            ..CalendarFilter::default()
        },
        after: None,
        most: MOST_PREVIEWED,
        with_meetings: false,
    };
    let (state, decisions) = (ports.state(), ports.decisions());
    let known = list_calendars(state, decisions, &query, caller.now).await?;
    Ok(Some(CalendarList::of(known, caller.now)))
}

/// A page of the policies that were pushed, newest first.
pub(super) async fn list<S: Policies>(
    state: &S,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let mut given = Parameters::of(asked.query);
    let most = given.limit(MOST, USUAL);
    let before = given.one("cursor", CURSOR, |text| text.parse().ok());
    given.finish()?;
    let history = History::read(state, before.map(PolicyRevision), most).await?;
    let next = next_page(asked.query, history.next.as_deref());
    let active = match asked.form {
        Form::Html => Some(state.active_revision().await?),
        Form::Json | Form::Yaml => None,
    };
    let page = asked.page(caller, |view| {
        page::policies(&history, (active, next.as_deref()), view)
    });
    Ok(Answer::of(&history).with_page(page).with_next(next))
}

/// Checks the policy in the body, as `callsheet policy lint` does.
pub(super) fn lint(caller: Caller<'_>, asked: Asked<'_>) -> Result<Answer, Refused> {
    let report = policy_file::lint(&file_of(asked)?);
    let page = asked.page(caller, |_| page::linted(&report));
    Ok(Answer::of(&report).with_page(page))
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

/// A policy by its revision. The page of one that is not active has the difference to the active
/// one.
pub(super) async fn one<S: Calendars + Policies>(
    state: &S,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let revision = asked.id.parse().map_err(|_| Refused::NotFound)?;
    let revision = PolicyRevision(revision);
    let active = state.active_revision().await?;
    let (policy, read) = read(state, revision, active).await?;
    let difference = if asked.form == Form::Html && revision != active {
        let now = document(state, active).await?;
        Some(Difference {
            text: text_of(&read),
            active: text_of(&now),
        })
    } else {
        None
    };
    let page = asked.page(caller, |view| {
        page::policy_revision(&policy, difference.as_ref(), view)
    });
    let answer = Answer::of(&policy).with_page(page);
    Ok(match asked.yaml(|| text_of(&read)) {
        // The text of a revision does not change; whether it is active does.
        Some(yaml) => answer
            .with_yaml(Some(yaml))
            .with_tag(push_policy::tag(revision)),
        None => answer,
    })
}

async fn read<S: Calendars + Policies>(
    state: &S,
    revision: PolicyRevision,
    active: PolicyRevision,
) -> Result<(PolicyRevisionDocument, PolicyDocument), Refused> {
    let stored = state.policy(revision).await?;
    if stored.is_none() && revision != PolicyRevision::default() && revision != active {
        return Err(Refused::NotFound);
    }
    let document = document(state, revision).await?;
    let stored = stored.as_ref();
    let shown = PolicyRevisionDocument {
        revision: revision.0,
        is_active: revision == active,
        at: stored.map(|stored| stored.at),
        by: stored.map(|stored| stored.by.as_str().to_owned()),
        via: stored.and_then(|stored| stored.by.key().map(str::to_owned)),
        note: stored.and_then(|stored| stored.note.clone()),
        document: serde_json::to_value(&document).expect("a policy can be written as JSON"),
    };
    Ok((shown, document))
}
