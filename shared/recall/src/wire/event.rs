//! An event in Recall's list.

use std::borrow::Cow;

use callsheet_domain::{
    BotEntry, BotId, CalendarEvent, CalendarId, DeduplicationKey, EventId, Facts, IcalUid, Meeting,
    Platform, PlatformEventId, Timestamp, UnknownPlatform, WholeDays, whole_microseconds,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::missing::{Missing, SHAPE};
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
        is_event.then(|| bots(&event).0)
    }
}

fn event(json: &Object<'_>) -> Result<CalendarEvent, String> {
    if !json.is_complete() {
        return Err(SHAPE.to_owned());
    }
    let mut missing = Missing::default();
    let id = missing.needed("id", parsed(json, "id", EventId::parse));
    let calendar_id = parsed(json, "calendar_id", CalendarId::parse);
    let calendar_id = missing.needed("calendar_id", calendar_id);
    let platform = missing.needed("platform", parsed(json, "platform", platform));
    let starts_at = missing.needed("start_time", time(json, "start_time"));
    let ends_at = missing.needed("end_time", time(json, "end_time"));
    let updated_at = missing.needed("updated_at", time(json, "updated_at"));
    let is_deleted = missing.needed("is_deleted", is_deleted(json));
    let (Some(id), Some(calendar_id), Some(platform)) = (id, calendar_id, platform) else {
        return Err(missing.problem());
    };
    let times = (starts_at, ends_at, updated_at, is_deleted);
    let (Some(starts_at), Some(ends_at), Some(updated_at), Some(is_deleted)) = times else {
        return Err(missing.problem());
    };
    let (meeting, has_unreadable_link) = meeting(json);
    let (bots, has_unreadable_bots) = bots(json);
    Ok(CalendarEvent {
        ical_uid: ical_uid(json, &id),
        id,
        calendar_id,
        platform,
        platform_id: parsed(json, "platform_id", PlatformEventId::parse),
        starts_at: starts_at.instant,
        ends_at: ends_at.instant,
        created_at: time(json, "created_at").map(|time| time.instant),
        updated_at: updated_at.instant,
        is_deleted,
        meeting,
        has_unreadable_link,
        meeting_platform: meeting_platform(json),
        bots,
        has_unreadable_bots,
        facts: facts(json, platform, starts_at, ends_at),
    })
}

fn parsed<T, E>(
    json: &Object<'_>,
    name: &str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Option<T> {
    parse(json.value::<String>(name)?.trim().to_owned()).ok()
}

fn platform(name: String) -> Result<Platform, UnknownPlatform> {
    name.to_ascii_lowercase().parse()
}

/// A time: an instant, or the midnight in UTC at which a date begins.
#[derive(Clone, Copy)]
struct Time {
    instant: Timestamp,
    date: Option<Date>,
}

fn time(json: &Object<'_>, name: &str) -> Option<Time> {
    let text: String = json.value(name)?;
    let text = text.trim();
    if let Ok(instant) = text.parse() {
        let instant = whole_microseconds(instant);
        return Some(Time {
            instant,
            date: None,
        });
    }
    let is_date = text.len() == "2026-03-06".len();
    let date: Date = is_date.then(|| text.parse().ok()).flatten()?;
    let instant = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Time {
        instant,
        date: Some(date),
    })
}

/// Recall lists deleted events, too, so an event is deleted only if it says so. None if it says
/// anything else.
fn is_deleted(json: &Object<'_>) -> Option<bool> {
    match json.text("is_deleted") {
        None | Some("null" | "false" | "0" | "\"false\"") => Some(false),
        Some("true" | "1" | "\"true\"") => Some(true),
        Some(_) => None,
    }
}

/// The id that copies share. If there is none that can be read, that of the event stands in: it
/// is the same in each list, and no other event's.
fn ical_uid(json: &Object<'_>, id: &EventId) -> IcalUid {
    let stated = parsed(json, "ical_uid", IcalUid::parse);
    stated.unwrap_or_else(|| {
        IcalUid::parse(id.as_str()).expect("an event id is no longer than an ical_uid may be")
    })
}

