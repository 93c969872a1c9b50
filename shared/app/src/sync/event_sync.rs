//! Sync of one event, for an override of it that its calendar's decisions have not taken in.
//!
//! One call for one event takes the place of a full sync, of which Recall allows far fewer.
//! The head of the owner's overrides lists the events whose override no sync has applied yet.
//! A request comes with the override; a resync goes on with what is left after a minute.
//!
//! A choice for a whole meeting comes with a request for one of its events. Its sync has the other
//! copies take the choice in.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use callsheet_domain::{CalendarId, EventId, SyncJob, Timestamp, UnappliedOverride, plus};
use jiff::SignedDuration;

use crate::calendar_loader::CalendarLoader;
use crate::decision_writer::SyncContext;
use crate::meeting_override::{chosen_for, note_spread};
use crate::meeting_spread::MeetingSpread;
use crate::ports::{Clock as _, Decisions as _, ListedCalendar, OverrideStore as _, Queue};
use crate::sync::calendar_sync::CalendarSync;
use crate::sync::requeue::{Delivery, Handled, Requeue};
use crate::sync::unreadable_again::UnreadableAgain;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms};

/// A resync leaves an override to its own request for this long.
const OWN_REQUEST: SignedDuration = SignedDuration::from_mins(1);
/// The most events that a resync reads.
const MOST_READ: usize = 20;

/// Syncs one event at a time.
pub(super) struct EventSync<'a, P: SyncPorts> {
    /// Loads the calendars.
    pub(super) loader: &'a CalendarLoader<'a, P>,
    /// Reads the events, and writes the decisions.
    pub(super) events: UnreadableAgain<'a, P>,
    /// Takes the requests of syncs of other copies.
    pub(super) queue: &'a P::Queue,
}

impl<'a, P: SyncPorts> EventSync<'a, P> {
    /// With the collaborators of a sync of a calendar.
    pub(super) fn of(
        loader: &'a CalendarLoader<'a, P>,
        sync: &CalendarSync<'a, P>,
        queue: &'a P::Queue,
    ) -> Self {
        let CalendarSync {
            state,
            pages,
            writer,
        } = *sync;
        let events = UnreadableAgain {
            state,
            pages,
            writer,
        };
        Self {
            loader,
            events,
            queue,
        }
    }

    /// Handles the requests for one event each among `deliveries`. The messages of those that
    /// it cannot handle are delivered again.
    pub(super) async fn handle(
        &self,
        deliveries: &[Delivery],
        policy: &ActivePolicy,
        terms: CallTerms,
        (requeue, handled): (&Requeue<'_, impl Queue, P::Clock>, &mut Handled),
    ) {
        for delivery in deliveries {
            let SyncJob::Event(request) = &delivery.job else {
                continue;
            };
            let (calendar, event) = (&request.calendar_id, &request.event_id);
            let synced = async {
                self.sync((calendar, event), policy, terms).await?;
                self.spread_choices(calendar, event).await
            };
            if let Err(error) = synced.await {
                tracing::info!(
                    %calendar,
                    %event,
                    %error,
                    "event {event} of calendar {calendar} is synced later: {error}"
                );
                requeue.again([delivery], &error, handled).await;
            }
        }
    }

    /// Goes on with the overrides of listed calendars that no sync has applied for a minute.
    ///
    /// # Errors
    /// If Recall denies or throttles us, or no time is left. What is left is found by the
    /// next resync.
    pub(super) async fn go_on(
        &self,
        calendars: &[ListedCalendar],
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let before = plus(self.events.writer.clock.now(), -OWN_REQUEST);
        let connected = calendars
            .iter()
            .filter(|listed| listed.record.calendar.status.holds_bots());
        let left = connected.flat_map(|listed| &listed.unapplied);
        let left = left.filter(|one| one.since <= before);
        let mut left: Vec<_> = left.collect();
        // In another order each time: those for which Recall fails keep no others waiting.
        left.sort_by_cached_key(|one| shuffled(&one.event_id, before));
        for UnappliedOverride {
            calendar_id,
            event_id,
            ..
        } in left.into_iter().take(MOST_READ)
        {
            match self.sync((calendar_id, event_id), policy, terms).await {
                Err(error) if error.is_retry_later() => return Err(error),
                Err(error) => tracing::warn!(
                    calendar = %calendar_id,
                    event = %event_id,
                    %error,
                    "resync: could not sync event {event_id} of calendar {calendar_id}: {error}"
                ),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Reads one event and decides on it with the overrides as they are now.
    async fn sync(
        &self,
        (calendar, event): (&CalendarId, &EventId),
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let Some(record) = self.loader.load_or_fetch(calendar, None, terms).await? else {
            return Ok(());
        };
        let owner = record.calendar.owner();
        // One that is lost is retired by whoever finds it so.
        let Some(loaded) = self.loader.with_overrides(record).await? else {
            return Ok(());
        };
        let revision = loaded.overrides.revision;
        let context = SyncContext::of_calendar(loaded, policy);
        self.events
            .read_one(&context, (calendar, event), terms)
            .await?;
        let state = self.loader.state;
        Ok(state.note_applied(&owner, event, revision).await?)
    }

    /// Has the other copies of the meeting take in what people chose for all of it, if that was
    /// chosen for this event and has not spread yet.
    async fn spread_choices(
        &self,
        calendar: &CalendarId,
        event: &EventId,
    ) -> Result<(), SyncError> {
        let UnreadableAgain { state, writer, .. } = self.events;
        let (decisions, clock) = (writer.decisions, writer.clock);
        let Some(decision) = decisions.of_event(event).await?.decisions.pop() else {
            return Ok(());
        };
        let meeting = chosen_for(state, &decision.meeting_name()).await?;
        let event = (calendar.clone(), event.clone());
        if meeting.spreads_from.as_ref() != Some(&event) {
            return Ok(());
        }
        let spread = MeetingSpread {
            decisions,
            queue: Some(self.queue),
            clock,
        };
        spread.spread(&decision, &meeting, usize::MAX).await?;
        Ok(note_spread(state, &decision, &meeting, clock.now()).await?)
    }
}

/// The place of an event in an order that is another one at each instant.
fn shuffled(event: &EventId, now: Timestamp) -> u64 {
    let mut hasher = DefaultHasher::new();
    (event.as_str(), now.as_second()).hash(&mut hasher);
    hasher.finish()
}
