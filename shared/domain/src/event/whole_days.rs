//! The days of an all-day event.

use jiff::civil::Date;

/// The days of an all-day event. They are dates, not instants: the event takes the same days
/// wherever it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WholeDays {
    first: Date,
    /// The day behind the last.
    behind: Date,
}

impl WholeDays {
    /// The days from `first` on, up to the one before `behind`: one at least.
    #[must_use]
    pub fn from(first: Date, behind: Option<Date>) -> Self {
        let next = first.tomorrow().unwrap_or(first);
        let behind = behind.filter(|behind| *behind > first).unwrap_or(next);
        Self { first, behind }
    }

    /// The first day.
    #[must_use]
    pub fn first(self) -> Date {
        self.first
    }

    /// The day behind the last.
    #[must_use]
    pub fn behind(self) -> Date {
        self.behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use test_case::test_case;

    #[test_case(Some(date(2090, 3, 9)), date(2090, 3, 9); "several days")]
    #[test_case(Some(date(2090, 3, 7)), date(2090, 3, 7); "one day")]
    #[test_case(Some(date(2090, 3, 6)), date(2090, 3, 7); "an end on the first day")]
    #[test_case(Some(date(2090, 3, 1)), date(2090, 3, 7); "an end before the start")]
    #[test_case(None, date(2090, 3, 7); "no end")]
    fn an_event_takes_one_day_at_least(behind: Option<Date>, expected: Date) {
        let days = WholeDays::from(date(2090, 3, 6), behind);
        assert_eq!((days.first(), days.behind()), (date(2090, 3, 6), expected));
    }

    #[test]
    fn the_last_day_there_is_is_a_day() {
        let days = WholeDays::from(Date::MAX, None);
        assert_eq!(days.first(), Date::MAX);
    }
}
