//! An event and the page it comes on.

use callsheet_domain::{
    BotEntry, BotId, CalendarEvent, CalendarId, DeduplicationKey, EventId, Facts, IcalUid, Meeting,
    Platform, PlatformEventId, Timestamp, whole_microseconds,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::payload::payload;
use crate::RawEvent;

/// How much of a meeting platform's name is kept, in characters: the set is open.
const LONGEST_MEETING_PLATFORM: usize = 60;

#[derive(Deserialize)]
pub(crate) struct PageJson {
    pub(crate) next: Option<String>,
    /// Text, to be parsed one by one, so that an odd one does not cost the others.
    pub(crate) results: Vec<RawEvent>,
}

/// The ids that an event which cannot be read may still show.
#[derive(Deserialize)]
pub(crate) struct EventIdsJson {
    id: Option<Box<RawValue>>,
    calendar_id: Option<Box<RawValue>>,
}

impl EventIdsJson {
    pub(crate) fn id(&self) -> Option<EventId> {
        EventId::parse(text(self.id.as_deref())?).ok()
    }

    pub(crate) fn calendar_id(&self) -> Option<CalendarId> {
        CalendarId::parse(text(self.calendar_id.as_deref())?).ok()
    }
}

/// An event of which only the bots are needed.
#[derive(Deserialize)]
pub(crate) struct EventBotsJson {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(default)]
    bots: Vec<Box<RawValue>>,
}

impl From<EventBotsJson> for Vec<BotEntry> {
    fn from(json: EventBotsJson) -> Self {
        bots(&json.bots)
    }
}

#[derive(Deserialize)]
pub(crate) struct EventJson {
    id: String,
    calendar_id: String,
    ical_uid: String,
    platform: String,
    platform_id: Option<Box<RawValue>>,
    start_time: Timestamp,
    end_time: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    is_deleted: bool,
    meeting_url: Option<String>,
    meeting_platform: Option<Box<RawValue>>,
    raw: Option<Box<RawValue>>,
    #[serde(default)]
    bots: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct BotJson {
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
            platform_id: platform_id(json.platform_id.as_deref()),
            starts_at: whole_microseconds(json.start_time),
            ends_at: whole_microseconds(json.end_time),
            created_at: whole_microseconds(json.created_at),
            updated_at: whole_microseconds(json.updated_at),
            is_deleted: json.is_deleted,
            meeting: link.map(|url| Meeting { url }),
            meeting_platform: meeting_platform(json.meeting_platform.as_deref()),
            bots: bots(&json.bots),
            facts: Facts::from_payload(platform, &payload(json.raw.as_deref())),
        })
    }
}

/// The platform's name of the event; one that is none is not worth losing the event.
fn platform_id(json: Option<&RawValue>) -> Option<PlatformEventId> {
    PlatformEventId::parse(text(json)?).ok()
}

/// What the link leads to; blank is nothing.
fn meeting_platform(json: Option<&RawValue>) -> Option<String> {
    let name = text(json)?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.chars().take(LONGEST_MEETING_PLATFORM).collect())
}

/// The string here; none if it is another value, or one that cannot be parsed.
fn text(json: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(json?.get()).ok()
}

/// An entry that cannot be read is one that is not known, no reason to lose the event.
fn bots(json: &[Box<RawValue>]) -> Vec<BotEntry> {
    json.iter()
        .filter_map(|entry| {
            serde_json::from_str::<BotJson>(entry.get())
                .ok()?
                .try_into()
                .ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
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
