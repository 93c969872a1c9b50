//! The holder of the token.

use callsheet_api::me::{Features, Me, MyCalendar};
use callsheet_app::list_calendars::calendar_states;
use callsheet_auth::Grant;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// The holder of the token, and what it gives access to.
pub(super) async fn me<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let token = caller.token;
    let (mut calendars, mut event) = (None, None);
    match token.grant() {
        Grant::Owner { calendars: ids } => {
            let known = calendar_states(ports.state(), ids, caller.now).await?;
            calendars = Some(known.calendars.iter().map(MyCalendar::of).collect());
        }
        Grant::Participant { event: id } => {
            let decision = caller.event(ports.decisions(), id.as_str()).await?;
            event = Some(decision.key.event_id.to_string());
        }
        Grant::Reader | Grant::Operator => {}
    }
    let zone = token.zone().and_then(|zone| zone.iana_name());
    let me = Me {
        role: token.role().as_str(),
        name: token.subject().as_str().to_owned(),
        calendars,
        event,
        zone: zone.map(str::to_owned),
        expires_at: token.expires_at(),
        features: Features {
            preview: ports.listed().is_some(),
            sign_in: caller.can_sign_in,
        },
    };
    let page = asked.page(caller, |_| page::header(&me));
    Ok(Answer::of(&me).with_page(page))
}
