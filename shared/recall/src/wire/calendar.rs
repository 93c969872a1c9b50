//! A calendar without its credentials.

use callsheet_domain::{
    Calendar, CalendarId, CalendarStatus, Email, Timestamp, whole_microseconds,
};
use serde::Deserialize;
use serde_json::Value;

use crate::lenient::{Object, repaired};

/// The fields that are read. A calendar also has its credentials, which never leave the text.
const READ: [&str; 6] = [
    "id",
    "platform",
    "status",
    "platform_email",
    "oauth_email",
    "updated_at",
];

#[derive(Deserialize)]
struct CalendarJson {
    id: String,
    platform: String,
    status: String,
    #[serde(default)]
    platform_email: Value,
    #[serde(default)]
    oauth_email: Value,
    updated_at: Timestamp,
}

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
    calendar_of_value(fields.collect())
}

/// Parses a calendar that was saved.
pub(crate) fn calendar_of_value(value: Value) -> Result<Calendar, String> {
    let json: CalendarJson =
        serde_json::from_value(value).map_err(|_| "not in the published shape".to_owned())?;
    json.try_into()
}

/// The id that a calendar which cannot be read may still have.
pub(crate) fn id_of_calendar(text: &[u8]) -> Option<CalendarId> {
    let text = repaired(text);
    let id: String = Object::of(&text).value("id")?;
    CalendarId::parse(id).ok()
}

impl TryFrom<CalendarJson> for Calendar {
    type Error = String;

    fn try_from(json: CalendarJson) -> Result<Self, Self::Error> {
        let email = [&json.platform_email, &json.oauth_email]
            .into_iter()
            .filter_map(Value::as_str)
            .find_map(|text| Email::parse(text).ok());
        Ok(Self {
            id: CalendarId::parse(json.id).map_err(|error| error.to_string())?,
            platform: json
                .platform
                .parse()
                .map_err(|_| "unknown platform".to_owned())?,
            status: CalendarStatus::parse(&json.status)
                .ok_or_else(|| "unknown calendar status".to_owned())?,
            email,
            updated_at: whole_microseconds(json.updated_at),
        })
    }
}
