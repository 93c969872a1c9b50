//! Totals of past days: one row for each date, with the totals of each platform by result.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{DayTotals, KeptCoverage};
use callsheet_domain::{JoinDelays, MeetingResult, MeetingTotals, ResultTotals};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::StateTable;
use super::place::{COVERAGE, PARTITION, Place, SORT};
use crate::attributes::{Attributes, Unreadable, read_row, text, write_row};
use crate::error::{failed, unreadable};
use crate::expressions::all_rows;

/// How long totals are kept after their day, in seconds.
const KEPT: i64 = 400 * 24 * 60 * 60;

/// Stands for the platform of meetings without a link.
const NO_LINK: &str = "no_link";

#[derive(Serialize, Deserialize)]
pub(super) struct CoverageRow {
    /// By platform, then by result.
    totals: BTreeMap<String, BTreeMap<String, ResultRow>>,
    /// In seconds, as DynamoDB's time-to-live requires.
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct ResultRow {
    meetings: u64,
    /// Number of bots by the tenths of a minute after which they joined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    delays: BTreeMap<String, u64>,
}

impl KeptCoverage for StateTable {
    async fn keep_day(&self, day: Date, totals: &DayTotals) -> Result<(), PortError> {
        let row = write_row(CoverageRow::of(day, totals));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(Place::coverage_of(day).on(row)))
            .send()
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn kept_days(
        &self,
        from: Date,
        until: Date,
    ) -> Result<BTreeMap<Date, DayTotals>, PortError> {
        if until < from {
            return Ok(BTreeMap::new());
        }
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#partition = :partition AND #sort BETWEEN :from AND :until")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_values(":partition", text(COVERAGE))
            .expression_attribute_values(":from", text(from.to_string()))
            .expression_attribute_values(":until", text(until.to_string()));
        let mut days = BTreeMap::new();
        for row in all_rows(query).await? {
            match kept_day(row) {
                Ok((day, totals)) => {
                    days.insert(day, totals);
                }
                Err(problem) => {
                    let problem = unreadable("the totals of a day", problem);
                    tracing::error!(%problem, "the totals of a day are left out: {problem}");
                }
            }
        }
        Ok(days)
    }
}

fn kept_day(row: Attributes) -> Result<(Date, DayTotals), Unreadable> {
    let malformed = |name: &str| Unreadable::Malformed(name.to_owned());
    let day = row.get(SORT).and_then(|day| day.as_s().ok());
    let day = day.and_then(|day| day.parse().ok());
    let day = day.ok_or_else(|| malformed(SORT))?;
    let totals = read_row::<CoverageRow>(row)?.totals();
    Ok((day, totals.ok_or_else(|| malformed("totals"))?))
}

impl CoverageRow {
    fn of(day: Date, totals: &DayTotals) -> Self {
        let name = |platform: &Option<String>| platform.as_deref().unwrap_or(NO_LINK).to_owned();
        let begin = day.to_zoned(TimeZone::UTC).expect("UTC has every date");
        Self {
            totals: totals
                .iter()
                .map(|(platform, totals)| (name(platform), rows_of(totals)))
                .collect(),
            expires_at: begin.timestamp().as_second().saturating_add(KEPT),
        }
    }

    /// None if a name or a number is unknown.
    fn totals(self) -> Option<DayTotals> {
        let platforms = self.totals.into_iter().map(|(platform, rows)| {
            let platform = (platform != NO_LINK).then_some(platform);
            let results: Option<Vec<_>> = rows.into_iter().map(result_of).collect();
            Some((platform, MeetingTotals::of(results?)))
        });
        platforms.collect()
    }
}

fn rows_of(totals: &MeetingTotals) -> BTreeMap<String, ResultRow> {
    let results = totals.by_result().map(|(result, totals)| {
        let delays = totals.delays.counts();
        let row = ResultRow {
            meetings: totals.meetings,
            delays: delays
                .map(|(step, count)| (step.to_string(), count))
                .collect(),
        };
        (result.as_str().to_owned(), row)
    });
    results.collect()
}

fn result_of((name, row): (String, ResultRow)) -> Option<(MeetingResult, ResultTotals)> {
    let delays = row.delays.into_iter();
    let delays: Option<Vec<_>> = delays
        .map(|(step, count)| Some((step.parse().ok()?, count)))
        .collect();
    let totals = ResultTotals {
        meetings: row.meetings,
        delays: JoinDelays::of(delays?),
    };
    Some((MeetingResult::parse(&name)?, totals))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row that the data model shows.
    #[test]
    fn totals_are_stored_by_platform_and_result() {
        let recorded = ResultTotals {
            meetings: 3,
            delays: JoinDelays::of([(2, 1), (15, 2)]),
        };
        let totals = MeetingTotals::of([(MeetingResult::Recorded, recorded)]);
        let not_wanted = ResultTotals {
            meetings: 4,
            delays: JoinDelays::default(),
        };
        let skipped = MeetingTotals::of([(MeetingResult::NotWanted, not_wanted)]);
        let day = jiff::civil::date(2026, 11, 27);
        let totals = DayTotals::from([(Some("zoom".to_owned()), totals), (None, skipped)]);
        let row = CoverageRow::of(day, &totals);
        let expected = serde_json::json!({
            "totals": {
                "zoom": {"recorded": {"meetings": 3, "delays": {"2": 1, "15": 2}}},
                "no_link": {"not_wanted": {"meetings": 4}},
            },
            "expires_at": 1_830_297_600_i64,
        });
        assert_eq!(serde_json::to_value(&row).expect("a row"), expected);
        assert_eq!(row.totals(), Some(totals));
    }

    #[test]
    fn totals_of_an_unknown_result_cannot_be_read() {
        let row = Attributes::from([
            (SORT.to_owned(), text("2026-11-27")),
            ("v".to_owned(), crate::attributes::number(1)),
            ("expires_at".to_owned(), crate::attributes::number(1)),
        ]);
        assert!(matches!(kept_day(row.clone()), Err(Unreadable::Missing(_))));
        let totals = serde_json::json!({"v": 1, "expires_at": 1, "totals": {"zoom": {"won": {"meetings": 1}}}});
        let mut totals: Attributes = serde_dynamo::to_item(totals).expect("a row");
        totals.extend(row);
        let expected = Unreadable::Malformed("totals".to_owned());
        assert_eq!(kept_day(totals), Err(expected));
    }
}
