//! Deletes a calendar at Recall and has the stack tidy up after it.
//!
//! Recall announces no deletion. So the stack is told that the calendar changed:
//! it asks for it, finds it gone, and retires its decisions. If the command dies
//! between the two, running it again does the rest, since a calendar that is gone
//! already is told about too.

use std::collections::HashSet;

use callsheet_app::PortError;
use callsheet_app::ports::{
    CalendarEvents, CalendarRemoval, Calendars, Clock, Decisions, Queue, RateLimits, Removed,
};
use callsheet_domain::{
    Calendar, CalendarId, Decision, DeduplicationKey, Email, IcalUid, Operation, SyncJob,
    SyncReason, SyncRequest, Timestamp,
};
use serde::Serialize;

use crate::error::CliError;
use crate::find_calendar::{remembered, unknown};
use crate::paced::{Paced, published_pace};

/// Rows loaded together.
const ROWS: usize = 100;

/// Whom it takes to disconnect a calendar.
#[derive(Debug)]
pub(super) struct Ports<S, D, R, Q> {
    pub(super) state: S,
    pub(super) decisions: D,
    pub(super) recall: R,
    pub(super) queue: Q,
}

/// What leaves with a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Leaving {
    pub(super) calendar: String,
    pub(super) owner: Option<String>,
    /// Where it stood before, as far as is known.
    pub(super) status: &'static str,
    /// Upcoming meetings in it.
    pub(super) meetings: usize,
    /// Bots that only its meetings have.
    pub(super) bots: usize,
    /// Bots that meetings in other calendars have too.
    pub(super) bots_shared: usize,
}

/// A calendar that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Disconnected {
    #[serde(flatten)]
    pub(super) leaving: Leaving,
    pub(super) outcome: Outcome,
}

/// What became of it at Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Deleted,
    AlreadyGone,
}

/// Deletes the calendar that `name` names, if `confirm` is content with what it
/// is told will happen.
pub(super) async fn disconnect<S, D, R, Q, K>(
    ports: &Ports<S, D, R, Q>,
    name: &str,
    clock: &K,
    confirm: impl FnOnce(&str) -> Result<(), CliError>,
) -> Result<Disconnected, CliError>
where
    S: Calendars + RateLimits,
    D: Decisions,
    R: CalendarEvents + CalendarRemoval,
    Q: Queue,
    K: Clock,
{
    let calendar = ports.calendar(name, clock).await?;
    let leaving = ports.reserve(&calendar, clock.now()).await?;
    confirm(&leaving.report())?;
    let id = &calendar.id;
    let removal = ports.paced(Operation::DeleteCalendar, clock);
    let removed = removal.call(async || ports.recall.delete_calendar(id).await);
    let outcome = match removed.await? {
        Removed::Deleted => Outcome::Deleted,
        Removed::AlreadyGone => Outcome::AlreadyGone,
    };
    ports.tell(id, clock.now()).await.map_err(|error| {
        CliError::Cannot(format!(
            "calendar {id} is gone from Recall, but the stack could not be told, and still wants its \
             meetings recorded ({error}): run this again"
        ))
    })?;
    Ok(Disconnected { leaving, outcome })
}

impl<S, D, R, Q> Ports<S, D, R, Q>
where
    S: Calendars + RateLimits,
    D: Decisions,
    R: CalendarEvents + CalendarRemoval,
    Q: Queue,
{
    fn paced<'a, K>(&'a self, operation: Operation, clock: &'a K) -> Paced<'a, S, K> {
        Paced {
            state: &self.state,
            clock,
            operation,
            rate_limit: published_pace(operation),
        }
    }

    /// The calendar that is meant: one that is remembered, or that Recall knows.
    async fn calendar<K: Clock>(&self, name: &str, clock: &K) -> Result<Calendar, CliError> {
        if let Some(record) = remembered(&self.state, name).await? {
            return Ok(record.calendar);
        }
        let Ok(id) = CalendarId::parse(name) else {
            return Err(unknown(name));
        };
        let reading = self.paced(Operation::GetCalendar, clock);
        let known = reading
            .call(async || self.recall.calendar(&id).await)
            .await?;
        known.ok_or_else(|| unknown(name))
    }

    /// What would leave with the calendar.
    async fn reserve(&self, calendar: &Calendar, now: Timestamp) -> Result<Leaving, CliError> {
        let keys = self.decisions.of_calendar(&calendar.id, now).await?;
        let (mut ours, mut meetings) = (HashSet::new(), HashSet::new());
        for row in self.decisions.decisions(&keys).await? {
            if let Some(bot) = bot(&row) {
                ours.insert(bot.clone());
                meetings.insert(row.key.ical_uid);
            }
        }
        let meetings: Vec<IcalUid> = meetings.into_iter().collect();
        let mut shared = HashSet::new();
        for meetings in meetings.chunks(ROWS) {
            let copies = self.decisions.copies(meetings).await?;
            let others = copies.iter().filter(|row| row.calendar_id != calendar.id);
            shared.extend(
                others
                    .filter_map(bot)
                    .filter(|bot| ours.contains(bot))
                    .cloned(),
            );
        }
        let owner = calendar.email.as_ref().map(Email::as_str);
        Ok(Leaving {
            calendar: calendar.id.to_string(),
            owner: owner.map(str::to_owned),
            status: calendar.status.as_str(),
            meetings: keys.len(),
            bots: ours.len() - shared.len(),
            bots_shared: shared.len(),
        })
    }

    /// Has the stack ask Recall for the calendar.
    async fn tell(&self, id: &CalendarId, now: Timestamp) -> Result<(), PortError> {
        let request = SyncRequest {
            calendar_id: id.clone(),
            reason: SyncReason::CalendarChanged,
            sent_at: now,
        };
        self.queue.send(&SyncJob::Request(request)).await
    }
}

/// The bot that a meeting has at Recall, or may have.
fn bot(row: &Decision) -> Option<&DeduplicationKey> {
    row.applied.bot().map(|bot| &bot.deduplication_key)
}
