//! Reads the index by calendar: what an agenda shows, without the rows.

use callsheet_app::PortError;
use callsheet_app::bot_state::BotState;
use callsheet_app::ports::{
    AgendaEntry, AgendaIndex, AgendaPage, PlacedEntry, StartEntry, UnreadableRow,
};
use callsheet_domain::{
    CalendarId, DecisionKey, Phase, PlatformEventId, RuleName, SeriesId, Timestamp, plus,
};
use jiff::SignedDuration;
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::DecisionTable;
use super::index::{calendar_index, coming_of_calendar, start_entry};
use super::key::{CALENDAR_ID, STARTS_AT, calendar_of, key_attributes};
use super::parts::{InputsRow, VerdictRow};
use crate::attributes::{Attributes, Unreadable, instant, read_row, text};
use crate::error::{failed, unreadable};
use crate::expressions::all_rows;
use crate::stored_text;

impl AgendaIndex for DecisionTable {
    async fn agenda_page(
        &self,
        calendar: &CalendarId,
        (from, until): (Timestamp, Timestamp),
        after: Option<&StartEntry>,
        most: usize,
    ) -> Result<AgendaPage, PortError> {
        if from >= until {
            return Ok(AgendaPage::default());
        }
        // BETWEEN includes both ends.
        let last = plus(until, -SignedDuration::from_micros(1));
        let response = calendar_index(&self.0, calendar)
            .key_condition_expression(
                "#calendar_id = :calendar_id AND #starts_at BETWEEN :from AND :last",
            )
            .expression_attribute_names("#starts_at", STARTS_AT)
            .expression_attribute_values(":from", instant(from))
            .expression_attribute_values(":last", instant(last))
            .limit(i32::try_from(most.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(after.map(|after| key_in_index(calendar, after)))
            .send()
            .await
            .map_err(failed)?;
        let next = response.last_evaluated_key.map(|key| {
            let problem = Unreadable::Malformed(STARTS_AT.to_owned());
            start_entry(&key).ok_or_else(|| unreadable("the index by calendar", problem))
        });
        let entries = response.items.unwrap_or_default().into_iter();
        Ok(AgendaPage {
            entries: entries.filter_map(placed_entry).collect(),
            next: next.transpose()?,
        })
    }

    async fn agenda_from(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<PlacedEntry>, PortError> {
        let entries = all_rows(coming_of_calendar(&self.0, calendar, after)).await?;
        Ok(entries.into_iter().filter_map(placed_entry).collect())
    }
}

/// The key that an entry has in the index.
fn key_in_index(calendar: &CalendarId, place: &StartEntry) -> Attributes {
    let mut key = key_attributes(&place.key);
    key.insert(CALENDAR_ID.to_owned(), text(calendar.as_str()));
    key.insert(STARTS_AT.to_owned(), instant(place.starts_at));
    key
}

/// An entry of the index by calendar, without its key.
#[derive(Deserialize)]
struct EntryRow {
    #[serde(with = "stored_text::optional", default)]
    platform_id: Option<PlatformEventId>,
    #[serde(with = "stored_text::optional", default)]
    series: Option<SeriesId>,
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    #[serde(with = "microsecond::required")]
    ends_at: Timestamp,
    #[serde(default)]
    title: Option<String>,
    verdict: VerdictRow,
    #[serde(with = "stored_text")]
    rule: RuleName,
    reason: String,
    #[serde(default)]
    locked: bool,
    inputs: InputsRow,
    bot_state: String,
    #[serde(with = "microsecond::optional", default)]
    not_before: Option<Timestamp>,
    #[serde(default)]
    phase: Option<String>,
}

impl EntryRow {
    fn entry(self, key: DecisionKey) -> Result<AgendaEntry, Unreadable> {
        let bot = BotState::parse(&self.bot_state);
        Ok(AgendaEntry {
            key,
            platform_id: self.platform_id,
            series: self.series,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            title: self.title,
            is_recorded: matches!(self.verdict, VerdictRow::Record),
            rule: self.rule,
            reason: self.reason,
            is_locked: self.locked,
            inputs: self.inputs.inputs(),
            bot: bot.ok_or_else(|| Unreadable::Malformed("bot_state".to_owned()))?,
            not_before: self.not_before,
            // A row of a later build may name a phase that this one does not know.
            phase: self.phase.as_deref().and_then(Phase::named),
        })
    }
}

/// An entry in its place; none if its key cannot be read, which is logged.
fn placed_entry(entry: Attributes) -> Option<PlacedEntry> {
    let place = start_entry(&entry)?;
    let calendar_id = calendar_of(&entry);
    let read = read_row::<EntryRow>(entry).and_then(|row| row.entry(place.key.clone()));
    Some(PlacedEntry {
        entry: read.map_err(|problem| UnreadableRow {
            key: place.key.clone(),
            calendar_id,
            problem: problem.to_string(),
        }),
        place,
    })
}
