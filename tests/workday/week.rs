//! When things are: the next five working days, at office hours, in UTC.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The working days that follow today, so that nothing begins while the day is played.
#[derive(Debug)]
pub(crate) struct Week {
    now: Timestamp,
    days: Vec<Date>,
}

impl Week {
    /// The days after `now`.
    pub(crate) fn after(now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let following = std::iter::successors(today.tomorrow().ok(), |day| day.tomorrow().ok());
        let works = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        Self {
            now,
            days: following.filter(works).take(5).collect(),
        }
    }

    /// An hour and minute of a working day, counted from nought and round the week.
    pub(crate) fn at(&self, day: usize, hour: i8, minute: i8) -> Timestamp {
        instant(self.days[day % self.days.len()], hour, minute)
    }

    /// The full hour that began at least one hour ago.
    pub(crate) fn earlier(&self) -> Timestamp {
        let second = self.now.as_second() - 3600;
        Timestamp::from_second(second - second % 3600).expect("an hour ago is in range")
    }
}

/// So many minutes.
pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn instant(day: Date, hour: i8, minute: i8) -> Timestamp {
    let zoned = day.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC);
    zoned.expect("UTC leaves out no hour").timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_is_left_out() {
        let friday: Timestamp = "2030-03-01T10:00:00Z".parse().expect("an instant");
        let week = Week::after(friday);
        let first: Timestamp = "2030-03-04T09:30:00Z".parse().expect("an instant");
        assert_eq!(week.at(0, 9, 30), first);
        assert_eq!(week.at(5, 9, 30), first);
        assert_eq!(week.earlier(), friday - SignedDuration::from_hours(1));
    }
}
