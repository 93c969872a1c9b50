//! Looks at every calendar that is owed a look, though nothing was said about it.
//!
//! A policy that was pushed, a word, a pause that ended and a first look that
//! never came to its end all leave a calendar owed a look at everything. What is
//! owed is derived from what is stored, so a sweep remembers nothing: one that
//! runs out of time, fails or is never run leaves it to the next.
//!
//! Nobody waits for a sweep, so it goes [behind](Rank::Behind) live notices. Two
//! sweeps may run side by side. Each begins at another calendar, and reads what
//! is owed again once it is its turn, since the other may have looked while it
//! waited; a turn that is not needed is kept for the next calendar. So they
//! mostly do not do the same; where they do, it costs a look.

use callsheet_domain::{CalendarId, Operation, PolicyRevision, Timestamp, is_owed};

use super::{Attended, Rank, Sync, Unattended, Viewpoint};
use crate::judge::KnownCalendar;
use crate::ports::{
    Budgets, CalendarEvents, Calendars, Clock, Decisions, ListedCalendar, Policies, PreferenceBook,
    Queue,
};
use crate::{InForce, PortError};

/// What became of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Swept {
    /// Recall denied us, so it was broken off.
    pub(super) is_denied: bool,
}

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: CalendarEvents,
    D: Decisions,
    S: Calendars + PreferenceBook + Policies + Budgets,
    Q: Queue,
    K: Clock,
{
    /// Looks at what is owed until `deadline`. Fails only if the calendars
    /// cannot be listed.
    pub(super) async fn sweep(
        &self,
        policy: &InForce,
        deadline: Timestamp,
    ) -> Result<Swept, PortError> {
        let owed = self.owed(policy.revision).await?;
        let (mut looked_at, mut left) = (0, owed.len());
        let mut swept = Swept::default();
        let mut has_turn = false;
        for calendar in &owed {
            match self
                .catch_up(calendar, policy, &mut has_turn, deadline)
                .await
            {
                Ok(caught_up) => {
                    left -= 1;
                    if let Some(attended) = caught_up {
                        looked_at += 1;
                        attended.tell(calendar, 0);
                    }
                }
                Err(Unattended::OutOfTime) => break,
                Err(error) => {
                    tracing::warn!(%calendar, notices = 0, %error, "could not attend to a calendar");
                    if error.is_denied() {
                        swept.is_denied = true;
                        break;
                    }
                }
            }
        }
        tracing::info!(owed = owed.len(), looked_at, left, "swept");
        Ok(swept)
    }

    /// The calendars that the list shows to be owed a look, beginning at
    /// whichever the clock says: a deadline does not cut off the same ones each time.
    async fn owed(&self, policy: PolicyRevision) -> Result<Vec<CalendarId>, PortError> {
        let listed = self.state.listed().await?;
        let now = self.clock.now();
        let is_owed = |ListedCalendar { record, spoken }: &ListedCalendar| {
            record.calendar.status.holds_bots()
                && is_owed(record.looked.as_ref(), policy, *spoken, now)
        };
        let owed = listed.into_iter().filter(is_owed);
        let mut owed: Vec<_> = owed.map(|one| one.record.calendar.id).collect();
        if !owed.is_empty() {
            let first = now.as_microsecond().unsigned_abs() % owed.len() as u64;
            owed.rotate_left(usize::try_from(first).unwrap_or(0));
        }
        Ok(owed)
    }

    /// Looks at everything in a calendar, if that is still owed when it is its
    /// turn: the list may have lagged, and somebody else may have looked since.
    async fn catch_up(
        &self,
        calendar: &CalendarId,
        policy: &InForce,
        has_turn: &mut bool,
        deadline: Timestamp,
    ) -> Result<Option<Attended>, Unattended> {
        if !*has_turn {
            self.turn(Operation::ListEvents, Rank::Behind, deadline)
                .await?;
            *has_turn = true;
        }
        let Some(record) = self.state.record(calendar).await? else {
            return Ok(None);
        };
        let preferences = self.state.preferences(calendar).await?;
        let began_at = self.clock.now();
        let last = record.looked.as_ref();
        if !record.calendar.status.holds_bots()
            || !is_owed(last, policy.revision, preferences.revision, began_at)
        {
            return Ok(None);
        }
        let view = Viewpoint {
            known: KnownCalendar {
                record,
                preferences,
            },
            policy: policy.clone(),
            began_at,
        };
        *has_turn = false;
        self.look(view, None, Rank::Behind, deadline)
            .await
            .map(Some)
    }
}
