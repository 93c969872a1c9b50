//! Reads the index by day: the decisions of all calendars about the meetings of a day.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::StartEntry;
use callsheet_domain::{ListedIds, Timestamp, plus};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::index::start_entry;
use super::key::STARTS_AT;
use super::table::Table;
use crate::attributes::{instant, text};
use crate::error::failed;

/// The entries of the rows of all calendars whose meetings start in a span, both ends included, and
/// whose events are not among those `listed`.
pub(super) async fn unlisted_entries(
    table: &Table,
    (from, until): (Timestamp, Timestamp),
    listed: &ListedIds,
) -> Result<Vec<StartEntry>, PortError> {
    let until = plus(until, SignedDuration::from_micros(1));
    let mut entries = Vec::new();
    for day in days_of(from, until) {
        let query = by_day(table, day, from, until);
        let mut pages = query.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed)?.items.unwrap_or_default();
            let page = page.iter().filter_map(start_entry);
            entries.extend(page.filter(|entry| !listed.contains(&entry.key.event_id)));
        }
    }
    Ok(entries)
}

/// The entries of a day whose meetings start in a span.
pub(super) fn by_day(
    table: &Table,
    day: Date,
    from: Timestamp,
    until: Timestamp,
) -> QueryFluentBuilder {
    // BETWEEN includes both ends.
    let last = plus(until, -SignedDuration::from_micros(1));
    table
        .client
        .query()
        .table_name(&table.name)
        .index_name("day")
        .key_condition_expression("#day = :day AND #starts_at BETWEEN :from AND :last")
        .expression_attribute_names("#day", "day")
        .expression_attribute_names("#starts_at", STARTS_AT)
        .expression_attribute_values(":day", text(day.to_string()))
        .expression_attribute_values(":from", instant(from))
        .expression_attribute_values(":last", instant(last))
}

/// The dates in UTC that a span touches; none if it is empty.
pub(super) fn days_of(from: Timestamp, until: Timestamp) -> impl Iterator<Item = Date> {
    let date = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let last = plus(until, -SignedDuration::from_micros(1));
    let days = std::iter::successors(Some(date(from)), |day| day.tomorrow().ok());
    days.take_while(move |day| from < until && *day <= date(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::at;
    use test_case::test_case;

    #[test_case("2090-03-06T10:00:00Z", "2090-03-06T10:00:00Z", &[]; "no time")]
    #[test_case("2090-03-06T10:00:00Z", "2090-03-07T00:00:00Z", &["2090-03-06"]; "until midnight")]
    #[test_case("2090-03-06T23:00:00Z", "2090-03-08T01:00:00Z", &["2090-03-06", "2090-03-07", "2090-03-08"]; "over two nights")]
    #[test_case("2090-03-07T00:00:00Z", "2090-03-07T00:00:00.000001Z", &["2090-03-07"]; "an instant")]
    fn a_span_touches_these_days(from: &str, until: &str, expected: &[&str]) {
        let days: Vec<_> = days_of(at(from), at(until))
            .map(|day| day.to_string())
            .collect();
        assert_eq!(days, expected);
    }
}
