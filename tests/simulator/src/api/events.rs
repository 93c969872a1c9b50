//! Reading events: one, or page by page.

use std::ops::Bound;

use jiff::Timestamp;

use super::Answer;
use super::call::Call;
use super::paging::{Cursor, Page};
use super::query::{boolean, time};
use crate::ids::{CalendarId, EventId};
use crate::world::{Event, World};

/// What a list is narrowed by.
struct Filter {
    calendar: Option<CalendarId>,
    ical_uid: Option<String>,
    is_deleted: Option<bool>,
    start: Option<Timestamp>,
    start_from: Option<Timestamp>,
    start_to: Option<Timestamp>,
    updated_from: Option<Timestamp>,
    cursor: Option<Cursor>,
}

impl Filter {
    fn read(call: &Call) -> Result<Self, String> {
        let calendar = match call.parameter("calendar_id") {
            None => None,
            Some(id) => Some(
                id.parse()
                    .map_err(|_| String::from("calendar_id: not a UUID"))?,
            ),
        };
        let cursor = match call.parameter("cursor") {
            None => None,
            Some(text) => Some(Cursor::read(text).ok_or("cursor: Invalid cursor")?),
        };
        Ok(Self {
            calendar,
            ical_uid: call.parameter("ical_uid").map(str::to_owned),
            is_deleted: boolean(call, "is_deleted")?,
            start: time(call, "start_time")?,
            start_from: time(call, "start_time__gte")?,
            start_to: time(call, "start_time__lte")?,
            updated_from: time(call, "updated_at__gte")?,
            cursor,
        })
    }

    fn takes(&self, event: &Event) -> bool {
        let start = event.draft.start;
        self.calendar
            .is_none_or(|calendar| event.calendar == calendar)
            && self
                .ical_uid
                .as_ref()
                .is_none_or(|uid| event.ical_uid.starts_with(uid))
            && self
                .is_deleted
                .is_none_or(|deleted| event.is_deleted == deleted)
            && self.start.is_none_or(|at| start == at)
            && self.start_from.is_none_or(|from| start >= from)
            && self.start_to.is_none_or(|to| start <= to)
            && self
                .updated_from
                .is_none_or(|from| event.updated_at >= from)
    }
}

/// Deleted events are listed like the others.
pub(super) fn list(world: &World, call: &Call, size: usize) -> Answer {
    let filter = match Filter::read(call) {
        Ok(filter) => filter,
        Err(wrong) => return Answer::invalid("invalid", "Invalid query.", &[wrong]),
    };
    let found = |place: &(Timestamp, EventId)| {
        world
            .events
            .get(&place.1)
            .filter(|event| filter.takes(event))
    };
    let cursor = filter.cursor.as_ref();
    let place = cursor.and_then(|cursor| Some((cursor.time, cursor.id.parse::<EventId>().ok()?)));
    let page = match (place, cursor.is_some_and(|cursor| cursor.backwards)) {
        (Some(place), true) => Page::cut(
            world.order.range(..place).rev().filter_map(found),
            cursor,
            size,
        ),
        (Some(place), false) => {
            let rest = (Bound::Excluded(place), Bound::Unbounded);
            Page::cut(world.order.range(rest).filter_map(found), cursor, size)
        }
        (None, _) => Page::cut(world.order.iter().filter_map(found), None, size),
    };
    let body = page.to_json(
        call,
        |event| (event.draft.start, event.id.to_string()),
        |event| world.event_json(event),
    );
    Answer::json(200, body)
}

pub(super) fn show(world: &World, id: Option<EventId>) -> Answer {
    id.and_then(|id| world.events.get(&id))
        .map_or_else(Answer::not_found, |event| {
            Answer::json(200, world.event_json(event))
        })
}
