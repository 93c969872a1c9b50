//! The agenda of a calendar.

use callsheet_api::agenda::{Agenda, Period};
use callsheet_app::agenda::read_agenda;
use callsheet_app::row_page::PageQuery;
use jiff::SignedDuration;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::cursor::encode;
use crate::page;
use crate::parameters::Parameters;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

use super::event_page::{Lengths, next_page, page_query};

/// The length of a period, unless the request says it: events are decided about so far ahead. And
/// the longest one.
const LENGTHS: Lengths = Lengths {
    usual: SignedDuration::from_hours(28 * 24),
    longest: SignedDuration::from_hours(62 * 24),
    expected: "an instant after `from`, by 62 days at most",
};

/// A page of the agenda of a calendar.
pub(super) async fn agenda<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let (query, period) = query(caller, asked)?;
    let record = caller.calendar(ports.state(), asked.id).await?;
    let read = (ports.state(), ports.decisions());
    let page = read_agenda(read, record, &query, caller.now).await?;
    let cursor = page.next.as_ref().map(encode);
    let next = next_page(asked.query, &query, cursor.as_deref());
    let agenda = caller.shown(Agenda::of(page, period, cursor, caller.now));
    let page = asked.page(caller, |view| page::agenda(&agenda, next.as_deref(), view));
    Ok(Answer::of(&agenda).with_page(page).with_next(next))
}

fn query(caller: Caller<'_>, asked: Asked<'_>) -> Result<(PageQuery, Period), Refused> {
    let mut given = Parameters::of(asked.query);
    let zone = given.zone(caller.token.zone());
    let query = page_query(&mut given, caller, &zone, LENGTHS);
    given.finish()?;
    let period = Period {
        from: query.from,
        until: query.until,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
    };
    Ok((query, period))
}
