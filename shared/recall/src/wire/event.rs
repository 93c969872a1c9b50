//! An event and the page it comes on.

use callsheet_domain::{
    BotEntry, BotId, CalendarEvent, CalendarId, DeduplicationKey, EventId, Facts, IcalUid, Meeting,
    Platform, Timestamp, whole_microseconds,
};
use serde::Deserialize;
use serde_json::Value;

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
    start_time: Timestamp,
    end_time: Timestamp,
    updated_at: Timestamp,
    is_deleted: bool,
    meeting_url: Option<String>,
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
            starts_at: whole_microseconds(json.start_time),
            ends_at: whole_microseconds(json.end_time),
            updated_at: whole_microseconds(json.updated_at),
            is_deleted: json.is_deleted,
            meeting: link.map(|url| Meeting { url }),
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
