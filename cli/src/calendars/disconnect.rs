//! Deletes a calendar at Recall, and requests a sync that retires its decisions.
//!
//! Recall sends no webhook about a deletion. So this command sends a sync request:
//! the sync fetches the calendar, finds that it is deleted, and retires its
//! decisions. If the command is interrupted between the two, running it again
//! sends the request, since it does so also for a calendar that is deleted.

use std::collections::HashSet;

use callsheet_api::calendars::{Disconnected, Outcome, Removal};
use callsheet_api::unreadable::UnreadableDecision;
use callsheet_app::find_calendar::find_any;
use callsheet_app::ports::{
    CalendarEvents, CalendarRemoval, Calendars, Clock, Decisions, Queue, RateLimits, Removed,
};
use callsheet_app::rate_limited::{RateLimitedRecall, published_limit};
use callsheet_app::{PortError, UseCaseError};
use callsheet_domain::{
    Calendar, CalendarId, Decision, DeduplicationKey, Email, IcalUid, Operation, SyncJob,
    SyncReason, SyncRequest, Timestamp,
};

use super::text::description;
use crate::error::CliError;

/// Number of meetings whose copies are loaded together.
const MEETINGS_AT_ONCE: usize = 100;

/// The ports that a disconnection needs.
#[derive(Debug)]
pub(super) struct Ports<S, D, R, Q> {
    pub(super) state: S,
    pub(super) decisions: D,
    pub(super) recall: R,
    pub(super) queue: Q,
}

/// Deletes the calendar that `name` names, if `confirm` agrees to the description
/// of what will happen.
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
    let calendar = ports.find_calendar(name, clock).await?;
    let removal = ports.removal_of(&calendar, clock.now()).await?;
    confirm(&description(&removal))?;
    let id = &calendar.id;
    let recall = ports.rate_limited(Operation::DeleteCalendar, clock);
    let removed = recall.call(async || ports.recall.delete_calendar(id).await);
    let outcome = match removed.await? {
        Removed::Deleted => Outcome::Deleted,
        Removed::AlreadyGone => Outcome::AlreadyDeleted,
    };
    ports.request_sync(id, clock.now()).await.map_err(|error| {
        CliError::Failed(format!(
            "calendar {id} is deleted at Recall, but no sync could be requested ({error}), so its \
             decisions are not retired yet: run this again"
        ))
    })?;
    Ok(Disconnected { removal, outcome })
}

impl<S, D, R, Q> Ports<S, D, R, Q>
where
    S: Calendars + RateLimits,
    D: Decisions,
    R: CalendarEvents + CalendarRemoval,
    Q: Queue,
{
    fn rate_limited<'a, K>(
        &'a self,
        operation: Operation,
        clock: &'a K,
    ) -> RateLimitedRecall<'a, S, K> {
        RateLimitedRecall {
            permits: &self.state,
            clock,
            operation,
            rate_limit: published_limit(operation),
        }
    }

    /// The calendar that `name` names: a stored one, or one that only Recall knows.
    async fn find_calendar<K: Clock>(&self, name: &str, clock: &K) -> Result<Calendar, CliError> {
        match find_any(&self.state, name).await {
            Ok(Some(record)) => return Ok(record.calendar),
            // Its record cannot be read, and Recall knows the calendar.
            Ok(None) | Err(UseCaseError::Port(PortError::Unreadable { .. })) => {}
            Err(error) => return Err(error.into()),
        }
        let Ok(id) = CalendarId::parse(name) else {
            return Err(UseCaseError::UnknownCalendar(name.to_owned()).into());
        };
        let recall = self.rate_limited(Operation::GetCalendar, clock);
        let calendar = recall
            .call(async || self.recall.calendar(&id).await)
            .await?;
        let calendar = calendar.ok_or_else(|| UseCaseError::UnknownCalendar(name.to_owned()))?;
        Ok(calendar)
    }

    /// Counts what is deleted with the calendar.
    async fn removal_of(&self, calendar: &Calendar, now: Timestamp) -> Result<Removal, CliError> {
        let keys = self.decisions.of_calendar(&calendar.id, now).await?;
        let (mut bots, mut meetings) = (HashSet::new(), HashSet::new());
        let rows = self.decisions.decisions(&keys).await?;
        for row in rows.decisions {
            if let Some(bot) = applied_bot(&row) {
                bots.insert(bot.clone());
                meetings.insert(row.key.ical_uid);
            }
        }
        let meetings: Vec<IcalUid> = meetings.into_iter().collect();
        let mut shared = HashSet::new();
        for meetings in meetings.chunks(MEETINGS_AT_ONCE) {
            let copies = self.decisions.copies(meetings).await?;
            let others = copies
                .decisions
                .iter()
                .filter(|row| row.calendar_id != calendar.id);
            shared.extend(
                others
                    .filter_map(applied_bot)
                    .filter(|bot| bots.contains(bot))
                    .cloned(),
            );
        }
        let owner = calendar.email.as_ref().map(Email::as_str);
        Ok(Removal {
            calendar: calendar.id.to_string(),
            owner: owner.map(str::to_owned),
            status: calendar.status.to_string(),
            meetings: keys.len(),
            bots: bots.len() - shared.len(),
            shared_bots: shared.len(),
            unreadable: rows
                .unreadable
                .into_iter()
                .map(UnreadableDecision::of)
                .collect(),
        })
    }

    /// Requests a sync, which fetches the calendar from Recall.
    async fn request_sync(&self, id: &CalendarId, now: Timestamp) -> Result<(), PortError> {
        let request = SyncRequest {
            calendar_id: id.clone(),
            reason: SyncReason::CalendarChanged,
            sent_at: now,
        };
        self.queue.send(&SyncJob::Request(request)).await
    }
}

/// The bot that a meeting has at Recall, or may have.
fn applied_bot(row: &Decision) -> Option<&DeduplicationKey> {
    row.applied.bot().map(|bot| &bot.deduplication_key)
}
