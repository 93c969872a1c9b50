//! The lists behind the counts of a coverage, as far as the list of events has them: of all
//! calendars a day at once, of one calendar the whole period, and while decisions are kept.

use callsheet_api::coverage::{Coverage, CoverageGroup, Totals};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// A filter of the list that has all lost meetings of these totals.
pub(super) fn lost_filter(totals: &Totals) -> &'static str {
    // No bot has an outcome of these.
    let without_outcome = ["no_bot", "not_followed", "unfinished"];
    let lost = |name: &&str| totals.lost.get(*name).is_some_and(|count| *count > 0);
    if without_outcome.iter().any(lost) {
        "verdict=record"
    } else {
        "verdict=record&outcome=not_recorded"
    }
}

/// The events of a day in all calendars; none if their decisions have expired.
pub(super) fn events_of_day(coverage: &Coverage, day: Date, filter: &str) -> Option<String> {
    let is_expired = coverage.kept_days.contains(&day) || coverage.missing_days.contains(&day);
    (!is_expired).then(|| format!("#/events?{}&{filter}", period(day, day)))
}

/// The events of a group; none if no list has just these.
pub(super) fn events_of_group(
    coverage: &Coverage,
    group: &CoverageGroup,
    filter: &str,
) -> Option<String> {
    let name = group.name.as_ref()?;
    let (from, until) = (coverage.from, coverage.until);
    match coverage.by {
        "day" => events_of_day(coverage, name.parse().ok()?, filter),
        "calendar" => {
            let calendar = encoded("calendar", name);
            Some(format!(
                "#/events?{calendar}&{}&{filter}",
                period(from, until)
            ))
        }
        "rule" if from == until => {
            let address = events_of_day(coverage, from, filter)?;
            Some(format!("{address}&{}", encoded("rule", name)))
        }
        _ => None,
    }
}

fn encoded(name: &str, value: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value);
    query.finish()
}

/// The days from one to another, in UTC.
fn period(from: Date, until: Date) -> String {
    let end = until.saturating_add(1.day());
    format!("from={from}T00:00:00Z&until={end}T00:00:00Z")
}
