//! What a look decides by: the policy, and each calendar as it is met.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{CalendarEvent, CalendarId};

use super::turn::CallTerms;
use super::{SyncError, SyncHandler, SyncPorts};
use crate::ActivePolicy;
use crate::evaluate::CalendarContext;
use crate::ports::OverrideStore as _;

/// What a look decides by.
#[derive(Debug)]
pub(super) struct View {
    pub(super) policy: ActivePolicy,
    /// The calendars whose events are written; those of others are passed over.
    pub(super) known: BTreeMap<CalendarId, CalendarContext>,
}

impl View {
    /// The view of a look at one calendar.
    pub(super) fn of(known: CalendarContext, policy: &ActivePolicy) -> Self {
        let mut view = Self::empty(policy);
        view.known.insert(known.record.calendar.id.clone(), known);
        view
    }

    /// The view of a look that has met no calendar yet.
    pub(super) fn empty(policy: &ActivePolicy) -> Self {
        Self {
            policy: policy.clone(),
            known: BTreeMap::new(),
        }
    }
}

/// Calendars that a look at the workspace has met and does not write.
#[derive(Debug, Default)]
pub(super) struct PassedOver {
    /// They need nothing: lost, or Recall does not know them.
    pub(super) idle: BTreeSet<CalendarId>,
    /// They could not be written now, and must be asked for again.
    pub(super) skipped: BTreeSet<CalendarId>,
    /// Those of them that were asked for again.
    pub(super) asked: BTreeSet<CalendarId>,
}

impl PassedOver {
    fn holds(&self, calendar: &CalendarId) -> bool {
        self.idle.contains(calendar) || self.skipped.contains(calendar)
    }
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Gets to know the calendars of `events`. One that is not remembered, or
    /// was lost, is asked for: its events say that it is there.
    pub(super) async fn meet(
        &self,
        events: &[CalendarEvent],
        view: &mut View,
        passed_over: &mut PassedOver,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        for event in events {
            let id = &event.calendar_id;
            if view.known.contains_key(id) || passed_over.holds(id) {
                continue;
            }
            match self.known(id, terms).await {
                Ok(Some(known)) => {
                    view.known.insert(id.clone(), known);
                }
                Ok(None) => {
                    passed_over.idle.insert(id.clone());
                }
                Err(error) if error.is_denied() || error.is_retry_later() => return Err(error),
                Err(error) => {
                    tracing::warn!(calendar = %id, %error, "left a calendar out of a look");
                    passed_over.skipped.insert(id.clone());
                }
            }
        }
        Ok(())
    }

    /// A calendar with what people said about it, if it can have bots.
    async fn known(
        &self,
        id: &CalendarId,
        terms: CallTerms,
    ) -> Result<Option<CalendarContext>, SyncError> {
        let Some(record) = self.calendar(id, false, terms).await? else {
            return Ok(None);
        };
        if !record.calendar.status.holds_bots() {
            return Ok(None);
        }
        let overrides = self.ports.state().overrides(id).await?;
        Ok(Some(CalendarContext { record, overrides }))
    }
}
