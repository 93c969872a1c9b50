//! A calendar without its credentials.

use callsheet_domain::{
    Calendar, CalendarId, CalendarStatus, Email, Timestamp, whole_microseconds,
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct CalendarJson {
    id: String,
    platform: String,
    status: String,
    #[serde(default)]
    platform_email: Option<String>,
    #[serde(default)]
    oauth_email: Option<String>,
    updated_at: Timestamp,
}

impl TryFrom<CalendarJson> for Calendar {
    type Error = String;

    fn try_from(json: CalendarJson) -> Result<Self, Self::Error> {
        let email = [json.platform_email, json.oauth_email]
            .into_iter()
            .flatten()
            .find_map(|text| Email::parse(&text).ok());
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
