//! Sets or clears the override of an event or of its series.

use callsheet_api::overrides::OverrideSet;
use callsheet_app::overrides::{Target, override_decision};
use callsheet_domain::OverrideChoice;
use callsheet_runtime::HttpRequest;
use serde::Deserialize;

use crate::asked::Asked;
use crate::body::body;
use crate::caller::Caller;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// The body of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    #[serde(rename = "override")]
    choice: Choice,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Record,
    Skip,
}

/// What the body of a request says.
pub(super) fn wish(request: &HttpRequest) -> Result<OverrideChoice, Refused> {
    let wish: Wish = body(request, r#"{"override":"record"} or {"override":"skip"}"#)?;
    Ok(match wish.choice {
        Choice::Record => OverrideChoice::Record,
        Choice::Skip => OverrideChoice::Skip,
    })
}

/// Sets the override of the event in the path, or of its series.
pub(super) async fn set<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
    (target, choice): (Target, OverrideChoice),
) -> Result<Answer, Refused> {
    let (state, decisions) = (ports.state(), ports.decisions());
    let decision = caller.event(decisions, asked.id).await?;
    let is_cleared = choice == OverrideChoice::Clear;
    if target == Target::Event && !is_cleared && decision.ends_at <= caller.now {
        return Err(Refused::EventOver);
    }
    let ports = (state, decisions, ports.queues().sync.as_ref());
    let by = caller.author();
    let set = override_decision(ports, (target, decision), choice, &by, caller.now).await?;
    let set = caller.answered(OverrideSet::of(&set));
    let set = if caller.is_owner() {
        set.for_owner()
    } else {
        caller.shown(set)
    };
    let page = asked.page(caller, |view| page::override_saved(&set, view));
    Ok(Answer::of(&set).with_page(page))
}
