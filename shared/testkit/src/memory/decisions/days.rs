//! The index by day, in memory.

use callsheet_app::PortError;
use callsheet_app::ports::{DayPage, DayPosition, MeetingDays};
use callsheet_domain::{DecisionKey, MeetingCopy, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::MemoryDecisions;
use super::rows::{from_start, unreadable};

impl MeetingDays for MemoryDecisions {
    async fn page_of_day(
        &self,
        day: Date,
        after: Option<&DayPosition>,
        most: usize,
    ) -> Result<DayPage, PortError> {
        let begin = |day: Date| day.to_zoned(TimeZone::UTC).expect("a date").timestamp();
        let end = day.tomorrow().map_or(Timestamp::MAX, begin);
        Ok(self.read(|rows| {
            let mut page = DayPage::default();
            let is_read = |(start, key): &&(Timestamp, DecisionKey)| {
                after.is_some_and(|last| (*start, key) <= (last.starts_at, &last.key))
            };
            let starting = from_start(&rows.by_start, begin(day));
            let of_day = starting.take_while(|(start, _)| *start < end);
            let mut left = of_day.skip_while(is_read).peekable();
            for (starts_at, key) in left.by_ref().take(most.max(1)) {
                let row = &rows.by_key[key];
                if rows.unreadable.contains(key) {
                    page.unreadable.push(unreadable(row));
                } else {
                    page.copies.extend(MeetingCopy::of(row));
                }
                page.next = Some(DayPosition {
                    starts_at: *starts_at,
                    key: key.clone(),
                });
            }
            page.next = page.next.filter(|_| left.peek().is_some());
            page
        }))
    }
}
