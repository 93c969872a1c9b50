//! Events of several calendars, and one event, explained.

use callsheet_api::events::EventList;
use callsheet_api::explain::Explanation;
use callsheet_app::counted_page::{CountedAs, counted_page};
use callsheet_app::events_page::list_page;
use callsheet_app::explain::explain_decision;
use callsheet_app::row_page::PageQuery;
use callsheet_domain::{Phase, RuleName};
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

/// The most calendars whose events are listed together.
const MOST_CALENDARS: usize = 20;
/// The length of a period, unless the request says it, and the longest one.
const LENGTHS: Lengths = Lengths {
    usual: SignedDuration::from_hours(24),
    longest: SignedDuration::from_hours(31 * 24),
    expected: "an instant after `from`, by 31 days at most",
};
/// The same of all calendars: a day may have 25 hours.
const LENGTHS_OF_ALL: Lengths = Lengths {
    usual: SignedDuration::from_hours(24),
    longest: SignedDuration::from_hours(25),
    expected: "an instant after `from`, by a day at most, or name calendars",
};

/// A page of the events of the calendars that the request names, or of all.
pub(super) async fn list<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let EventsQuery {
        calendars,
        page: query,
        counted,
    } = query(caller, asked)?;
    let read = (ports.state(), ports.decisions());
    let found = match counted {
        Some(kind) => counted_page(read, &calendars, (&query, kind), caller.now).await?,
        None => list_page(read, &calendars, &query, caller.now).await?,
    };
    let cursor = found.next.as_ref().map(encode);
    let next = next_page(asked.query, &query, cursor.as_deref());
    let listed = caller.shown(EventList::of(found, cursor, caller.now));
    let page = asked.page(caller, |view| page::events(&listed, next.as_deref(), view));
    Ok(Answer::of(&listed).with_page(page).with_next(next))
}

/// Which events are asked for.
struct EventsQuery {
    /// Of these calendars, or of all.
    calendars: Vec<String>,
    page: PageQuery,
    /// Only those that coverage counts so.
    counted: Option<CountedAs>,
}

fn query(caller: Caller<'_>, asked: Asked<'_>) -> Result<EventsQuery, Refused> {
    let mut given = Parameters::of(asked.query);
    let calendars = given.all("calendar");
    if calendars.len() > MOST_CALENDARS {
        given.refuse("calendar", "at most 20 calendars, by id or owner's address");
    }
    let counted = given.one("result", "a result, such as recorded", CountedAs::parse);
    let lengths = if calendars.is_empty() && counted.is_none() {
        LENGTHS_OF_ALL
    } else {
        LENGTHS
    };
    let zone = given.zone(caller.token.zone());
    let mut query = page_query(&mut given, caller, &zone, lengths);
    query.filter.rule = given.text("rule").map(RuleName::named);
    query.filter.outcome = given.one("outcome", "an outcome, such as not_recorded", phase);
    given.finish()?;
    Ok(EventsQuery {
        calendars,
        page: query,
        counted,
    })
}

/// The outcome of this name.
fn phase(name: &str) -> Option<Phase> {
    Phase::ALL.into_iter().find(|phase| phase.as_str() == name)
}

/// An event, as `callsheet explain` explains it.
pub(super) async fn one<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let (state, decisions) = (ports.state(), ports.decisions());
    let decision = caller.event(decisions, asked.id).await?;
    let explained = explain_decision(state, decisions, decision).await?;
    let explanation = Explanation::of(&explained, caller.now);
    let explanation = if caller.is_owner() {
        explanation.for_owner(caller.token.subject().as_str())
    } else {
        caller.shown(explanation)
    };
    let page = asked.page(caller, |view| page::event(&explanation, view));
    Ok(Answer::of(&explanation).with_page(page))
}
