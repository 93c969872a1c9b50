//! The lists behind the counts of a coverage: of the same meetings, each once, while decisions are
//! kept.

use callsheet_api::coverage::{Coverage, CoverageGroup};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The meetings of a day that were counted so; none if their decisions have expired.
pub(super) fn events_of_day(coverage: &Coverage, day: Date, result: &str) -> Option<String> {
    let is_expired = coverage.kept_days.contains(&day) || coverage.missing_days.contains(&day);
    (!is_expired).then(|| address(day, day, result))
}

/// The meetings of the whole period that were counted so; none if some decisions have expired.
pub(super) fn events_of_period(coverage: &Coverage, result: &str) -> Option<String> {
    let is_stored = coverage.kept_days.is_empty();
    let (from, until) = days_with_events(coverage).filter(|_| is_stored)?;
    Some(address(from, until, result))
}

/// The meetings of a group that were counted so; none if no list has just these.
pub(super) fn events_of_group(
    coverage: &Coverage,
    group: &CoverageGroup,
    result: &str,
) -> Option<String> {
    let name = group.name.as_ref()?;
    match coverage.by {
        "day" => events_of_day(coverage, name.parse().ok()?, result),
        "class" => events_of_period(coverage, name),
        by @ ("calendar" | "rule") => {
            let (from, until) = days_with_events(coverage)?;
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair(by, name);
            Some(format!(
                "{}&{}",
                address(from, until, result),
                query.finish()
            ))
        }
        _ => None,
    }
}

/// The first and the last day of the period whose decisions are kept.
fn days_with_events(coverage: &Coverage) -> Option<(Date, Date)> {
    let expired = coverage
        .kept_days
        .iter()
        .chain(&coverage.missing_days)
        .max();
    let from = match expired {
        Some(day) => day.tomorrow().ok()?,
        None => coverage.from,
    };
    (from <= coverage.until).then_some((from, coverage.until))
}

/// The days from one to another, in UTC.
fn address(from: Date, until: Date, result: &str) -> String {
    let end = until.saturating_add(1.day());
    format!("#/events?from={from}T00:00:00Z&until={end}T00:00:00Z&result={result}")
}
