//! Storage of decisions.

use std::fmt;
use std::future::Future;

use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, ListedIds,
    Timestamp,
};

use super::due::{DueQuery, DueRows};
use crate::{PortError, Service};

/// The result of a compare-and-swap write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The row is stored, under the next version.
    Written,
    /// Another writer was first: load the row again.
    Conflict,
}

/// An entry of the index by start, which may lag behind its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartEntry {
    /// When the meeting starts, by the index.
    pub starts_at: Timestamp,
    /// The key of the row.
    pub key: DecisionKey,
}

/// A stored row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadableRow {
    /// Its key.
    pub key: DecisionKey,
    /// The calendar of its event, if that can be read.
    pub calendar_id: Option<CalendarId>,
    /// The problem, without the row's content.
    pub problem: String,
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = &self.key.event_id;
        write!(
            formatter,
            "the decision about event {event}: {}",
            self.problem
        )
    }
}

/// Rows that were read: each that cannot be read costs only itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionRows {
    /// The decisions of the rows that could be read.
    pub decisions: Vec<Decision>,
    /// The rows that could not be read.
    pub unreadable: Vec<UnreadableRow>,
}

impl DecisionRows {
    /// The decisions, for a caller that can do nothing unless all could be read.
    ///
    /// # Errors
    /// If one of the rows cannot be read.
    pub fn all_readable(self) -> Result<Vec<Decision>, PortError> {
        match self.unreadable.first() {
            None => Ok(self.decisions),
            Some(row) => Err(PortError::Unreadable {
                service: Service::DynamoDb,
                reason: row.to_string(),
            }),
        }
    }
}

/// The first rows of several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirstRows {
    /// The rows.
    pub rows: DecisionRows,
    /// Whether there may be more than were read.
    pub has_more: bool,
}

/// A part of the decisions of an `ical_uid`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopiesPage {
    /// The decisions.
    pub rows: DecisionRows,
    /// The event after which the next page begins; none on the last one.
    pub next: Option<EventId>,
}

/// Storage of decisions.
pub trait Decisions: Send + Sync {
    /// The stored decisions under `keys`, those that exist, in any order, as
    /// the latest writes left them.
    fn decisions(
        &self,
        keys: &[DecisionKey],
    ) -> impl Future<Output = Result<DecisionRows, PortError>> + Send;

    /// Every stored decision of this `ical_uid` whose meeting starts at this instant, as the
    /// latest writes left them. This reads a whole series in all its calendars, so it is only for
    /// a person's question about one event that neither wants nor has a bot.
    fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> impl Future<Output = Result<DecisionRows, PortError>> + Send;

    /// A page of the stored decisions of this `ical_uid`, by event, after that of `after`, as the
    /// latest writes left them: of a series those of all its events. A page has a megabyte, a few
    /// hundred decisions, so this is only for a person's choice for a whole meeting.
    fn copies_page(
        &self,
        meeting: &IcalUid,
        after: Option<&EventId>,
    ) -> impl Future<Output = Result<CopiesPage, PortError>> + Send;

    /// The decisions about an event, as the latest writes left them. There are
    /// several if the event was given another `ical_uid`: those that another one
    /// supersedes come first, and of the others the one whose meeting ends last
    /// comes last. A row that was written a moment ago may be missing.
    fn of_event(
        &self,
        event: &EventId,
    ) -> impl Future<Output = Result<DecisionRows, PortError>> + Send;

    /// The first `most` decisions by [rank](Decision::bot_rank) that want the bot of `key`, or
    /// that of another retry of its meeting, whatever their `ical_uid`, as the latest writes left
    /// them. A row that was written a moment
    /// ago may be missing, or have another rank by now.
    fn wanting(
        &self,
        key: &DeduplicationKey,
        most: usize,
    ) -> impl Future<Output = Result<FirstRows, PortError>> + Send;

    /// The keys of all decisions that want the bot of `key`, in the order of
    /// [`wanting`](Decisions::wanting). A row that was written a moment ago may be missing or
    /// shown as it was.
    fn keys_wanting(
        &self,
        key: &DeduplicationKey,
    ) -> impl Future<Output = Result<Vec<DecisionKey>, PortError>> + Send;

    /// The keys of at most `most` decisions whose applied bot has this id at Recall. A row that
    /// was written a moment ago may be missing or shown as it was.
    fn keys_holding(
        &self,
        bot: &BotId,
        most: usize,
    ) -> impl Future<Output = Result<Vec<DecisionKey>, PortError>> + Send;

    /// Keys of at most `most` rows whose meeting has started and whose bot has been
    /// [silent](Decision::silent_from) since `since` or longer, in order of start. A row that
    /// was written a moment ago may be missing or shown as it was.
    fn silent(
        &self,
        since: Timestamp,
        most: usize,
    ) -> impl Future<Output = Result<Vec<DecisionKey>, PortError>> + Send;

    /// Keys of at most `most` rows that are not due and whose
    /// [owner check](Decision::owner_check) can be made at `now`.
    fn to_check(
        &self,
        now: Timestamp,
        most: usize,
    ) -> impl Future<Output = Result<Vec<DecisionKey>, PortError>> + Send;

    /// Writes the decision if the stored version is still `decision.version`
    /// ([`Version::NEW`](callsheet_domain::Version::NEW): if there is none),
    /// and raises the version by one.
    fn write(
        &self,
        decision: &Decision,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// Deletes a row that cannot be read. False if it is gone or can be read by now.
    fn discard(&self, key: &DecisionKey) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// The rows that are due, earliest start first. Neither rows that wait nor further rows
    /// of one bot hide others.
    fn due(&self, query: &DueQuery) -> impl Future<Output = Result<DueRows, PortError>> + Send;

    /// Keys of the decisions about a calendar's meetings that end after `after`,
    /// in order of start.
    fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> impl Future<Output = Result<Vec<DecisionKey>, PortError>> + Send;

    /// The decisions about a calendar's meetings that start from `from` to `until`, both
    /// included, in order of start. A row that was written a moment ago may be missing, or have
    /// another start by now.
    fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Vec<StartEntry>, PortError>> + Send;

    /// The decisions about the meetings of all calendars that start from `from` to `until`, both
    /// included, and whose events are not among those `listed`, in order of start. If they
    /// are few of many, no more of these than a page of the index are in memory.
    fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> impl Future<Output = Result<Vec<StartEntry>, PortError>> + Send;

    /// The earliest start of a calendar's meetings that start at or after `from`.
    fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> impl Future<Output = Result<Option<Timestamp>, PortError>> + Send;
}
