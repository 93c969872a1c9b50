//! An event in Recall's list.

use std::borrow::Cow;

use callsheet_domain::{
    BotEntry, BotId, CalendarEvent, CalendarId, DeduplicationKey, EventId, Facts, IcalUid, Meeting,
    Platform, PlatformEventId, Timestamp, whole_microseconds,
};
use serde::de::DeserializeOwned;

use super::payload::payload;
use crate::lenient::{Object, items, repaired};

/// The longest name of a meeting platform, in characters: the set of names is open.
const LONGEST_MEETING_PLATFORM: usize = 60;

/// An event as text that was repaired.
pub(crate) struct EventText<'a>(Cow<'a, str>);

impl<'a> EventText<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self(repaired(bytes))
    }

    /// Parses the event. Only the fields that are needed are parsed, and one that is not
    /// required costs only itself.
    pub(crate) fn parse(&self) -> Result<CalendarEvent, String> {
        event(&Object::of(&self.0))
    }

    /// The ids that an event which cannot be read may still have.
    pub(crate) fn ids(&self) -> (Option<EventId>, Option<CalendarId>) {
        let event = Object::of(&self.0);
        let text = |name| event.value::<String>(name);
        (
            text("id").and_then(|id| EventId::parse(id).ok()),
            text("calendar_id").and_then(|id| CalendarId::parse(id).ok()),
        )
    }

    /// The bots that are listed with the event; the rest of it may be unreadable.
    pub(crate) fn bots(&self) -> Option<Vec<BotEntry>> {
        let event = Object::of(&self.0);
        let is_event = event.is_complete() && event.text("id").is_some();
        is_event.then(|| bots(&event))
    }
}

fn event(json: &Object<'_>) -> Result<CalendarEvent, String> {
    if !json.is_complete() {
        return Err(SHAPE.to_owned());
    }
    let text = |error: callsheet_domain::InvalidId| error.to_string();
    let platform: Platform = required::<String>(json, "platform")?
        .parse()
        .map_err(|_| "unknown platform".to_owned())?;
    let instant = |name| required::<Timestamp>(json, name).map(whole_microseconds);
    Ok(CalendarEvent {
        id: EventId::parse(required::<String>(json, "id")?).map_err(text)?,
        calendar_id: CalendarId::parse(required::<String>(json, "calendar_id")?).map_err(text)?,
        ical_uid: IcalUid::parse(required::<String>(json, "ical_uid")?).map_err(text)?,
        platform,
        platform_id: json
            .value("platform_id")
            .and_then(|id: String| PlatformEventId::parse(id).ok()),
        starts_at: instant("start_time")?,
        ends_at: instant("end_time")?,
        created_at: instant("created_at")?,
        updated_at: instant("updated_at")?,
        is_deleted: required(json, "is_deleted")?,
        meeting: meeting(json)?,
        meeting_platform: meeting_platform(json),
        bots: bots(json),
        facts: Facts::from_payload(platform, &payload(json.text("raw"))),
    })
}

/// Why an event that lacks a field, or has a value of another type in it, cannot be read.
const SHAPE: &str = "not in the published shape";

fn required<T: DeserializeOwned>(json: &Object<'_>, name: &str) -> Result<T, String> {
    json.value(name).ok_or_else(|| SHAPE.to_owned())
}

/// The meeting, if there is a link. A link that cannot be read is not taken for none: the
/// meeting would lose its bot.
fn meeting(json: &Object<'_>) -> Result<Option<Meeting>, String> {
    if json.text("meeting_url").is_none() {
        return Ok(None);
    }
    let url: Option<String> = required(json, "meeting_url")?;
    let url = url.filter(|url| !url.trim().is_empty());
    Ok(url.map(|url| Meeting { url }))
}

/// The platform of the meeting link; none if it is blank.
fn meeting_platform(json: &Object<'_>) -> Option<String> {
    let name: String = json.value("meeting_platform")?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.chars().take(LONGEST_MEETING_PLATFORM).collect())
}

/// The bots of an event, without the entries that cannot be read.
fn bots(json: &Object<'_>) -> Vec<BotEntry> {
    let listed = json.text("bots").unwrap_or_default();
    items(listed).filter_map(bot).collect()
}

fn bot(text: &str) -> Option<BotEntry> {
    let bot = Object::of(text);
    Some(BotEntry {
        bot_id: BotId::parse(bot.value::<String>("bot_id")?).ok()?,
        starts_at: whole_microseconds(bot.value("start_time")?),
        deduplication_key: DeduplicationKey::parse(bot.value::<String>("deduplication_key")?)
            .ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use test_case::test_case;

    /// An event in the published shape, with `value` in `field`.
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
        EventText::of(json.to_string().as_bytes()).parse()
    }

    #[test_case(json!("4f9c"), Some("4f9c"); "a name")]
    #[test_case(json!(""), None; "empty")]
    #[test_case(json!("x".repeat(961)), None; "too long for a key")]
    #[test_case(json!(7), None; "of another type")]
    #[test_case(json!("left out"), None; "left out")]
    fn the_platforms_id_is_read(value: Value, expected: Option<&str>) {
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
    fn the_meeting_platform_is_read(value: Value, expected: Option<String>) {
        let event = event("meeting_platform", value).unwrap();
        assert_eq!(event.meeting_platform, expected);
    }

    #[test_case(json!("2026-03-01T08:00:00.123456789Z"), Some("2026-03-01T08:00:00.123456Z"); "to the microsecond")]
    #[test_case(json!("left out"), None; "a required field is left out")]
    fn the_instant_of_creation_is_read(value: Value, expected: Option<&str>) {
        let read = event("created_at", value)
            .ok()
            .map(|event| event.created_at);
        assert_eq!(read, expected.map(|instant| instant.parse().unwrap()));
    }
}
