//! Answers the notices of a batch: plan, make one look, plan again.
//!
//! Each plan is made from what is remembered at that moment, so what another
//! sync has looked at meanwhile is not looked at again. A plan is a value; the
//! log shows it before anything is done.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarId, ListingOptions, Operation, PendingCalendar, PlannedSync, RequestedSync, Scope,
    SyncPlan, Timestamp, WorkspaceSyncState, needs_full_sync, plan_syncs, plus,
};
use jiff::SignedDuration;

use super::turn::{CallTerms, PAGE_TIME, Priority};
use super::{Delivery, Handled, Noticed, SyncError, SyncHandler, SyncPorts, Tally};
use crate::evaluate::CalendarContext;
use crate::ports::{Calendars as _, Clock as _, OverrideStore as _, SyncStates as _};
use crate::{ActivePolicy, PortError};

/// How often somebody who waits for another's look sees how far it is.
const GLANCE: SignedDuration = SignedDuration::from_secs(1);
/// Longer than this nobody sits and waits: the messages come back then.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// What is asked about a calendar and not answered yet.
struct Open<'a> {
    ask: RequestedSync,
    deliveries: Vec<&'a Delivery>,
}

/// Calendars by name, with what is not answered yet.
type Opens<'a> = BTreeMap<&'a CalendarId, Open<'a>>;

impl<P: SyncPorts> SyncHandler<P> {
    /// Answers notices until `deadline`, and gives back those that it cannot.
    pub(super) async fn attend(
        &self,
        by_calendar: BTreeMap<&CalendarId, Vec<Noticed<'_>>>,
        policy: &ActivePolicy,
        deadline: Timestamp,
        handled: &mut Handled,
    ) {
        let terms = CallTerms {
            rank: Priority::Live,
            deadline,
        };
        let mut open = Opens::new();
        for (calendar, noticed) in by_calendar {
            let Some(ask) = RequestedSync::of(noticed.iter().map(|(_, request)| *request)) else {
                continue;
            };
            let deliveries = noticed.into_iter().map(|(delivery, _)| delivery).collect();
            let asked = Open { ask, deliveries };
            match self.needs_a_look(calendar, &ask, terms).await {
                Ok(true) => {
                    open.insert(calendar, asked);
                }
                Ok(false) => {}
                Err(error) => self.give_up_on(calendar, asked, &error, handled).await,
            }
        }
        let mut options = self.settings.options();
        while !open.is_empty() {
            self.step(&mut open, policy, &mut options, terms, handled)
                .await;
        }
    }

    /// Sees where the calendar stands, and retires it if it is lost.
    async fn needs_a_look(
        &self,
        id: &CalendarId,
        ask: &RequestedSync,
        terms: CallTerms,
    ) -> Result<bool, SyncError> {
        let Some(record) = self.calendar(id, ask.is_calendar_changed, terms).await? else {
            return Ok(false);
        };
        if record.calendar.status.holds_bots() {
            return Ok(true);
        }
        self.retire(&record).await?;
        Ok(false)
    }

    /// Plans, and does the first thing of the plan.
    async fn step(
        &self,
        open: &mut Opens<'_>,
        policy: &ActivePolicy,
        options: &mut ListingOptions,
        terms: CallTerms,
        handled: &mut Handled,
    ) {
        let known = self.read_again(open, handled).await;
        let workspace = match self.ports.state().workspace().await {
            Ok(workspace) => workspace,
            Err(error) => return self.give_up(open, &error.into(), handled).await,
        };
        let now = self.ports.clock().now();
        let plan = planned(open, &known, &workspace, (policy, *options), now);
        for calendar in &plan.answered {
            open.remove(calendar);
        }
        let Some(look) = plan.syncs.first() else {
            if !open.is_empty()
                && let Err(error) = self.pause(plus(now, GLANCE), terms).await
            {
                self.give_up(open, &error, handled).await;
            }
            return;
        };
        tracing::info!(%plan, "planned");
        let made = if look.not_before > plus(now, PAUSE) {
            Err(SyncError::RateLimited(look.not_before))
        } else if look.not_before > now {
            self.pause(look.not_before, terms).await.map(|()| None)
        } else {
            let known = known_in(known, &look.scope);
            let made = self.make(look, known, workspace, policy, terms).await;
            made.map(Some)
        };
        match made {
            Ok(None) => {}
            Ok(Some((tally, skipped))) => {
                tally.tell(&look.scope, look.for_calendars.len());
                if !look.resumes {
                    let failed = &SyncError::Conflict;
                    self.give_up_those(&skipped, open, failed, handled).await;
                    open.retain(|calendar, _| !look.for_calendars.contains(*calendar));
                }
            }
            Err(SyncError::AlreadyRunning) => {
                if let Err(error) = self.pause(plus(now, GLANCE), terms).await {
                    self.give_up(open, &error, handled).await;
                }
            }
            Err(error) if look.scope == Scope::Workspace && error.is_of_content() => {
                tracing::error!(%error, "the workspace cannot be listed whole: one calendar at a time");
                options.lists_workspace = false;
            }
            Err(error) => {
                self.give_up_those(&look.for_calendars, open, &error, handled)
                    .await;
            }
        }
    }

