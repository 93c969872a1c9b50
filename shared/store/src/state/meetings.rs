//! What people chose for a whole meeting: one row, with a choice of each person.
//!
//! The key is a digest of the meeting's name, so that no key holds an address, and a sync reads the
//! row of each event of a page by its key.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{MeetingOverrides, WriteOutcome};
use callsheet_domain::{
    Actor, CalendarId, EventId, LoggedAction, LoggedActionKind, MeetingChoice, MeetingName,
    MeetingOverride, MeetingRevision, OverrideChoice, Timestamp, Version,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::StateTable;
use super::action_log::ActionRow;
use super::place::{PARTITION, Place};
use crate::attributes::{Attributes, read_row, write_row};
use crate::batch_get::rows_under;
use crate::expressions::Unchanged;
use crate::stored_text;

/// Name of the attribute with the choices.
pub(super) const CHOICES: &str = "choices";

#[derive(Serialize, Deserialize)]
pub(super) struct MeetingRow {
    choices: Vec<ChoiceRow>,
    revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spreads_from: Option<EventRow>,
    /// Counts the choices that were made and taken back.
    actions: u64,
    version: u64,
    /// In seconds, as DynamoDB's time-to-live requires.
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct ChoiceRow {
    #[serde(with = "stored_text")]
    choice: OverrideChoice,
    #[serde(with = "stored_text")]
    by: Actor,
    /// The signing key that vouched for the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct EventRow {
    #[serde(with = "stored_text")]
    calendar_id: CalendarId,
    #[serde(with = "stored_text")]
    event_id: EventId,
}

pub(super) async fn read_meetings(
    state: &StateTable,
    meetings: &[MeetingName],
) -> Result<MeetingOverrides, PortError> {
    let by_partition: BTreeMap<String, &MeetingName> = meetings
        .iter()
        .map(|name| (Place::meeting(name).partition, name))
        .collect();
    let keys = by_partition.values();
    let keys = keys.map(|name| Place::meeting(name).key()).collect();
    let mut read = MeetingOverrides::default();
    let request = |keys| {
        state
            .client
            .batch_get_item()
            .request_items(&state.table, keys)
    };
    for row in rows_under(&request, keys).await? {
        let partition = row.get(PARTITION).and_then(|text| text.as_s().ok());
        let Some(name) = partition.and_then(|text| by_partition.get(text)) else {
            continue;
        };
        let name = (*name).clone();
        match read_row::<MeetingRow>(row) {
            Ok(row) => {
                read.known.insert(name, row.meeting());
            }
            Err(problem) => {
                let problem = format!("what people chose for a meeting: {problem}");
                read.unreadable.insert(name, problem);
            }
        }
    }
    Ok(read)
}

pub(super) async fn write_meeting(
    state: &StateTable,
    meeting: &MeetingName,
    (chosen, action): (&MeetingOverride, Option<&LoggedAction>),
    kept_until: Timestamp,
) -> Result<WriteOutcome, PortError> {
    let row = MeetingRow::of(chosen, kept_until);
    let place = Place::meeting(meeting);
    let Some(action) = action else {
        return state.write_if_unchanged(place, row, chosen.version).await;
    };
    let log = place.partition.clone();
    let put = Unchanged::version(chosen.version).on(state.put(place, write_row(row)));
    let entry = ActionRow::of(action).kept_until(kept_until);
    let mut writes = vec![put, state.put_action(entry.place(&log, &log), &entry, true)];
    if let LoggedActionKind::Meeting(made) = &action.what {
        let calendar = Place::calendar(&made.calendar).partition;
        writes.push(state.put_action(entry.place(&calendar, &log), &entry, false));
    }
    Ok(if state.write_together(writes).await? {
        WriteOutcome::Written
    } else {
        WriteOutcome::Conflict
    })
}

impl MeetingRow {
    pub(super) fn of(chosen: &MeetingOverride, kept_until: Timestamp) -> Self {
        let MeetingOverride {
            choices,
            revision,
            spreads_from,
            actions,
            version,
        } = chosen;
        Self {
            choices: choices.iter().map(ChoiceRow::of).collect(),
            revision: revision.0,
            spreads_from: spreads_from
                .clone()
                .map(|(calendar_id, event_id)| EventRow {
                    calendar_id,
                    event_id,
                }),
            actions: *actions,
            version: version.next().0,
            expires_at: kept_until.as_second(),
        }
    }

    fn meeting(self) -> MeetingOverride {
        let from = self.spreads_from;
        MeetingOverride {
            choices: self.choices.into_iter().map(ChoiceRow::choice).collect(),
            revision: MeetingRevision(self.revision),
            spreads_from: from.map(|from| (from.calendar_id, from.event_id)),
            actions: self.actions,
            version: Version(self.version),
        }
    }
}

impl ChoiceRow {
    fn of(made: &MeetingChoice) -> Self {
        Self {
            choice: made.choice,
            by: made.by.clone(),
            via: made.by.key().map(str::to_owned),
            at: made.at,
        }
    }

    fn choice(self) -> MeetingChoice {
        MeetingChoice {
            choice: self.choice,
            by: self.by.signed_with(self.via),
            at: self.at,
        }
    }
}

/// Number of the choices of `actor`, by name in lower case, in the attributes of a row; none if
/// they cannot be read.
pub(super) fn choices_of(row: &Attributes, actor: &str) -> usize {
    let choices = row.get(CHOICES).and_then(|choices| choices.as_l().ok());
    let by = choices.into_iter().flatten().filter_map(|choice| {
        let by = choice.as_m().ok()?.get("by")?;
        by.as_s().ok().map(|by| by.to_lowercase())
    });
    by.filter(|by| by == actor).count()
}

/// The row without the name of `actor`, in lower case: what they chose stays, as that of a
/// forgotten person.
pub(super) fn without_name(row: Attributes, actor: &str) -> Option<(MeetingRow, Version)> {
    let mut row: MeetingRow = read_row(row).ok()?;
    let read = Version(row.version);
    for made in &mut row.choices {
        if made.by.as_str().to_lowercase() == actor {
            made.by = Actor::forgotten();
        }
    }
    row.version = read.next().0;
    Some((row, read))
}
