//! A calendar without its credentials.

use callsheet_domain::{
    Calendar, CalendarId, CalendarMetadata, CalendarStatus, DisconnectReason, Email, Timestamp,
    whole_microseconds,
};
use serde_json::Value;

use super::missing::{Missing, SHAPE};

use crate::lenient::{Object, repaired};

/// The fields that are read. A calendar also has its credentials, which never leave the text.
const READ: [&str; 9] = [
    "id",
    "platform",
    "status",
    "status_changes",
    "metadata",
    "platform_email",
    "oauth_email",
    "created_at",
    "updated_at",
];

/// Parses a calendar in the shape in which Recall returns it.
pub(crate) fn calendar_of_text(text: &[u8]) -> Result<Calendar, String> {
    let text = repaired(text);
    let object = Object::of(&text);
    if !object.is_complete() {
        return Err("its text is not JSON".to_owned());
    }
    let fields = READ
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), object.value::<Value>(name)?)));
    calendar_of_value(&fields.collect())
}

/// Parses a calendar that was saved.
pub(crate) fn calendar_of_value(value: &Value) -> Result<Calendar, String> {
    if !value.is_object() {
        return Err(SHAPE.to_owned());
    }
    let text = |name| value.get(name).and_then(Value::as_str).map(str::trim);
    let mut missing = Missing::default();
    let id = text("id").and_then(|id| CalendarId::parse(id).ok());
    let id = missing.needed("id", id);
    let platform = text("platform").and_then(|name| name.to_ascii_lowercase().parse().ok());
    let platform = missing.needed("platform", platform);
    let status = missing.needed("status", text("status").and_then(CalendarStatus::parse));
    let instant = |name| text(name).and_then(|instant| instant.parse().ok());
    let created_at = instant("created_at").map(whole_microseconds);
    let updated_at = instant("updated_at").map(whole_microseconds);
    let updated_at = missing.needed("updated_at", updated_at);
    let (Some(id), Some(platform), Some(status), Some(updated_at)) =
        (id, platform, status, updated_at)
    else {
        return Err(missing.problem());
    };
    let is_disconnected = status == CalendarStatus::Disconnected;
    let reason = || disconnect_reason(value.get("status_changes")?);
    let mut addresses = ["platform_email", "oauth_email"]
        .into_iter()
        .filter_map(text);
    Ok(Calendar {
        id,
        platform,
        status,
        disconnect_reason: is_disconnected.then(reason).flatten(),
        metadata: metadata(value.get("metadata")),
        email: addresses.find_map(|address| Email::parse(address).ok()),
        created_at,
        updated_at,
    })
}

/// The metadata as it is shown. Null means that there is none. Of any other value that is no
/// object, as of a field that is missing, nothing is known.
fn metadata(value: Option<&Value>) -> CalendarMetadata {
    match value {
        Some(Value::Null) => CalendarMetadata::shown([]),
        Some(Value::Object(fields)) => CalendarMetadata::shown(
            fields
                .iter()
                .map(|(key, value)| (key.clone(), value.as_str().map(str::to_owned))),
        ),
        _ => CalendarMetadata::default(),
    }
}

/// The fields of a change of status that may hold a code, most precise first.
const CODES: [&str; 5] = ["sub_code", "reason", "error_code", "error", "code"];
/// The fields that may hold a platform's error message.
const MESSAGES: [&str; 5] = [
    "message",
    "details",
    "description",
    "error_description",
    "error",
];

/// Why the calendar was disconnected last. The specification leaves the shape of changes of
/// status open, so a code is looked for where services put one.
fn disconnect_reason(changes: &Value) -> Option<DisconnectReason> {
    let is_named = |change: &Value, field| {
        let name = change.get(field).and_then(Value::as_str);
        name.and_then(CalendarStatus::parse) == Some(CalendarStatus::Disconnected)
    };
    let at =
        |change: &Value| -> Option<Timestamp> { change.get("created_at")?.as_str()?.parse().ok() };
    let changes = changes.as_array()?.iter();
    let last = changes
        .filter(|change| is_named(change, "status") || is_named(change, "code"))
        // Of those at one instant, and without one, the last in the list.
        .max_by_key(|change| at(change))?;
    let code = CODES.iter().find_map(|field| {
        let value = last.get(*field)?;
        let text = value.as_str().or_else(|| value.get("code")?.as_str())?;
        let is_status = CalendarStatus::parse(text) == Some(CalendarStatus::Disconnected);
        DisconnectReason::parse(text).filter(|_| !is_status)
    });
    let in_a_message = || {
        let texts = MESSAGES.iter().filter_map(|field| last.get(*field));
        texts
            .filter_map(text_of)
            .find_map(|text| DisconnectReason::find(&text))
    };
    code.or_else(in_a_message)
}

/// A message, or the text of an object with one.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The id that a calendar which cannot be read may still have.
pub(crate) fn id_of_calendar(text: &[u8]) -> Option<CalendarId> {
    let text = repaired(text);
    let id: String = Object::of(&text).value("id")?;
    CalendarId::parse(id).ok()
}
