//! Calendars over the API: list, show, create, update, delete.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Answer;
use super::call::Call;
use super::paging::{Cursor, Page};
use super::query::time;
use crate::ids::CalendarId;
use crate::model::{CalendarStatus, Platform};
use crate::world::{Calendar, NewCalendar, World};

pub(super) fn list(world: &World, call: &Call, size: usize) -> Answer {
    let created_from = match time(call, "created_at__gte") {
        Ok(from) => from,
        Err(wrong) => return Answer::invalid("invalid", "Invalid query.", &[wrong]),
    };
    let cursor = call.parameter("cursor").and_then(Cursor::read);
    if call.parameter("cursor").is_some() && cursor.is_none() {
        let wrong = String::from("cursor: Invalid cursor");
        return Answer::invalid("invalid", "Invalid query.", &[wrong]);
    }
    let email = call.parameter("email");
    let place = |calendar: &&Calendar| (calendar.created_at, calendar.id.to_string());
    let mut found: Vec<&Calendar> = world
        .calendars
        .values()
        .filter(|calendar| {
            created_from.is_none_or(|from| calendar.created_at >= from)
                && call
                    .parameter("platform")
                    .is_none_or(|p| p == calendar.platform.name())
                && call
                    .parameter("status")
                    .is_none_or(|s| s == calendar.status.name())
                && (email.is_none()
                    || email == calendar.platform_email.as_deref()
                    || email == calendar.oauth_email.as_deref())
        })
        .collect();
    found.sort_by_key(place);
    if let Some(cursor) = &cursor {
        let at = (cursor.time, cursor.id.clone());
        if cursor.backwards {
            found.retain(|calendar| place(calendar) < at);
            found.reverse();
        } else {
            found.retain(|calendar| place(calendar) > at);
        }
    }
    let page = Page::cut(found.into_iter(), cursor.as_ref(), size);
    Answer::json(
        200,
        page.to_json(call, place, |calendar| calendar.to_json()),
    )
}

pub(super) fn show(world: &World, id: Option<CalendarId>, status: u16) -> Answer {
    id.and_then(|id| world.calendars.get(&id))
        .map_or_else(Answer::not_found, |calendar| {
            Answer::json(status, calendar.to_json())
        })
}

pub(super) fn create(world: &mut World, call: &Call, now: Timestamp) -> Answer {
    let mut wrong = Vec::new();
    let mut required = |name: &str| {
        let value = text(call, name);
        if value.is_none() {
            wrong.push(format!("{name}: This field is required."));
        }
        value.unwrap_or_default()
    };
    let platform = required("platform");
    let oauth = crate::world::OAuth {
        client_id: required("oauth_client_id"),
        client_secret: required("oauth_client_secret"),
        refresh_token: required("oauth_refresh_token"),
    };
    let platform: Option<Platform> = serde_json::from_value(Value::String(platform)).ok();
    if platform.is_none() {
        wrong.push(String::from("platform: Not a valid choice."));
    }
    let Some(platform) = platform.filter(|_| wrong.is_empty()) else {
        return Answer::invalid("invalid", "Invalid input.", &wrong);
    };
    let id = world.add_calendar(
        NewCalendar {
            platform,
            email: text(call, "oauth_email"),
            oauth,
        },
        now,
    );
    show(world, Some(id), 201)
}

/// A new refresh token connects a calendar that was disconnected.
pub(super) fn update(world: &mut World, call: &Call, now: Timestamp) -> Answer {
    let Some(id) = call.calendar.filter(|id| world.calendars.contains_key(id)) else {
        return Answer::not_found();
    };
    let token = text(call, "oauth_refresh_token");
    let reconnects = token.is_some();
    let edited = world.edit_calendar(id, now, |calendar, at| {
        calendar.updated_at = at;
        for (new, field) in [
            (text(call, "oauth_client_id"), &mut calendar.oauth.client_id),
            (
                text(call, "oauth_client_secret"),
                &mut calendar.oauth.client_secret,
            ),
            (token, &mut calendar.oauth.refresh_token),
        ] {
            if let Some(new) = new {
                *field = new;
            }
        }
        if let Some(email) = text(call, "oauth_email") {
            calendar.oauth_email = Some(email);
        }
        false
    });
    let reconnected = if reconnects {
        world.reconnect(id, now)
    } else {
        Ok(())
    };
    match edited.and(reconnected) {
        Ok(()) => show(world, Some(id), 200),
        Err(_) => Answer::not_found(),
    }
}

pub(super) fn delete(world: &mut World, call: &Call, now: Timestamp) -> Answer {
    match call.calendar.map(|id| world.remove_calendar(id, now)) {
        Some(Ok(())) => Answer::empty(204),
        _ => Answer::not_found(),
    }
}

pub(super) fn access_token(world: &World, call: &Call, now: Timestamp) -> Answer {
    let Some(calendar) = call.calendar.and_then(|id| world.calendars.get(&id)) else {
        return Answer::not_found();
    };
    if calendar.status == CalendarStatus::Disconnected {
        return Answer::coded(400, "calendar_disconnected", "Calendar is disconnected");
    }
    let expires_at = now
        .saturating_add(SignedDuration::from_hours(1))
        .unwrap_or(now);
    let token = "never-log-me-access-token";
    Answer::json(200, json!({"token": token, "expires_at": expires_at}))
}

fn text(call: &Call, name: &str) -> Option<String> {
    call.field(name)?.as_str().map(str::to_owned)
}
