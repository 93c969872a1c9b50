//! What a look at the workspace does with a page.
//!
//! A calendar whose rows cannot be written must not hold up the mark that all
//! others share. It is left out, the mark says so, and unless its own notice is
//! being attended to a new one goes on the queue before the mark moves. A notice
//! of a calendar that is left out has failed: it comes again, until it is a dead
//! letter.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{CalendarEvent, CalendarId, SyncJob, SyncReason, SyncRequest, Timestamp};

use super::known::{PassedOver, View};
use super::turn::CallTerms;
use super::{SyncError, SyncHandler, SyncPorts, Tally};
use crate::ports::{Clock as _, Queue as _};

/// What the pages of a look are written by, and what could not be.
#[derive(Debug)]
pub(super) struct Intake {
    view: View,
    pub(super) passed_over: PassedOver,
    /// The calendars whose notices the look is made for.
    pub(super) for_calendars: BTreeSet<CalendarId>,
    pub(super) since: Option<Timestamp>,
}

impl Intake {
    /// The intake of a look that begins, at what changed since `since`.
    pub(super) fn of(view: View, since: Option<Timestamp>) -> Self {
        Self {
            view,
            passed_over: PassedOver::default(),
            for_calendars: BTreeSet::new(),
            since,
        }
    }
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Writes what can be written of a page that was asked for at the instant
    /// given, and has the rest asked for again.
    pub(super) async fn take_in(
        &self,
        intake: &mut Intake,
        (events, asked_at): (Vec<CalendarEvent>, Timestamp),
        tally: &mut Tally,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        self.meet(&events, &mut intake.view, &mut intake.passed_over, terms)
            .await?;
        self.write_all(intake, (events, asked_at), tally).await?;
        self.ask_for_those_left_out(intake).await
    }

    /// Writes a page, or, if something stored is in its way, what can be written
    /// of it, calendar by calendar.
    async fn write_all(
        &self,
        intake: &mut Intake,
        (mut events, asked_at): (Vec<CalendarEvent>, Timestamp),
        tally: &mut Tally,
    ) -> Result<(), SyncError> {
        let skipped = &mut intake.passed_over.skipped;
        events.retain(|event| !skipped.contains(&event.calendar_id));
        let page = (events.clone(), asked_at);
        match self.write(&intake.view, page, tally).await {
            Err(error) if error.is_of_content() => {}
            written => return written,
        }
        let mut by_calendar: BTreeMap<CalendarId, Vec<CalendarEvent>> = BTreeMap::new();
        for event in events {
            let calendar = event.calendar_id.clone();
            by_calendar.entry(calendar).or_default().push(event);
        }
        for (calendar, events) in by_calendar {
            match self.write(&intake.view, (events, asked_at), tally).await {
                Err(error) if error.is_of_content() => {
                    tracing::warn!(%calendar, %error, "left a calendar out of a look");
                    skipped.insert(calendar);
                }
                written => written?,
            }
        }
        Ok(())
    }

    /// Has those left out looked at alone. Before the progress is written, so
    /// that none is forgotten whoever goes on.
    async fn ask_for_those_left_out(&self, intake: &mut Intake) -> Result<(), SyncError> {
        let Some(since) = intake.since else {
            return Ok(());
        };
        let skipped = &intake.passed_over.skipped;
        let asked = &mut intake.passed_over.asked;
        let told = asked.union(&intake.for_calendars).cloned().collect();
        for calendar in skipped.difference(&told) {
            let request = SyncRequest {
                calendar_id: calendar.clone(),
                reason: SyncReason::EventsChanged { since },
                sent_at: self.ports.clock().now(),
            };
            self.ports.queue().send(&SyncJob::Request(request)).await?;
            asked.insert(calendar.clone());
        }
        Ok(())
    }
}
