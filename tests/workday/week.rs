//! Dates of the demonstration: the next five working days, at office hours, in UTC.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Five working days from tomorrow on, so that no meeting starts during the demonstration.
#[derive(Debug)]
pub(crate) struct Week {
    now: Timestamp,
    days: Vec<Date>,
}

impl Week {
    /// The working days after `now`.
    pub(crate) fn after(now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let following = std::iter::successors(today.tomorrow().ok(), |day| day.tomorrow().ok());
        let is_working_day =
            |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        Self {
            now,
            days: following.filter(is_working_day).take(5).collect(),
        }
    }

    /// Hour and minute of a working day. Days are counted from 0; day 5 is day 0 again.
    pub(crate) fn at(&self, day: usize, hour: i8, minute: i8) -> Timestamp {
        instant(self.days[day % self.days.len()], hour, minute)
    }

    /// Last full hour that is at least one hour ago.
    pub(crate) fn past_hour(&self) -> Timestamp {
        let second = self.now.as_second() - 3600;
        Timestamp::from_second(second - second % 3600).expect("an hour ago is in range")
    }
}

/// Duration in minutes.
pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn instant(day: Date, hour: i8, minute: i8) -> Timestamp {
    let zoned = day.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC);
    zoned.expect("UTC has every hour").timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_days_after_a_friday_start_on_monday() {
        let friday: Timestamp = "2030-03-01T10:00:00Z".parse().expect("an instant");
        let week = Week::after(friday);
        let monday: Timestamp = "2030-03-04T09:30:00Z".parse().expect("an instant");
        assert_eq!(week.at(0, 9, 30), monday);
        assert_eq!(week.at(5, 9, 30), monday);
        assert_eq!(week.past_hour(), friday - SignedDuration::from_hours(1));
    }
}