    /// What is remembered of each calendar now; those that cannot be read are given back.
    async fn read_again<'a>(
        &self,
        open: &mut Opens<'a>,
        handled: &mut Handled,
    ) -> BTreeMap<&'a CalendarId, CalendarContext> {
        let mut known = BTreeMap::new();
        for calendar in open.keys().copied().collect::<Vec<_>>() {
            match self.remembered(calendar).await {
                Ok(Some(calendar_known)) => {
                    known.insert(calendar, calendar_known);
                }
                // It was lost meanwhile: whoever wrote that has retired it.
                Ok(None) => {
                    open.remove(calendar);
                }
                Err(error) => {
                    if let Some(asked) = open.remove(calendar) {
                        self.give_up_on(calendar, asked, &error.into(), handled)
                            .await;
                    }
                }
            }
        }
        known
    }

    pub(super) async fn remembered(
        &self,
        id: &CalendarId,
    ) -> Result<Option<CalendarContext>, PortError> {
        let record = self.ports.state().record(id).await?;
        let Some(record) = record.filter(|record| record.calendar.status.holds_bots()) else {
            return Ok(None);
        };
        let overrides = self.ports.state().overrides(id).await?;
        Ok(Some(CalendarContext { record, overrides }))
    }

    /// Makes a look that was planned; gives the calendars that it left out, too.
    async fn make(
        &self,
        look: &PlannedSync,
        known: Option<CalendarContext>,
        workspace: WorkspaceSyncState,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), SyncError> {
        let nobody = |tally| (tally, BTreeSet::new());
        match (&look.scope, known) {
            (Scope::Calendar(_), Some(known)) => {
                self.turn(Operation::ListEvents, terms).await?;
                let last_sync = if look.resumes {
                    self.go_on_with_calendar(known, policy, terms).await
                } else {
                    self.look_at_calendar(known, look.since, policy, terms)
                        .await
                };
                last_sync.map(nobody)
            }
            (Scope::Workspace, _) if look.resumes => {
                let last_sync = self.go_on_with_workspace(workspace, policy, terms).await;
                last_sync.map(nobody)
            }
            (Scope::Workspace, _) => {
                let since = look.since.ok_or(SyncError::AlreadyRunning)?;
                self.look_at_workspace(workspace, since, &look.for_calendars, policy, terms)
                    .await
            }
            (Scope::Calendar(_), None) => Err(SyncError::AlreadyRunning),
        }
    }

    /// Waits until `instant`, if there is time for a page after it.
    async fn pause(&self, instant: Timestamp, terms: CallTerms) -> Result<(), SyncError> {
        if instant > plus(terms.deadline, -PAGE_TIME) {
            return Err(SyncError::DeadlineReached);
        }
        self.ports.clock().sleep_until(instant).await;
        Ok(())
    }

    async fn give_up_those(
        &self,
        calendars: &BTreeSet<CalendarId>,
        open: &mut Opens<'_>,
        error: &SyncError,
        handled: &mut Handled,
    ) {
        for calendar in calendars {
            if let Some(asked) = open.remove(calendar) {
                self.give_up_on(calendar, asked, error, handled).await;
            }
        }
    }

    async fn give_up(&self, open: &mut Opens<'_>, error: &SyncError, handled: &mut Handled) {
        for (calendar, asked) in std::mem::take(open) {
            self.give_up_on(calendar, asked, error, handled).await;
        }
    }

    async fn give_up_on(
        &self,
        calendar: &CalendarId,
        asked: Open<'_>,
        error: &SyncError,
        handled: &mut Handled,
    ) {
        let requests = asked.deliveries.len();
        if error.is_retry_later() {
            tracing::info!(%calendar, requests, %error, "a calendar waits for its turn");
        } else {
            tracing::warn!(%calendar, requests, %error, "could not attend to a calendar");
        }
        self.give_back(asked.deliveries, error, handled).await;
    }
}

fn planned(
    open: &Opens<'_>,
    known: &BTreeMap<&CalendarId, CalendarContext>,
    workspace: &WorkspaceSyncState,
    (policy, options): (&ActivePolicy, ListingOptions),
    now: Timestamp,
) -> SyncPlan {
    let policy = policy.revision;
    let asked = open.iter().filter_map(|(calendar, open)| {
        let known = known.get(calendar)?;
        let override_revision = known.overrides.revision;
        let last_sync = known.record.last_sync.as_ref();
        let in_progress = known.record.in_progress.as_ref();
        Some(PendingCalendar {
            calendar,
            requested: &open.ask,
            last_sync,
            in_progress: in_progress
                .filter(|look| look.is_resumable(policy, override_revision, now)),
            needs_full_sync: needs_full_sync(last_sync, policy, override_revision, now),
        })
    });
    plan_syncs(&asked.collect::<Vec<_>>(), workspace, options, now)
}

fn known_in(
    mut known: BTreeMap<&CalendarId, CalendarContext>,
    scope: &Scope,
) -> Option<CalendarContext> {
    match scope {
        Scope::Calendar(calendar) => known.remove(calendar),
        Scope::Workspace => None,
    }
}
