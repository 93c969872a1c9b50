//! The sync requests of a batch that are not handled yet, and the plan for them.

use std::collections::BTreeMap;

use callsheet_domain::{
    CalendarId, CalendarRecord, ListingOptions, NewCalendar, PendingCalendar, RequestedSync,
    SyncJob, SyncPlan, SyncRequest, Timestamp, WindowedSyncState, WorkspaceSyncState,
    listed_whole_since, needs_full_sync, plan_syncs, unanswered,
};

use crate::sync::requeue::{Delivery, Handled};
use crate::{ActivePolicy, CalendarContext, CallTerms};

/// The requests for one calendar that no completed sync covers yet.
pub(super) struct Pending<'a> {
    pub(super) requested: RequestedSync,
    pub(super) deliveries: Vec<&'a Delivery>,
    /// The calendar's record, if it was loaded since the last sync.
    pub(super) record: Option<CalendarRecord>,
}

impl<'a> Pending<'a> {
    fn requests(&self) -> impl Iterator<Item = &'a SyncRequest> {
        self.deliveries
            .iter()
            .filter_map(|delivery| match &delivery.job {
                SyncJob::Request(request) => Some(request),
                _ => None,
            })
    }
}

/// The requests of a batch, and the terms on which they are handled.
pub(super) struct Batch<'a> {
    pub(super) pending: BTreeMap<&'a CalendarId, Pending<'a>>,
    pub(super) policy: &'a ActivePolicy,
    pub(super) options: ListingOptions,
    pub(super) terms: CallTerms,
    pub(super) handled: &'a mut Handled,
}

impl Batch<'_> {
    /// Plans syncs for the pending requests of `calendars`.
    pub(super) fn plan(
        &self,
        calendars: &BTreeMap<&CalendarId, CalendarContext>,
        (workspace, windowed): (&WorkspaceSyncState, &WindowedSyncState),
        now: Timestamp,
    ) -> SyncPlan {
        let policy = self.policy.revision;
        let requested = self.pending.iter().filter_map(|(calendar, pending)| {
            let last_sync = calendars.get(calendar)?.record.last_sync.as_ref();
            let requests = pending.requests();
            let requested = unanswered(requests, calendar, last_sync, workspace)?;
            Some((*calendar, requested))
        });
        let requested: Vec<_> = requested.collect();
        let pending = requested.iter().filter_map(|(calendar, requested)| {
            let CalendarContext { record, overrides } = calendars.get(calendar)?;
            let override_revision = overrides.full_sync_revision;
            let last_sync = record.last_sync.as_ref();
            let in_progress = record.in_progress.as_ref();
            Some(PendingCalendar {
                calendar,
                requested,
                last_sync,
                in_progress: in_progress
                    .filter(|sync| sync.is_resumable(policy, override_revision, now)),
                needs_full_sync: needs_full_sync(last_sync, policy, override_revision, now)
                    && (!self.options.lists_workspace
                        || windowed.is_full_sync_awaited(last_sync, policy)),
                new: listed_whole_since(record, overrides, now).map(|since| NewCalendar {
                    since,
                    known_from: record.known_from(),
                }),
            })
        });
        let options = ListingOptions {
            are_windows_urgent: windowed.are_urgent(workspace),
            ..self.options
        };
        plan_syncs(&pending.collect::<Vec<_>>(), workspace, options, now)
    }
}

/// The sync requests among `deliveries`, by calendar.
pub(super) fn by_calendar(deliveries: &[Delivery]) -> BTreeMap<&CalendarId, Pending<'_>> {
    let mut by_calendar: BTreeMap<&CalendarId, Vec<_>> = BTreeMap::new();
    for delivery in deliveries {
        if let SyncJob::Request(request) = &delivery.job {
            let requests = by_calendar.entry(&request.calendar_id).or_default();
            requests.push((delivery, request));
        }
    }
    let pending = by_calendar.into_iter().filter_map(|(calendar, requests)| {
        let requested = RequestedSync::of(requests.iter().map(|(_, request)| *request))?;
        let deliveries = requests.into_iter().map(|(delivery, _)| delivery).collect();
        let pending = Pending {
            requested,
            deliveries,
            record: None,
        };
        Some((calendar, pending))
    });
    pending.collect()
}
