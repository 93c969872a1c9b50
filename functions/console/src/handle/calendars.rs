//! Calendars, what is overridden in them, and what people did there.

use callsheet_api::calendar_activity::CalendarActivity;
use callsheet_api::calendars::{CalendarList, CalendarRow};
use callsheet_api::override_list::OverrideList;
use callsheet_app::calendar_activity::calendar_activity;
use callsheet_app::list_calendars::{
    CalendarFilter, CalendarQuery, list_calendars, read_calendars,
};
use callsheet_app::list_overrides::overrides_in_calendar;
use callsheet_app::list_page::ListQuery;
use callsheet_auth::Grant;
use callsheet_domain::{CalendarId, CalendarMetadata, CalendarStatus};

use crate::asked::Asked;
use crate::caller::Caller;
use crate::cursor::{decode_list, encode_list};
use crate::page;
use crate::parameters::{CURSOR, Parameters, next_page};
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// The calendars or actions of a page, unless the request says how many.
const USUAL: usize = 50;
/// The most of them.
const MOST: usize = 200;

/// The calendars in the token of an owner, or a page of all.
pub(super) async fn list<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let (state, decisions) = (ports.state(), ports.decisions());
    if let Grant::Owner { calendars } = caller.token.grant() {
        let known = read_calendars(state, decisions, calendars, caller.now).await?;
        let listed = CalendarList::of(known, caller.now);
        let page = asked.page(caller, |view| page::calendars(&listed, None, view));
        return Ok(Answer::of(&listed).with_page(page));
    }
    let query = query(asked)?;
    let known = list_calendars(state, decisions, &query, caller.now).await?;
    let listed = CalendarList::of(known, caller.now);
    let next = next_page(asked.query, listed.next.as_deref());
    let page = asked.page(caller, |view| {
        page::calendars(&listed, next.as_deref(), view)
    });
    Ok(Answer::of(&listed).with_page(page).with_next(next))
}

fn query(asked: Asked<'_>) -> Result<CalendarQuery, Refused> {
    let mut given = Parameters::of(asked.query);
    let statuses = "connecting, connected, disconnected or deleted";
    let query = CalendarQuery {
        filter: CalendarFilter {
            status: given.one("status", statuses, CalendarStatus::parse),
            needs_full_sync: given.flag("needs_full_sync"),
            has_problem: given.flag("problem"),
            text: given.text("q"),
            metadata: given
                .each("metadata", "a key and its value, such as team=sales", pair)
                .into_iter()
                .collect(),
        },
        after: given.one("cursor", CURSOR, |id| CalendarId::parse(id).ok()),
        most: given.limit(MOST, USUAL),
        with_meetings: given.flag("meetings"),
    };
    given.finish()?;
    Ok(query)
}

/// A key and a value of metadata, as policies can name them.
fn pair(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    let is_pair = CalendarMetadata::is_key(key) && CalendarMetadata::is_value(value);
    is_pair.then(|| (key.to_owned(), value.to_owned()))
}

/// A calendar, with the counts of its meetings.
pub(super) async fn one<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let ids = [caller.calendar_id(asked.id)?];
    let known = read_calendars(ports.state(), ports.decisions(), &ids, caller.now).await?;
    let is_unreadable = !known.unreadable.is_empty();
    let listed = CalendarList::of(known, caller.now);
    match listed.calendars.into_iter().next() {
        Some::<CalendarRow>(calendar) => Ok(Answer::of(&calendar)),
        None if is_unreadable => Err(Refused::Unavailable { retry_after: 60 }),
        None => Err(Refused::NotFound),
    }
}

/// What is overridden in a calendar.
pub(super) async fn overrides<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let query = list_query(asked)?;
    let state = ports.state();
    let record = caller.calendar(state, asked.id).await?;
    let read = (state, ports.decisions());
    let found = overrides_in_calendar(read, &record.calendar, &query, caller.now).await?;
    let cursor = found.next.as_ref().map(encode_list);
    let next = next_page(asked.query, cursor.as_deref());
    let listed = OverrideList::in_calendar(&found, cursor);
    let listed = if caller.is_owner() {
        listed.for_owner(caller.token.subject().as_str())
    } else {
        caller.shown(listed)
    };
    let page = asked.page(caller, |view| {
        page::overrides(&listed, (asked.id, next.as_deref()), view)
    });
    Ok(Answer::of(&listed).with_page(page).with_next(next))
}

/// What people did in a calendar.
pub(super) async fn activity<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let query = list_query(asked)?;
    let record = caller.calendar(ports.state(), asked.id).await?;
    let read = (ports.state(), ports.decisions());
    let activity = calendar_activity(read, &record, &query, caller.now).await?;
    let cursor = activity.next.as_ref().map(encode_list);
    let next = next_page(asked.query, cursor.as_deref());
    let activity = CalendarActivity::of(&activity, cursor);
    let activity = if caller.is_owner() {
        activity.for_owner(caller.token.subject().as_str())
    } else {
        caller.shown(activity)
    };
    let page = asked.page(caller, |view| {
        page::activity(&activity, next.as_deref(), view)
    });
    Ok(Answer::of(&activity).with_page(page).with_next(next))
}

/// A page of a list that is newest first.
fn list_query(asked: Asked<'_>) -> Result<ListQuery, Refused> {
    let mut given = Parameters::of(asked.query);
    let query = ListQuery {
        after: given.one("cursor", CURSOR, decode_list),
        most: given.limit(MOST, USUAL),
    };
    given.finish()?;
    Ok(query)
}
