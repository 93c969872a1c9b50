//! Operations on calendars: list, get, create, update, delete, access token.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::paging::{Cursor, Page};
use super::query::time;
use crate::call::Call;
use crate::ids::CalendarId;
use crate::model::{CalendarStatus, Platform};
use crate::response::ApiResponse;
use crate::workspace::{Calendar, NewCalendar, OAuth, Workspace};

pub(super) fn list(workspace: &Workspace, call: &Call, size: usize) -> ApiResponse {
    let created_from = match time(call, "created_at__gte") {
        Ok(from) => from,
        Err(error) => return ApiResponse::invalid("invalid", "Invalid query.", &[error]),
    };
    let cursor = call.parameter("cursor").and_then(Cursor::decode);
    if call.parameter("cursor").is_some() && cursor.is_none() {
        let error = String::from("cursor: Invalid cursor");
        return ApiResponse::invalid("invalid", "Invalid query.", &[error]);
    }
    let position = |calendar: &&Calendar| (calendar.created_at, calendar.id.to_string());
    let mut matching: Vec<&Calendar> = workspace
        .calendars
        .values()
        .filter(|calendar| created_from.is_none_or(|from| calendar.created_at >= from))
        .filter(|calendar| matches(calendar, call))
        .collect();
    matching.sort_by_key(position);
    if let Some(cursor) = &cursor {
        let at = (cursor.time, cursor.id.clone());
        if cursor.backwards {
            matching.retain(|calendar| position(calendar) < at);
            matching.reverse();
        } else {
            matching.retain(|calendar| position(calendar) > at);
        }
    }
    let page = Page::take(matching.into_iter(), cursor.as_ref(), size);
    ApiResponse::json(
        200,
        page.to_json(call, position, |calendar| calendar.to_json()),
    )
}

/// Whether a calendar has the platform, the status and the e-mail address of the query.
fn matches(calendar: &Calendar, call: &Call) -> bool {
    let email = call.parameter("email");
    let is_equal = |name, value| call.parameter(name).is_none_or(|only| only == value);
    is_equal("platform", calendar.platform.name())
        && is_equal("status", calendar.status.name())
        && (email.is_none()
            || email == calendar.platform_email.as_deref()
            || email == calendar.oauth_email.as_deref())
}

pub(super) fn get(workspace: &Workspace, id: Option<CalendarId>, status: u16) -> ApiResponse {
    id.and_then(|id| workspace.calendars.get(&id))
        .map_or_else(ApiResponse::not_found, |calendar| {
            ApiResponse::json(status, calendar.to_json())
        })
}

pub(super) fn create(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    let mut errors = Vec::new();
    let mut required = |name: &str| {
        let value = text(call, name);
        if value.is_none() {
            errors.push(format!("{name}: This field is required."));
        }
        value.unwrap_or_default()
    };
    let platform = required("platform");
    let oauth = OAuth {
        client_id: required("oauth_client_id"),
        client_secret: required("oauth_client_secret"),
        refresh_token: required("oauth_refresh_token"),
    };
    let platform: Option<Platform> = serde_json::from_value(Value::String(platform)).ok();
    if platform.is_none() {
        errors.push(String::from("platform: Not a valid choice."));
    }
    let metadata = metadata(call);
    if metadata.is_err() {
        errors.push(String::from("metadata: Not a map of strings."));
    }
    let metadata = metadata.unwrap_or_default();
    let Some(platform) = platform.filter(|_| errors.is_empty()) else {
        return ApiResponse::invalid("invalid", "Invalid input.", &errors);
    };
    let id = workspace.add_calendar(
        NewCalendar {
            platform,
            email: text(call, "oauth_email"),
            oauth,
            metadata: metadata.unwrap_or_default(),
        },
        now,
    );
    get(workspace, Some(id), 201)
}

/// Updates the credentials. A new refresh token reconnects a disconnected calendar.
pub(super) fn update(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    let Some(id) = call
        .calendar
        .filter(|id| workspace.calendars.contains_key(id))
    else {
        return ApiResponse::not_found();
    };
    let Ok(metadata) = metadata(call) else {
        let error = String::from("metadata: Not a map of strings.");
        return ApiResponse::invalid("invalid", "Invalid input.", &[error]);
    };
    let token = text(call, "oauth_refresh_token");
    let reconnects = token.is_some();
    let edited = workspace.edit_calendar(id, now, |calendar, at| {
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
    let edited = edited.and_then(|()| match metadata {
        Some(metadata) => workspace.set_metadata(id, metadata, now),
        None => Ok(()),
    });
    let reconnected = if reconnects {
        workspace.reconnect(id, now)
    } else {
        Ok(())
    };
    match edited.and(reconnected) {
        Ok(()) => get(workspace, Some(id), 200),
        Err(_) => ApiResponse::not_found(),
    }
}

pub(super) fn delete(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    match call.calendar.map(|id| workspace.delete_calendar(id, now)) {
        Some(Ok(())) => ApiResponse::empty(204),
        _ => ApiResponse::not_found(),
    }
}

pub(super) fn access_token(workspace: &Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    let Some(calendar) = call.calendar.and_then(|id| workspace.calendars.get(&id)) else {
        return ApiResponse::not_found();
    };
    if calendar.status == CalendarStatus::Disconnected {
        return ApiResponse::coded(400, "calendar_disconnected", "Calendar is disconnected");
    }
    let expires_at = now
        .saturating_add(SignedDuration::from_hours(1))
        .unwrap_or(now);
    let token = "never-log-me-access-token";
    ApiResponse::json(200, json!({"token": token, "expires_at": expires_at}))
}

/// The metadata in a call, if there is any. The specification does not have the field; the
/// service's guides say that it takes texts by key.
fn metadata(call: &Call) -> Result<Option<BTreeMap<String, String>>, serde_json::Error> {
    call.field("metadata")
        .map(|value| serde_json::from_value(value.clone()))
        .transpose()
}

fn text(call: &Call, name: &str) -> Option<String> {
    call.field(name)?.as_str().map(str::to_owned)
}
