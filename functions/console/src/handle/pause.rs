//! Pauses recording in the calendars of an owner, or ends the pause.

use callsheet_api::pause::PauseSet;
use callsheet_app::pause::set_pause;
use callsheet_domain::{PauseEnd, Timestamp};
use callsheet_runtime::HttpRequest;
use jiff::Span;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::asked::Asked;
use crate::body::body;
use crate::caller::Caller;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

const EXPECTED: &str = r#"{"until":"2026-12-24T17:00:00Z"} or {"for":"P3D"}"#;

/// The body of a request: one of the two.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Length {
    Until(Timestamp),
    For(Span),
}

/// The end of the pause that the body of a request says. Its days are those of the token's zone.
pub(super) fn end(request: &HttpRequest, caller: Caller<'_>) -> Result<PauseEnd, Refused> {
    let end = match body(request, EXPECTED)? {
        Length::Until(until) => PauseEnd::At(until),
        Length::For(length) => {
            let zone = caller.token.zone().cloned().unwrap_or(TimeZone::UTC);
            PauseEnd::After(length, zone)
        }
    };
    let is_coming = |until| until > caller.now;
    if end.of_pause_set_at(caller.now).is_some_and(is_coming) {
        Ok(end)
    } else {
        let expected = "expected an end that is still to come";
        Err(Refused::invalid("body", expected))
    }
}

/// Pauses until an end; without one, ends the pause.
pub(super) async fn set<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
    end: Option<PauseEnd>,
) -> Result<Answer, Refused> {
    let record = caller.calendar(ports.state(), asked.id).await?;
    let (state, queue) = (ports.state(), ports.queues().sync.as_ref());
    let (id, by) = (record.calendar.id, caller.author());
    let set = set_pause((state, queue), id.as_str(), end.as_ref(), &by, caller.now).await?;
    let set = caller.answered(PauseSet::of(&set));
    let page = asked.page(caller, |view| page::pause_saved(&set, view));
    Ok(Answer::of(&set).with_page(page))
}
