//! Hours on some days of the week.

use super::problem::Place;
use super::when::{DayOfWeek, HoursDocument};
use crate::fact::{Fact, FactSource, FactValue};

/// Hours of some days of the week, in the calendar's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hours {
    days: Vec<DayOfWeek>,
    /// Minutes from midnight.
    from: i64,
    to: i64,
}

impl Hours {
    /// The facts that decide whether a meeting is within them.
    pub(super) const FACTS: &'static [Fact] = &[
        Fact::TimeZone,
        Fact::Weekday,
        Fact::StartMinute,
        Fact::EndMinute,
    ];

    /// Compiles hours as a document states them, and reports each of their problems.
    pub(super) fn compile(document: &HoursDocument, place: &mut Place<'_>) -> Option<Self> {
        let from = place.at("from").accept(minute(&document.from));
        let to = place.at("to").accept(minute(&document.to));
        let days = document.days.clone();
        if days.is_empty() {
            let problem = "an empty list: leave it out for Monday to Friday";
            place.at("days").report(problem);
        }
        let (from, to) = from.zip(to)?;
        if to <= from {
            place.report("`to` is not after `from`; for hours over midnight write two rules");
        }
        Some(Self { days, from, to })
    }

    /// Whether a meeting starts and ends within them; none if a fact is unknown.
    pub(super) fn holds(&self, facts: &dyn FactSource) -> Option<bool> {
        let FactValue::Text(weekday) = facts.value(Fact::Weekday) else {
            return None;
        };
        let (FactValue::Number(start), FactValue::Number(end)) =
            (facts.value(Fact::StartMinute), facts.value(Fact::EndMinute))
        else {
            return None;
        };
        let is_day = self.days.iter().any(|day| day.as_str() == weekday);
        Some(is_day && start >= self.from && end <= self.to)
    }

    /// Whether each meeting within them is within `others`.
    pub(super) fn are_within(&self, others: &Self) -> bool {
        let is_longer = others.from <= self.from && self.to <= others.to;
        is_longer && self.days.iter().all(|day| others.days.contains(day))
    }

    /// The hours as a phrase.
    pub(super) fn description(&self) -> String {
        let days: Vec<_> = self.days.iter().map(|day| day.as_str()).collect();
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!(
            "{} to {} on {}",
            clock(self.from),
            clock(self.to),
            days.join(", ")
        )
    }
}

/// Minutes from midnight to a time of day such as `09:30`.
fn minute(text: &str) -> Result<i64, String> {
    let refused = || format!("`{text}` is no time of day: write it as 09:30");
    let (hour, minute) = text.split_once(':').ok_or_else(refused)?;
    let digits = |part: &str| {
        let is_plain = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_plain.then(|| part.parse::<i64>().ok()).flatten()
    };
    match (digits(hour), digits(minute)) {
        (Some(hour), Some(minute)) if minute < 60 && (hour < 24 || (hour, minute) == (24, 0)) => {
            Ok(hour * 60 + minute)
        }
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("09:30", Ok(570); "usual")]
    #[test_case("9:05", Ok(545); "without the zero")]
    #[test_case("24:00", Ok(1440); "midnight at the end")]
    fn reads_times_of_day(text: &str, expected: Result<i64, String>) {
        assert_eq!(minute(text), expected);
    }

    #[test_case("9"; "no minutes")]
    #[test_case("24:01"; "after midnight")]
    #[test_case("10:60"; "sixty minutes")]
    #[test_case("+9:00"; "a sign")]
    #[test_case("9 am"; "words")]
    fn refuses_what_is_no_time_of_day(text: &str) {
        assert!(minute(text).is_err_and(|problem| problem.contains("09:30")));
    }
}
