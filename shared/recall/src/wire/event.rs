//! An event and the page it comes on.

use callsheet_domain::{
    BotEntry, BotId, CalendarEvent, CalendarId, DeduplicationKey, EventId, Facts, IcalUid, Meeting,
    Platform, PlatformEventId, Timestamp, whole_microseconds,
};
use serde::Deserialize;
use serde_json::Value;

/// How much of a meeting platform's name is kept, in characters: the set is open.
const LONGEST_MEETING_PLATFORM: usize = 60;

#[derive(Deserialize)]
pub(crate) struct PageJson {
    pub(crate) next: Option<String>,
    /// Read one by one, so that an odd one does not cost the others.
    pub(crate) results: Vec<Value>,
}

#[derive(Deserialize)]
pub(crate) struct EventJson {
    id: String,
    calendar_id: String,
    ical_uid: String,
    platform: String,
    #[serde(default)]
    platform_id: Value,
    start_time: Timestamp,
    end_time: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    is_deleted: bool,
    meeting_url: Option<String>,
    #[serde(default)]
    meeting_platform: Value,
    #[serde(default)]
    raw: Value,
    #[serde(default)]
    pub(crate) bots: Vec<BotJson>,
}

#[derive(Deserialize)]
pub(crate) struct BotJson {
    bot_id: String,
    start_time: Timestamp,
    deduplication_key: String,
}

impl TryFrom<BotJson> for BotEntry {
    type Error = String;

    fn try_from(json: BotJson) -> Result<Self, Self::Error> {
        let text = |error: callsheet_domain::InvalidId| error.to_string();
        Ok(Self {
            bot_id: BotId::parse(json.bot_id).map_err(text)?,
            starts_at: whole_microseconds(json.start_time),
            deduplication_key: DeduplicationKey::parse(json.deduplication_key).map_err(text)?,
        })
    }
}

impl TryFrom<EventJson> for CalendarEvent {
    type Error = String;

    fn try_from(json: EventJson) -> Result<Self, Self::Error> {
        let text = |error: callsheet_domain::InvalidId| error.to_string();
        let platform: Platform = json
            .platform
            .parse()
            .map_err(|_| "unknown platform".to_owned())?;
        let link = json.meeting_url.filter(|url| !url.trim().is_empty());
        Ok(Self {
            id: EventId::parse(json.id).map_err(text)?,
            calendar_id: CalendarId::parse(json.calendar_id).map_err(text)?,
            ical_uid: IcalUid::parse(json.ical_uid).map_err(text)?,
            platform,
            platform_id: platform_id(&json.platform_id),
            starts_at: whole_microseconds(json.start_time),
            ends_at: whole_microseconds(json.end_time),
            created_at: whole_microseconds(json.created_at),
            updated_at: whole_microseconds(json.updated_at),
            is_deleted: json.is_deleted,
            meeting: link.map(|url| Meeting { url }),
            meeting_platform: meeting_platform(&json.meeting_platform),
            // An entry that cannot be read is one that is not known, no reason to lose the event.
            bots: json
                .bots
                .into_iter()
                .filter_map(|bot| bot.try_into().ok())
                .collect(),
            facts: Facts::read(platform, &json.raw),
        })
    }
}

/// The platform's name of the event; one that is none is not worth losing the event.
fn platform_id(json: &Value) -> Option<PlatformEventId> {
    PlatformEventId::parse(json.as_str()?).ok()
}

/// What the link leads to; blank is nothing.
fn meeting_platform(json: &Value) -> Option<String> {
    let name = json.as_str()?.trim();
    (!name.is_empty()).then(|| name.chars().take(LONGEST_MEETING_PLATFORM).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    /// An event as it is published, with `field` as told.
    fn event(field: &str, value: Value) -> Result<CalendarEvent, String> {
        let mut json = json!({
            "id": "0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e5f",
            "calendar_id": "0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e60",
            "ical_uid": "meeting@acme.example",
            "platform": "google_calendar",
            "platform_id": "4f9c",
            "start_time": "2026-03-06T10:00:00Z",
            "end_time": "2026-03-06T11:00:00Z",
            "created_at": "2026-03-01T08:00:00.123456789Z",
            "updated_at": "2026-03-02T08:00:00Z",
            "is_deleted": false,
            "meeting_platform": "zoom",
            "meeting_url": "https://acme.zoom.us/j/1",
            "raw": {"summary": "Review"},
            "bots": [],
        });
        if value == json!("left out") {
            json.as_object_mut().unwrap().remove(field);
        } else {
            json[field] = value;
        }
        let json: EventJson = serde_json::from_value(json).map_err(|error| error.to_string())?;
        json.try_into()
    }

    #[test_case(json!("4f9c"), Some("4f9c"); "a name")]
    #[test_case(json!(""), None; "empty")]
    #[test_case(json!("x".repeat(961)), None; "too long for a key")]
    #[test_case(json!(7), None; "of another type")]
    #[test_case(json!("left out"), None; "left out")]
    fn reads_the_platforms_name(value: Value, expected: Option<&str>) {
        let event = event("platform_id", value).unwrap();
        let read = event.platform_id.as_ref().map(PlatformEventId::as_str);
        assert_eq!(read, expected);
    }

    #[test_case(json!("microsoft_teams"), Some("microsoft_teams".to_owned()); "a name")]
    #[test_case(json!("é".repeat(61)), Some("é".repeat(60)); "cut")]
    #[test_case(json!(" "), None; "blank")]
    #[test_case(json!(null), None; "no link")]
    #[test_case(json!(["zoom"]), None; "of another type")]
    #[test_case(json!("left out"), None; "left out")]
    fn reads_what_the_link_leads_to(value: Value, expected: Option<String>) {
        let event = event("meeting_platform", value).unwrap();
        assert_eq!(event.meeting_platform, expected);
    }

    #[test_case(json!("2026-03-01T08:00:00.123456789Z"), Some("2026-03-01T08:00:00.123456Z"); "to the microsecond")]
    #[test_case(json!("left out"), None; "it is always there")]
    fn reads_when_it_was_created(value: Value, expected: Option<&str>) {
        let read = event("created_at", value)
            .ok()
            .map(|event| event.created_at);
        assert_eq!(read, expected.map(|instant| instant.parse().unwrap()));
    }
}
