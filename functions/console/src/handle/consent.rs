//! What a person who takes part in a meeting is asked, and chose.

use callsheet_api::meeting_override::Consent;
use callsheet_app::consent::read_consent;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// The meeting of the event in the path, and the caller's own choice.
pub(super) async fn consent<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let decision = caller.event(ports.decisions(), asked.id).await?;
    let read = read_consent(ports.state(), decision, &caller.author()).await?;
    let consent = Consent::of(&read);
    let page = asked.page(caller, |view| page::consent(&consent, view));
    Ok(Answer::of(&consent).with_page(page))
}
