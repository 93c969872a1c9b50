//! The meetings of today and of tomorrow.

use callsheet_domain::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::tz::TimeZone;

use crate::PortError;
use crate::meeting_counts::MeetingCounts;
use crate::ports::{DayEntry, DecisionOverview, UnreadableRow};

/// Number of spans that are read concurrently: the entries of a span are read one page after
/// the other.
const CONCURRENCY: usize = 8;
/// Number of spans of a day.
const SPANS: i32 = 8;

/// When today begins, when tomorrow does, and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// When today begins.
    pub today: Timestamp,
    /// When tomorrow begins.
    pub tomorrow: Timestamp,
    /// When tomorrow ends.
    pub end: Timestamp,
}

impl Days {
    /// The day of `now` and the next one, as a zone has them; none at the ends of time.
    #[must_use]
    pub fn at(now: Timestamp, zone: &TimeZone) -> Option<Self> {
        let today = now.to_zoned(zone.clone()).date();
        let tomorrow = today.tomorrow().ok()?;
        let begin = |day: jiff::civil::Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
        Some(Self {
            today: begin(today)?,
            tomorrow: begin(tomorrow)?,
            end: begin(tomorrow.tomorrow().ok()?)?,
        })
    }
}

/// The meetings of all calendars that start today or tomorrow and are not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingsOfDays {
    /// The days.
    pub days: Days,
    /// Those of today.
    pub today: MeetingCounts,
    /// Those of tomorrow.
    pub tomorrow: MeetingCounts,
    /// Decisions that cannot be read, and are not counted.
    pub(super) unreadable: Vec<UnreadableRow>,
}

impl MeetingsOfDays {
    /// Reads them.
    pub(super) async fn read<D: DecisionOverview>(
        decisions: &D,
        days: Days,
        now: Timestamp,
    ) -> Result<Self, PortError> {
        let mut meetings = Self {
            days,
            today: MeetingCounts::default(),
            tomorrow: MeetingCounts::default(),
            unreadable: Vec::new(),
        };
        let spans = [(days.today, days.tomorrow), (days.tomorrow, days.end)];
        let mut read = stream::iter(spans.into_iter().flat_map(parts))
            .map(|(from, until)| decisions.starting_between(from, until))
            .buffer_unordered(CONCURRENCY);
        while let Some(part) = read.try_next().await? {
            for entry in &part.entries {
                meetings.count(entry, now);
            }
            meetings.unreadable.extend(part.unreadable);
        }
        Ok(meetings)
    }

    fn count(&mut self, entry: &DayEntry, now: Timestamp) {
        if entry.ends_at <= now {
            return;
        }
        let day = if entry.starts_at < self.days.tomorrow {
            &mut self.today
        } else {
            &mut self.tomorrow
        };
        day.count(entry.is_recorded, entry.bot_at(now));
    }
}

/// A span in several parts.
fn parts((from, until): (Timestamp, Timestamp)) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let part = until.duration_since(from) / SPANS;
    let begin = move |number: i32| {
        if number < SPANS {
            callsheet_domain::plus(from, part * number)
        } else {
            until
        }
    };
    (0..SPANS).map(move |number| (begin(number), begin(number + 1)))
}
