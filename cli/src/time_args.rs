//! Parses instants and durations in arguments.

use callsheet_domain::{Timestamp, whole_microseconds};
use jiff::civil::Date;
use jiff::{SignedDuration, Span, SpanRelativeTo, Zoned};

/// Parses an instant with an offset or a time zone. Without either, the time is
/// refused, since the zone would be a guess.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let zoned = |text: &str| text.parse::<Zoned>().map(|zoned| zoned.timestamp());
    let parsed = if text.contains('[') {
        zoned(text)
    } else {
        text.parse::<Timestamp>()
    };
    parsed.map(whole_microseconds).map_err(|_| {
        "expected a time with an offset or a time zone, such as 2026-12-24T18:00+01:00, \
         2026-12-24T17:00Z or 2026-12-24T18:00[Europe/Berlin]"
            .to_owned()
    })
}

/// Parses a day.
pub(crate) fn date(text: &str) -> Result<Date, String> {
    let parsed = text.trim().parse();
    parsed.map_err(|_| "expected a day, such as 2026-11-27".to_owned())
}

/// Parses a duration of at least a minute. A day has 24 hours.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, String> {
    let refused =
        || "expected a duration of a minute or more, such as 90m, 4h, 3d or 2w".to_owned();
    let span: Span = text.trim().parse().map_err(|_| refused())?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| refused())?;
    if duration < SignedDuration::from_mins(1) {
        return Err(refused());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("2090-12-24T18:00+01:00", Some("2090-12-24T17:00:00Z"); "with an offset")]
    #[test_case("2090-12-24 17:00Z", Some("2090-12-24T17:00:00Z"); "with a blank")]
    #[test_case("2090-12-24T18:00[Europe/Berlin]", Some("2090-12-24T17:00:00Z"); "in a time zone")]
    #[test_case("2090-07-24T18:00[Europe/Berlin]", Some("2090-07-24T16:00:00Z"); "in summer")]
    #[test_case("2090-12-24T18:00[Europe/Bonn]", None; "in an unknown time zone")]
    #[test_case("2090-12-24T18:00", None; "without an offset")]
    #[test_case("2090-12-24", None; "a date")]
    #[test_case("tomorrow", None; "a word")]
    fn instants_are_parsed(text: &str, expected: Option<&str>) {
        let expected = expected.map(|text| text.parse().expect("an instant"));
        assert_eq!(instant(text).ok(), expected);
    }

    #[test_case("90m", Some(90 * 60); "minutes")]
    #[test_case("1h30m", Some(90 * 60); "hours and minutes")]
    #[test_case("3d", Some(3 * 86_400); "days")]
    #[test_case("2 weeks", Some(14 * 86_400); "weeks in words")]
    #[test_case("1mo", None; "months differ in length")]
    #[test_case("30s", None; "too short")]
    #[test_case("-3d", None; "backwards")]
    #[test_case("3", None; "without a unit")]
    fn durations_are_parsed(text: &str, expected: Option<i64>) {
        assert_eq!(duration(text).ok().map(|d| d.as_secs()), expected);
    }
}
