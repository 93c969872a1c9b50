//! When a meeting takes place, by local clocks.
//!
//! Minutes are counted as clocks show them, 24 hours a day: on a day on which clocks
//! change, 14:00 is still 840 minutes from midnight.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::event::{CalendarEvent, WholeDays};
use crate::zone::TimeZoneName;

/// The times of an event in its time zone.
pub(super) struct Times<'a> {
    pub(super) event: &'a CalendarEvent,
    /// The time zone that the policy names, if it names one.
    pub(super) policy_zone: Option<&'a TimeZoneName>,
}

impl<'a> Times<'a> {
    pub(super) fn zone(&self) -> Option<&'a TimeZoneName> {
        self.policy_zone.or(self.event.facts.zone.as_ref())
    }

    /// An all-day event starts at the midnight of its date in any zone.
    pub(super) fn local_start(&self) -> Option<DateTime> {
        if let Some(days) = self.whole_days() {
            return Some(days.first().to_datetime(Time::midnight()));
        }
        Some(self.zone()?.local(self.event.starts_at))
    }

    fn local_end(&self) -> Option<DateTime> {
        if let Some(days) = self.whole_days() {
            return Some(days.behind().to_datetime(Time::midnight()));
        }
        Some(self.zone()?.local(self.event.ends_at))
    }

    /// The days of an all-day event. If the payload states no dates, they are those of its
    /// instants where these are midnights: in UTC, or in the zone that it was entered in.
    fn whole_days(&self) -> Option<WholeDays> {
        let facts = &self.event.facts;
        if facts.whole_days.is_some() || facts.is_all_day != Some(true) {
            return facts.whole_days;
        }
        let utc = |instant| TimeZone::UTC.to_datetime(instant);
        let in_utc = self.days_from_midnight(utc);
        in_utc.or_else(|| {
            let zone = facts.zone.as_ref()?;
            self.days_from_midnight(|instant| zone.local(instant))
        })
    }

    fn days_from_midnight(&self, local: impl Fn(Timestamp) -> DateTime) -> Option<WholeDays> {
        let day = |instant| {
            let local = local(instant);
            (local.time() == Time::midnight()).then(|| local.date())
        };
        let first = day(self.event.starts_at)?;
        Some(WholeDays::from(first, day(self.event.ends_at)))
    }

    pub(super) fn weekday(&self) -> Option<&'static str> {
        Some(match self.local_start()?.weekday() {
            Weekday::Monday => "monday",
            Weekday::Tuesday => "tuesday",
            Weekday::Wednesday => "wednesday",
            Weekday::Thursday => "thursday",
            Weekday::Friday => "friday",
            Weekday::Saturday => "saturday",
            Weekday::Sunday => "sunday",
        })
    }

    pub(super) fn start_minute(&self) -> Option<i64> {
        let start = self.local_start()?;
        Some(since_midnight_of(start, start).as_mins())
    }

    pub(super) fn end_minute(&self) -> Option<i64> {
        Some(since_midnight_of(self.local_start()?, self.local_end()?).as_mins())
    }

    pub(super) fn duration_minutes(&self) -> i64 {
        let event = self.event;
        event.starts_at.duration_until(event.ends_at).as_mins()
    }

    pub(super) fn lead_minutes(&self) -> Option<i64> {
        let lead = self.event.created_at?.duration_until(self.event.starts_at);
        Some(lead.as_mins())
    }
}

/// The time from the midnight at which `day` began to `until`.
fn since_midnight_of(day: DateTime, until: DateTime) -> SignedDuration {
    let midnight = day.date().to_datetime(Time::midnight());
    midnight.duration_until(until)
}