/// The facts of the payload. An event whose own times are dates takes whole days.
fn facts(json: &Object<'_>, platform: Platform, starts_at: Time, ends_at: Time) -> Facts {
    let mut facts = Facts::from_payload(platform, &payload(json.text("raw")));
    if let (Some(first), None) = (starts_at.date, facts.whole_days) {
        facts.whole_days = Some(WholeDays::from(first, ends_at.date));
        facts.is_all_day = facts.is_all_day.or(Some(true));
    }
    facts
}

/// The meeting, if there is a link, and whether there is a link that cannot be read.
fn meeting(json: &Object<'_>) -> (Option<Meeting>, bool) {
    let Some(text) = json.text("meeting_url").filter(|text| *text != "null") else {
        return (None, false);
    };
    if let Some(url) = json.value::<String>("meeting_url") {
        return (link(&url), false);
    }
    // A link with its parts: the link itself is the one that a browser would open.
    let object = Object::of(text);
    let named = ["url", "meeting_url", "join_url", "link", "href"].into_iter();
    let mut found = named.filter_map(|name| link(&object.value::<String>(name)?));
    let meeting = found.next().filter(|_| object.is_complete());
    let is_unreadable = meeting.is_none();
    (meeting, is_unreadable)
}

/// The meeting of a link; none if it is blank.
fn link(url: &str) -> Option<Meeting> {
    let url = url.trim();
    (!url.is_empty()).then(|| Meeting {
        url: url.to_owned(),
    })
}

/// The platform of the meeting link; none if it is blank.
fn meeting_platform(json: &Object<'_>) -> Option<String> {
    let name: String = json.value("meeting_platform")?;
    let name = name.trim();
    let name = name.chars().take(LONGEST_MEETING_PLATFORM);
    let name: String = name.map(|one| one.to_ascii_lowercase()).collect();
    (!name.is_empty()).then_some(name)
}

