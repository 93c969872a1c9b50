//! Shows what is deleted with a calendar, and takes the wish to disconnect it.
//!
//! The wish says by `If-Match` which effects its author has seen. They are counted again right
//! before it is stored. A meeting that comes in between is removed without having been shown: the
//! counts are no part of the record that is written.

use callsheet_api::delivery::Delivery;
use callsheet_api::disconnection::{CalendarDisconnection, DisconnectionRequested, Requested};
use callsheet_app::removal_effects::removal_effects;
use callsheet_app::request_disconnection::request_disconnection;
use callsheet_domain::CalendarRecord;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::entity_tag::strong_tag;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// The disconnection of a calendar, with the entity tag that a wish depends on.
pub(super) async fn read<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let record = caller.calendar(ports.state(), asked.id).await?;
    let (document, tag) = disconnection(ports, caller, &record).await?;
    let page = asked.page(caller, |view| page::disconnection(&document, &tag, view));
    Ok(Answer::of(&document).with_tag(tag).with_page(page))
}

/// Stores the wish, unless the effects are not those that were read. A repetition changes nothing.
pub(super) async fn ask<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let if_match = asked.request.header("if-match");
    let record = caller.calendar(ports.state(), asked.id).await?;
    let seen = if_match.ok_or(Refused::PreconditionRequired)?;
    let (mut document, tag) = disconnection(ports, caller, &record).await?;
    if document.requested.is_none() && seen.trim() != tag {
        return Err(Refused::ChangedMeanwhile);
    }
    let (state, queue) = (ports.state(), ports.queues().sync.as_ref());
    let (id, by) = (&record.calendar.id, caller.author());
    let wanted = request_disconnection((state, queue), id, &by, caller.now).await?;
    document.requested = wanted.record.disconnection.as_ref().map(Requested::of);
    let tag = strong_tag(&document);
    let document = caller.answered(DisconnectionRequested {
        disconnection: document,
        sync_request: Delivery::of(&wanted.notification),
    });
    let page = asked.page(caller, |_| page::disconnection_saved(&document));
    Ok(Answer::of(&document)
        .with_tag(tag)
        .with_page(page)
        .accepted())
}

async fn disconnection<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    record: &CalendarRecord,
) -> Result<(CalendarDisconnection, String), Refused> {
    let calendar = record.calendar.clone();
    let effects = removal_effects(ports.decisions(), calendar, caller.now).await?;
    let document = CalendarDisconnection::of(effects, record.disconnection.as_ref());
    let tag = strong_tag(&document);
    Ok((document, tag))
}
