//! The meetings of today and of tomorrow, and the alerts about those that run.

use callsheet_domain::{Timestamp, plus};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::PortError;
use crate::meeting_counts::MeetingCounts;
use crate::ports::{AlertEntry, DayEntry, DecisionOverview, UnreadableRow};

/// Number of spans that are read concurrently: the entries of a span are read one page after
/// the other.
const CONCURRENCY: usize = 8;
/// Number of spans of a day.
const SPANS: i32 = 8;
/// Of the meetings of yesterday, those that began earlier are taken to be over.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

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
    /// Alerts about them and about those of yesterday that may still run.
    pub(super) alerts: Vec<AlertEntry>,
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
            alerts: Vec::new(),
            unreadable: Vec::new(),
        };
        let late_yesterday = (plus(now, -LONGEST), days.today);
        let spans = [(days.today, days.tomorrow), (days.tomorrow, days.end)];
        let spans = spans.into_iter().flat_map(parts);
        let spans = spans.chain(
            [late_yesterday]
                .into_iter()
                .filter(|(from, until)| from < until),
        );
        let mut read = stream::iter(spans)
            .map(async |(from, until)| Ok((from, decisions.starting_between(from, until).await?)))
            .buffer_unordered(CONCURRENCY);
        while let Some((from, part)) = read.try_next().await? {
            meetings.alerts.extend(part.alerts);
            if from < days.today {
                continue;
            }
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
            plus(from, part * number)
        } else {
            until
        }
    };
    (0..SPANS).map(move |number| (begin(number), begin(number + 1)))
}