/// The bots of an event, and whether there are others that cannot be read.
fn bots(json: &Object<'_>) -> (Vec<BotEntry>, bool) {
    let listed = match json.text("bots") {
        None | Some("null") => return (Vec::new(), false),
        Some(listed) => listed,
    };
    let entries: Vec<_> = items(listed).map(bot).collect();
    let is_unreadable = !listed.starts_with('[') || entries.iter().any(Option::is_none);
    (entries.into_iter().flatten().collect(), is_unreadable)
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
        parse(&event_json(field, value))
    }

    fn parse(json: &Value) -> Result<CalendarEvent, String> {
        EventText::of(json.to_string().as_bytes()).parse()
    }

    fn event_json(field: &str, value: Value) -> Value {
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
        json
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
    #[test_case(json!("left out"), None; "left out")]
    #[test_case(json!(7), None; "of another type")]
    fn the_instant_of_creation_is_read(value: Value, expected: Option<&str>) {
        let read = event("created_at", value).unwrap().created_at;
        assert_eq!(read, expected.map(|instant| instant.parse().unwrap()));
    }

    #[test_case(json!("https://acme.zoom.us/j/1"), Some("https://acme.zoom.us/j/1"), false; "a link")]
    #[test_case(json!(" https://acme.zoom.us/j/1\n"), Some("https://acme.zoom.us/j/1"), false; "blanks around")]
    #[test_case(json!("  "), None, false; "blanks")]
    #[test_case(json!(null), None, false; "null")]
    #[test_case(json!("left out"), None, false; "left out")]
    #[test_case(json!({"url": "https://acme.zoom.us/j/1", "platform": "zoom"}), Some("https://acme.zoom.us/j/1"), false; "an object with the link")]
    #[test_case(json!({"meeting_id": "1", "platform": "zoom"}), None, true; "an object without a link")]
    #[test_case(json!(["https://acme.zoom.us/j/1"]), None, true; "a list")]
    #[test_case(json!(7), None, true; "a number")]
    fn the_meeting_link_is_read(value: Value, expected: Option<&str>, is_unreadable: bool) {
        let event = event("meeting_url", value).unwrap();
        let url = event.meeting.as_ref().map(|meeting| meeting.url.as_str());
        assert_eq!((url, event.has_unreadable_link), (expected, is_unreadable));
    }

    #[test_case(json!({"recurrence": {"pattern": {"type": "weekly"}, "range": {"type": "noEnd"}}}), true; "a pattern")]
    #[test_case(json!({"recurrence": null}), false; "null")]
    #[test_case(json!({}), false; "none")]
    fn a_master_of_outlook_is_known_by_its_recurrence(raw: Value, expected: bool) {
        let mut json = event_json("raw", raw);
        json["platform"] = json!("microsoft_outlook");
        assert_eq!(parse(&json).unwrap().facts.is_recurring, expected);
    }

    const EVENT: &str = "0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e5f";

    #[test_case(json!("meeting@acme.example"), "meeting@acme.example"; "an id")]
    #[test_case(json!(null), EVENT; "null")]
    #[test_case(json!(" "), EVENT; "blank")]
    #[test_case(json!("left out"), EVENT; "left out")]
    #[test_case(json!(7), EVENT; "of another type")]
    #[test_case(json!("x".repeat(961)), EVENT; "too long for a key")]
    fn the_event_id_stands_in_for_an_ical_uid(value: Value, expected: &str) {
        assert_eq!(
            event("ical_uid", value).unwrap().ical_uid.as_str(),
            expected
        );
    }

    #[test_case(json!("2090-03-06"), Some("2090-03-06T00:00:00Z"); "a date")]
    #[test_case(json!(" 2090-03-06T10:00:00+01:00 "), Some("2090-03-06T09:00:00Z"); "an offset, and blanks")]
    #[test_case(json!("2090-03-06T10:00:00"), None; "no offset")]
    #[test_case(json!("2090-02-30"), None; "a day that there is not")]
    fn a_time_is_an_instant_or_a_date(value: Value, expected: Option<&str>) {
        let read = event("start_time", value).ok().map(|event| event.starts_at);
        assert_eq!(read, expected.map(|instant| instant.parse().unwrap()));
    }

    #[test]
    fn an_event_whose_times_are_dates_takes_whole_days() {
        let event = event("start_time", json!("2090-03-06")).unwrap();
        let days = WholeDays::from(jiff::civil::date(2090, 3, 6), None);
        assert_eq!(event.facts.whole_days, Some(days));
        assert_eq!(event.facts.is_all_day, Some(true));
    }

    #[test_case(json!(null), 0, false; "null")]
    #[test_case(json!("left out"), 0, false; "left out")]
    #[test_case(json!([]), 0, false; "none")]
    #[test_case(json!([{"bot_id": "b", "start_time": "2026-03-06T10:00:00Z", "deduplication_key": "k"}]), 1, false; "a bot")]
    #[test_case(json!([{"bot_id": "b", "start_time": "2026-03-06T10:00:00Z"}]), 0, true; "a bot without a key")]
    #[test_case(json!([null, {"bot_id": "b", "start_time": "2026-03-06T10:00:00Z", "deduplication_key": "k"}]), 1, true; "a bot beside an odd entry")]
    #[test_case(json!({"0": {}}), 0, true; "an object")]
    #[test_case(json!("none"), 0, true; "a text")]
    fn the_bots_are_read(value: Value, readable: usize, has_others: bool) {
        let event = event("bots", value).unwrap();
        assert_eq!(
            (event.bots.len(), event.has_unreadable_bots),
            (readable, has_others)
        );
    }

    #[test_case(json!(true), Some(true); "deleted")]
    #[test_case(json!("true"), Some(true); "deleted, as a text")]
    #[test_case(json!(0), Some(false); "not deleted, as a number")]
    #[test_case(json!(null), Some(false); "null")]
    #[test_case(json!("left out"), Some(false); "left out")]
    #[test_case(json!("maybe"), None; "neither")]
    fn an_event_says_whether_it_was_deleted(value: Value, expected: Option<bool>) {
        let read = event("is_deleted", value)
            .ok()
            .map(|event| event.is_deleted);
        assert_eq!(read, expected);
    }

    #[test_case("id"; "id")]
    #[test_case("calendar_id"; "calendar")]
    #[test_case("platform"; "platform")]
    #[test_case("start_time"; "start")]
    #[test_case("end_time"; "end")]
    #[test_case("updated_at"; "last change")]
    fn a_needed_field_is_named(field: &str) {
        for value in [
            json!("left out"),
            json!(null),
            json!(7),
            json!({}),
            json!("?"),
        ] {
            let problem = event(field, value).expect_err("it is needed");
            assert_eq!(problem, format!("missing or not readable: {field}"));
        }
    }
}
