//! Sets the caller's choice for a whole meeting, or takes it back.

use callsheet_api::meeting_override::MeetingOverrideSet;
use callsheet_app::meeting_override::override_meeting;
use callsheet_auth::Role;
use callsheet_domain::{MeetingWish, OverrideChoice};
use callsheet_runtime::HttpRequest;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::page;
use crate::parameters::Parameters;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// What the body of a request says. Only operators record a meeting for everybody.
pub(super) fn wish(request: &HttpRequest, caller: Caller<'_>) -> Result<MeetingWish, Refused> {
    let choice = super::override_event::wish(request)?;
    if choice == OverrideChoice::Record && caller.token.role() != Role::Operator {
        return Err(Refused::Forbidden);
    }
    Ok(MeetingWish::Own(choice))
}

/// Whose choice is taken back. Only operators take back that of other people.
pub(super) fn way_back(caller: Caller<'_>, asked: Asked<'_>) -> Result<MeetingWish, Refused> {
    let mut given = Parameters::of(asked.query);
    let of_all = given.flag("all");
    given.finish()?;
    match (of_all, caller.token.role()) {
        (false, _) => Ok(MeetingWish::Own(OverrideChoice::Clear)),
        (true, Role::Operator) => Ok(MeetingWish::ClearAll),
        (true, _) => Err(Refused::Forbidden),
    }
}

/// Sets the choice for the meeting of the event in the path.
pub(super) async fn set<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
    wish: MeetingWish,
) -> Result<Answer, Refused> {
    let (state, decisions) = (ports.state(), ports.decisions());
    let decision = caller.event(decisions, asked.id).await?;
    let ports = (state, decisions, ports.queues().sync.as_ref());
    let set = override_meeting(ports, decision, wish, &caller.author(), caller.now).await?;
    let set = caller.answered(MeetingOverrideSet::of(&set));
    let set = if caller.token.role() == Role::Participant {
        set.for_participant()
    } else {
        caller.shown(set)
    };
    let page = asked.page(caller, |view| page::meeting_saved(&set, view));
    Ok(Answer::of(&set).with_page(page))
}
