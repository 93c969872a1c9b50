//! Remembers people's words, one row for each thing they spoke about.
//!
//! Each word raises the row's revision in the same step that writes it, so two
//! people who speak at once get two revisions and the later write stands.

use callsheet_app::PortError;
use callsheet_app::ports::PreferenceBook;
use callsheet_domain::{
    CalendarId, IcalUid, Preference, PreferenceRevision, Preferences, Timestamp, Word,
};

use super::{PARTITION, Place, SORT, StateTable};
use crate::attributes::{Attributes, Reading, Unreadable, instant, number, text};
use crate::error::{failed, unreadable};

/// How the sort key of every word begins.
const WORDS: &str = "preference#";
/// How that of a word about a series does.
const SERIES: &str = "preference#series#";

impl PreferenceBook for StateTable {
    async fn preferences(&self, calendar: &CalendarId) -> Result<Preferences, PortError> {
        let Place { partition, .. } = Place::calendar(calendar, WORDS);
        let mut preferences = Preferences::default();
        let mut from = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("#partition = :partition AND begins_with(#sort, :words)")
                .expression_attribute_names("#partition", PARTITION)
                .expression_attribute_names("#sort", SORT)
                .expression_attribute_values(":partition", text(partition.as_str()))
                .expression_attribute_values(":words", text(WORDS))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failed)?;
            for row in page.items() {
                let (series, spoken) = word(row).map_err(|problem| {
                    unreadable(format_args!("the words on calendar {calendar}"), problem)
                })?;
                preferences.series.insert(series, spoken);
            }
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                return Ok(preferences);
            }
        }
    }

    async fn mark_series(
        &self,
        calendar: &CalendarId,
        series: &IcalUid,
        word: Word,
        now: Timestamp,
    ) -> Result<PreferenceRevision, PortError> {
        let place = Place::calendar(calendar, format!("{SERIES}{series}"));
        let written = self
            .update(
                place,
                "SET #v = :v, #word = :word, #at = :at ADD #revision :one",
            )
            .expression_attribute_names("#word", "word")
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":word", text(word.as_str()))
            .expression_attribute_values(":at", instant(now))
            .expression_attribute_values(":one", number(1))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
            .send()
            .await
            .map_err(failed)?;
        let row = written.attributes.unwrap_or_default();
        let revision = Reading::row(&row)
            .and_then(|row| row.number("revision"))
            .map_err(|problem| {
                unreadable(format_args!("a word on calendar {calendar}"), problem)
            })?;
        Ok(PreferenceRevision(revision))
    }
}

/// What was said, and about which series. Words about something else are of a
/// later build; to pass over one might record what somebody asked not to be.
fn word(attributes: &Attributes) -> Result<(IcalUid, Preference), Unreadable> {
    let row = Reading::row(attributes)?;
    let series = row.text(SORT)?.strip_prefix(SERIES);
    let series = series.ok_or(Unreadable::UnknownShape)?;
    let spoken = Preference {
        word: row.parsed("word", str::parse::<Word>)?,
        revision: PreferenceRevision(row.number("revision")?),
    };
    let series = IcalUid::parse(series).map_err(|_| Unreadable::Malformed(SORT))?;
    Ok((series, spoken))
}
