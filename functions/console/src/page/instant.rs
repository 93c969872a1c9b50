//! Instants in the time zone of a view. The exact one is in the attribute `datetime`.
//!
//! On a day with a clock change an hour may come twice. So its times have their offset from UTC.

use callsheet_domain::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Zoned};
use maud::{Markup, html};

use crate::page::texts;
use crate::page::view::View;

/// Begin and end of a meeting. The end has its day if that is another one.
pub(super) fn span(view: &View<'_>, starts_at: Timestamp, ends_at: Timestamp) -> Markup {
    let (start, end) = ends_of_span(view, starts_at, ends_at);
    html! { time datetime=(starts_at) { (start) } "–" time datetime=(ends_at) { (end) } }
}

/// The same without markup.
pub(super) fn span_words(view: &View<'_>, starts_at: Timestamp, ends_at: Timestamp) -> String {
    let (start, end) = ends_of_span(view, starts_at, ends_at);
    format!("{start}–{end}")
}

fn ends_of_span(view: &View<'_>, starts_at: Timestamp, ends_at: Timestamp) -> (String, String) {
    let (start, end) = (local(view, starts_at), local(view, ends_at));
    let is_one_day = start.date() == end.date();
    let start = if is_one_day && start.offset() == end.offset() {
        // The end has the offset of both.
        start.strftime("%H:%M").to_string()
    } else {
        clock(&start)
    };
    let end = if is_one_day {
        clock(&end)
    } else {
        moment(view, ends_at)
    };
    (start, end)
}

/// Day, hours and minutes.
pub(super) fn instant(view: &View<'_>, at: Timestamp) -> Markup {
    html! { time datetime=(at) { (moment(view, at)) } }
}

/// The same without markup.
pub(super) fn moment(view: &View<'_>, at: Timestamp) -> String {
    let (local, now) = (local(view, at), local(view, view.now));
    if local.date() == now.date() {
        return format!("{} {}", texts::TODAY.to_lowercase(), clock(&local));
    }
    let pattern = if local.year() == now.year() {
        "%a %-d %b"
    } else {
        "%a %-d %b %Y"
    };
    format!("{}, {}", local.strftime(pattern), clock(&local))
}

/// Hours and minutes, on a day with a clock change with the offset from UTC.
fn clock(local: &Zoned) -> String {
    let time = local.strftime("%H:%M");
    if has_clock_change(local.date(), local.time_zone()) {
        format!("{time} {}", offset_words(local.offset()))
    } else {
        time.to_string()
    }
}

/// Whether the offset of a zone changes within a day.
fn has_clock_change(day: Date, zone: &TimeZone) -> bool {
    let begin = |day: Date| day.to_zoned(zone.clone()).ok();
    let next = day.tomorrow().ok().and_then(begin);
    let Some((first, next)) = begin(day).zip(next) else {
        return false;
    };
    let moment = SignedDuration::from_nanos(1);
    let last = next.timestamp().checked_sub(moment);
    last.is_ok_and(|last| last.to_zoned(zone.clone()).offset() != first.offset())
}

/// An offset such as `UTC+5:30`.
fn offset_words(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '−' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// The day of an instant.
pub(super) fn date(view: &View<'_>, at: Timestamp) -> Date {
    local(view, at).date()
}

/// A day, with its weekday, and whether it is today or tomorrow.
pub(super) fn day(view: &View<'_>, day: Date) -> Markup {
    let today = date(view, view.now);
    let near = match day {
        day if day == today => Some(texts::TODAY),
        day if today.tomorrow().is_ok_and(|tomorrow| day == tomorrow) => Some(texts::TOMORROW),
        _ => None,
    };
    let pattern = if day.year() == today.year() {
        "%A %-d %B"
    } else {
        "%A %-d %B %Y"
    };
    html! {
        @if let Some(near) = near { span.near { (near) ", " } }
        span.date { (day.strftime(pattern)) }
    }
}

fn local(view: &View<'_>, at: Timestamp) -> Zoned {
    at.to_zoned(view.zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("America/New_York", "2026-11-01T05:30:00Z", "01:30 UTC−4"; "the first half past one")]
    #[test_case("America/New_York", "2026-11-01T06:30:00Z", "01:30 UTC−5"; "the second half past one")]
    #[test_case("America/New_York", "2026-10-31T14:00:00Z", "10:00"; "the day before")]
    #[test_case("America/New_York", "2026-11-02T15:00:00Z", "10:00"; "the day after")]
    #[test_case("Europe/Berlin", "2026-03-29T08:00:00Z", "10:00 UTC+2"; "an hour is left out")]
    #[test_case("Europe/Berlin", "2026-10-25T00:30:00Z", "02:30 UTC+2"; "the first half past two")]
    #[test_case("Europe/Berlin", "2026-10-25T01:30:00Z", "02:30 UTC+1"; "the second half past two")]
    #[test_case("Europe/Berlin", "2026-10-25T23:00:00Z", "00:00"; "the midnight after")]
    #[test_case("Europe/London", "2026-10-25T00:30:00Z", "01:30 UTC+1"; "in London in summer")]
    #[test_case("Europe/London", "2026-10-25T01:30:00Z", "01:30 UTC"; "in London in winter")]
    #[test_case("Australia/Lord_Howe", "2026-04-04T14:45:00Z", "01:45 UTC+11"; "before a change by half an hour")]
    #[test_case("Australia/Lord_Howe", "2026-04-04T15:15:00Z", "01:45 UTC+10:30"; "after a change by half an hour")]
    #[test_case("Africa/Cairo", "2026-04-23T21:30:00Z", "23:30"; "before a change at midnight")]
    #[test_case("Africa/Cairo", "2026-04-23T22:30:00Z", "01:30"; "after a midnight that is left out")]
    #[test_case("Africa/Cairo", "2026-10-29T20:30:00Z", "23:30 UTC+3"; "the first half past eleven")]
    #[test_case("Africa/Cairo", "2026-10-29T21:30:00Z", "23:30 UTC+2"; "the second half past eleven")]
    #[test_case("Asia/Kolkata", "2026-10-25T04:30:00Z", "10:00"; "a zone without changes")]
    #[test_case("UTC", "2026-10-25T01:30:00Z", "01:30"; "UTC")]
    fn times_have_offsets_on_a_day_with_a_clock_change(zone: &str, at: &str, expected: &str) {
        let at: Timestamp = at.parse().expect("an instant");
        let local = at.in_tz(zone).expect("a zone");
        assert_eq!(clock(&local), expected);
    }
}
