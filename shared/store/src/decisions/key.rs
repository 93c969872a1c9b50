//! The key of a decision's row, entries of the indexes, and the names of their attributes.

use callsheet_app::Metric;
use callsheet_app::ports::{DueEntry, DueStart};
use callsheet_domain::{CalendarId, DecisionKey, EventId, IcalUid, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::attributes::{Attributes, Unreadable, read_attributes, text};
use crate::stored_text;

pub(super) const ICAL_UID: &str = "ical_uid";
pub(super) const EVENT_ID: &str = "event_id";
pub(super) const CALENDAR_ID: &str = "calendar_id";
pub(super) const STARTS_AT: &str = "starts_at";
pub(super) const ENDS_AT: &str = "ends_at";
/// Name of the attribute of the sparse index, and its value for due rows.
pub(super) const DUE: &str = "due";

/// Value of the attribute for rows that are not due and have an owner check.
pub(super) const TO_CHECK: &str = "check";
/// Value of the attribute for other rows whose bot is followed.
pub(super) const FOLLOWED: &str = "follow";
/// From when the silence of the bot counts.
pub(super) const SILENT_FROM: &str = "silent_from";
/// Value of the attribute for rows that are abandoned and have no owner check.
pub(super) const ABANDONED: &str = "abandoned";
/// When the owner check can be made.
pub(super) const CHECK_AT: &str = "check_at";

/// Attribute of the index of bots by their ids.
pub(super) const BOT_ID: &str = "bot_id";
/// Attribute of the index of bots: a digest of the wanted bot's deduplication key,
/// which can be longer than a key of an index.
pub(super) const BOT: &str = "bot";

/// The key of a row, in the table and in each of its indexes.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyRow {
    #[serde(with = "stored_text")]
    ical_uid: IcalUid,
    #[serde(with = "stored_text")]
    event_id: EventId,
}

/// An entry of the index of due rows.
#[derive(Deserialize)]
pub(super) struct DueRow {
    #[serde(with = "stored_text")]
    ical_uid: IcalUid,
    #[serde(with = "stored_text")]
    event_id: EventId,
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    #[serde(with = "microsecond::optional", default)]
    not_before: Option<Timestamp>,
    #[serde(default)]
    due_bot: Option<String>,
    #[serde(default)]
    claims: bool,
}

impl From<KeyRow> for DecisionKey {
    fn from(row: KeyRow) -> Self {
        Self {
            ical_uid: row.ical_uid,
            event_id: row.event_id,
        }
    }
}

impl From<DueRow> for DueEntry {
    fn from(row: DueRow) -> Self {
        Self {
            key: DecisionKey {
                ical_uid: row.ical_uid,
                event_id: row.event_id,
            },
            not_before: row.not_before,
            bot: row.due_bot,
            claims: row.claims,
        }
    }
}

impl From<DueRow> for DueStart {
    fn from(row: DueRow) -> Self {
        let (starts_at, not_before) = (row.starts_at, row.not_before);
        Self {
            key: DueEntry::from(row).key,
            starts_at,
            not_before,
        }
    }
}

/// The key of a row, as a request names it.
pub(super) fn key_attributes(key: &DecisionKey) -> Attributes {
    Attributes::from([
        (ICAL_UID.to_owned(), text(key.ical_uid.as_str())),
        (EVENT_ID.to_owned(), text(key.event_id.as_str())),
    ])
}

/// The keys in entries of an index.
pub(super) fn keys_of(entries: Vec<Attributes>) -> Vec<DecisionKey> {
    let mut keys = Vec::with_capacity(entries.len());
    for entry in entries {
        match key_of(&entry) {
            Ok(key) => keys.push(key),
            Err(problem) => log_unreadable_key("an index", &problem),
        }
    }
    keys
}

pub(super) fn key_of(row: &Attributes) -> Result<DecisionKey, Unreadable> {
    let attributes =
        [ICAL_UID, EVENT_ID].map(|name| Some((name.to_owned(), row.get(name)?.clone())));
    let key: KeyRow = read_attributes(attributes.into_iter().flatten().collect())?;
    Ok(key.into())
}

pub(super) fn calendar_of(row: &Attributes) -> Option<CalendarId> {
    let id = row.get(CALENDAR_ID)?.as_s().ok()?;
    CalendarId::parse(id).ok()
}

/// No caller can name such a row, so it is only logged.
pub(super) fn log_unreadable_key(place: &str, problem: &Unreadable) {
    Metric::UnreadableRows.count(1_u32);
    tracing::error!(%problem, "a row of {place} is left out, since its key cannot be read: {problem}");
}
