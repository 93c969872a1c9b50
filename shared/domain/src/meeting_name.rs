//! The name that all copies of a meeting have, by which choices for the whole meeting are kept.
//!
//! | event | `ical_uid` | name |
//! |---|---|---|
//! | of no series | `k3v9@google.com` | the `ical_uid` |
//! | of a Google series, `k3v9_20900313T100000Z` | that of the series, also after a split | `ical_uid` of the series before any split, and the date on which the event was called |
//! | of an Outlook series | one of its own | the `ical_uid` |
//! | in Outlook, called by Google | holds Google's and the date | as in Google |
//!
//! Neither part changes if the meeting is moved. Google tells the date in UTC, and Outlook in the
//! time zone of the series. So a Google meeting that has another date in UTC than for its
//! organizer has another name in Outlook.

use std::fmt;

use crate::event::CalendarEvent;
use crate::id::{IcalUid, PlatformEventId};
use crate::override_scope::{ExchangeUid, is_number, series_uid};
use crate::short_hash::short_hash;

/// The name of a meeting, which all of its copies have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeetingName(String);

impl MeetingName {
    /// The name of the meeting of an event with these ids.
    #[must_use]
    pub fn of(ical_uid: &IcalUid, event: Option<&PlatformEventId>) -> Self {
        let uid = ical_uid.as_str();
        let date = match ExchangeUid::parse(uid) {
            Some(own) if own.foreign().is_none() => return Self(own.as_str().to_owned()),
            Some(foreign) => foreign.date(),
            None => event.and_then(original_date).map(str::to_owned),
        };
        let series = series_uid(uid);
        Self(match date {
            Some(date) => format!("{series}\n{date}"),
            None => series,
        })
    }

    /// A digest, which is the same in every build. Ids may hold an address.
    #[must_use]
    pub fn digest(&self) -> String {
        short_hash(self.0.as_bytes())
    }
}

impl fmt::Debug for MeetingName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MeetingName({})", self.digest())
    }
}

impl CalendarEvent {
    /// The name of its meeting.
    #[must_use]
    pub fn meeting_name(&self) -> MeetingName {
        MeetingName::of(&self.ical_uid, self.platform_id.as_ref())
    }
}

/// The date on which an event of a Google series was called, in UTC: the last part of its id.
fn original_date(event: &PlatformEventId) -> Option<&str> {
    let (_, start) = event.as_str().rsplit_once('_')?;
    let (date, time) = start.split_once('T').unwrap_or((start, "000000Z"));
    let is_start = is_number(date, 8) && is_number(time.strip_suffix('Z')?, 6);
    is_start.then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    /// An `ical_uid` of Exchange, for this date in hexadecimal.
    fn exchange(date: &str, end: &str) -> String {
        format!(
            "040000008200E00074C5B7101A82E008{date}B06D44BD9DFCD701000000000000000010000000{end}"
        )
    }

    /// One that holds `k3v9@google.com`.
    fn called_by_google(date: &str) -> String {
        exchange(
            date,
            "7643616C2D556964010000006B33763940676F6F676C652E636F6D00",
        )
    }

    fn name(uid: &str, event: Option<&str>) -> MeetingName {
        let event = event.map(|id| PlatformEventId::parse(id).expect("an id"));
        MeetingName::of(&IcalUid::parse(uid).expect("an ical_uid"), event.as_ref())
    }

    #[test_case(("k3v9@google.com", Some("k3v9")), ("k3v9@google.com", None), true; "a meeting of no series")]
    #[test_case(("7d1f@other.example", Some("_60q30c1g")), ("7d1f@other.example", Some("AAMk=")), true; "one that another service called")]
    #[test_case(("k3v9@google.com", Some("k3v9_20900313T100000Z")), ("k3v9_R20900306T100000@google.com", Some("k3v9_R20900306T100000_20900313T100000Z")), true; "an event of a series that was split")]
    #[test_case(("k3v9@google.com", Some("k3v9_20900313T100000Z")), ("k3v9@google.com", Some("k3v9_20900320T100000Z")), false; "two events of a series")]
    #[test_case(("k3v9@google.com", Some("k3v9_20900313")), ("k3v9@google.com", Some("k3v9_20900320")), false; "two whole days of a series")]
    #[test_case(("k3v9@google.com", Some("k3v9")), ("m7p2@google.com", Some("m7p2")), false; "two meetings")]
    #[test_case(("7d1f@other.example", Some("_60q30c1g_20900313T100000Z")), ("7d1f@other.example", Some("_60q30c1g_20900320T100000Z")), false; "two events of a series from elsewhere")]
    fn copies_have_one_name(one: (&str, Option<&str>), other: (&str, Option<&str>), is_same: bool) {
        assert_eq!(name(one.0, one.1) == name(other.0, other.1), is_same);
    }

    #[test]
    fn a_meeting_that_google_called_has_one_name_in_outlook_too() {
        let single = name(&called_by_google("00000000"), Some("AAMk="));
        assert_eq!(single, name("k3v9@google.com", Some("k3v9")));
        let occurrence = name(&called_by_google("082A030D"), Some("AAMk="));
        let in_google = Some("k3v9_20900313T100000Z");
        assert_eq!(occurrence, name("k3v9@google.com", in_google));
        assert_ne!(occurrence, single);
    }

    #[test]
    fn each_occurrence_of_an_outlook_series_has_a_name() {
        let own = "0F3C6A2B91D84E7FA5C0D1E2F3A4B5C6";
        let first = name(&exchange("082A0306", own), Some("AAMk1="));
        let in_another_mailbox = name(&exchange("082a0306", own).to_lowercase(), Some("AAMk2="));
        assert_eq!(first, in_another_mailbox);
        assert_ne!(first, name(&exchange("082A030D", own), Some("AAMk1=")));
    }

    #[test]
    fn debug_shows_a_digest() {
        let shown = format!("{:?}", name("sales@acme.example", None));
        assert!(!shown.contains("acme"), "{shown}");
    }
}
