//! Operations on events: list, get.

use std::ops::Bound;

use jiff::Timestamp;

use super::paging::{Cursor, Page};
use super::query::{boolean, time};
use crate::call::Call;
use crate::ids::{CalendarId, EventId};
use crate::response::ApiResponse;
use crate::workspace::{Event, Workspace};

/// Query parameters of a list.
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
    fn parse(call: &Call) -> Result<Self, String> {
        let calendar = match call.parameter("calendar_id") {
            None => None,
            Some(id) => Some(
                id.parse()
                    .map_err(|_| String::from("calendar_id: not a UUID"))?,
            ),
        };
        let cursor = match call.parameter("cursor") {
            None => None,
            Some(text) => Some(Cursor::decode(text).ok_or("cursor: Invalid cursor")?),
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

    fn matches(&self, event: &Event) -> bool {
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

/// One page of the events that start within the listed days, deleted ones included.
pub(super) fn list(workspace: &Workspace, call: &Call, size: usize, now: Timestamp) -> ApiResponse {
    let filter = match Filter::parse(call) {
        Ok(filter) => filter,
        Err(error) => return ApiResponse::invalid("invalid", "Invalid query.", &[error]),
    };
    let listed_until = workspace.listed_until(now);
    let matching = |position: &(Timestamp, EventId)| {
        let event = workspace.events.get(&position.1);
        event.filter(|event| filter.matches(event) && event.draft.start < listed_until)
    };
    let cursor = filter.cursor.as_ref();
    let position =
        cursor.and_then(|cursor| Some((cursor.time, cursor.id.parse::<EventId>().ok()?)));
    let page = match (position, cursor.is_some_and(|cursor| cursor.backwards)) {
        (Some(position), true) => Page::take(
            workspace.order.range(..position).rev().filter_map(matching),
            cursor,
            size,
        ),
        (Some(position), false) => {
            let rest = (Bound::Excluded(position), Bound::Unbounded);
            Page::take(
                workspace.order.range(rest).filter_map(matching),
                cursor,
                size,
            )
        }
        (None, _) => Page::take(workspace.order.iter().filter_map(matching), None, size),
    };
    let body = page.to_json(
        call,
        |event| (event.draft.start, event.id.to_string()),
        |event| workspace.event_json(event),
    );
    ApiResponse::json(200, body)
}

pub(super) fn get(workspace: &Workspace, id: Option<EventId>) -> ApiResponse {
    id.and_then(|id| workspace.events.get(&id))
        .map_or_else(ApiResponse::not_found, |event| {
            ApiResponse::json(200, workspace.event_json(event))
        })
}
