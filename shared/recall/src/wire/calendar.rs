//! A calendar without its credentials.

use callsheet_domain::{Calendar, CalendarId, CalendarStatus, Email, whole_microseconds};
use serde_json::Value;

use super::missing::{Missing, SHAPE};

use crate::lenient::{Object, repaired};

/// The fields that are read. A calendar also has its credentials, which never leave the text.
const READ: [&str; 7] = [
    "id",
    "platform",
    "status",
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
    let mut addresses = ["platform_email", "oauth_email"]
        .into_iter()
        .filter_map(text);
    Ok(Calendar {
        id,
        platform,
        status,
        email: addresses.find_map(|address| Email::parse(address).ok()),
        created_at,
        updated_at,
    })
}

/// The id that a calendar which cannot be read may still have.
pub(crate) fn id_of_calendar(text: &[u8]) -> Option<CalendarId> {
    let text = repaired(text);
    let id: String = Object::of(&text).value("id")?;
    CalendarId::parse(id).ok()
}
