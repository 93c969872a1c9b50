//! A look at one calendar.
//!
//! A look at what changed is mostly one page: it writes its mark and nothing
//! else. A look at everything is likely long: the calendar's row says of it that
//! somebody is at it, so that nobody else begins the same. From the second page
//! on the row says how far a look has come, so that a run that ends, for whatever
//! reason, is taken up at that page by the next one.

use callsheet_domain::{CalendarRecord, CompletedSync, Scope, SyncInProgress, Timestamp, plus};
use futures_util::future::join;
use jiff::SignedDuration;

use super::known::View;
use super::list::List;
use super::turn::{CallTerms, HOLD};
use super::{ROUNDS, SyncError, SyncHandler, SyncPorts, Tally};
use crate::ActivePolicy;
use crate::evaluate::CalendarContext;
use crate::ports::{Calendars as _, Clock as _, EventQuery, WriteOutcome};

/// How far back Recall keeps events up to date.
const KEPT_UP_TO_DATE: SignedDuration = SignedDuration::from_hours(24);

/// A look at one calendar, under way.
struct CalendarLook {
    record: CalendarRecord,
    in_progress: SyncInProgress<CompletedSync>,
    /// What of it the row is known to say.
    saved: Option<SyncInProgress<CompletedSync>>,
    list: List,
}

impl CalendarLook {
    /// A look that begins at `now`.
    fn begun(
        known: &CalendarContext,
        since: Option<Timestamp>,
        policy: &ActivePolicy,
        now: Timestamp,
    ) -> Self {
        let paused_until = known.overrides.pause.as_ref().map(|pause| pause.until);
        let last_whole_at = known
            .record
            .last_sync
            .as_ref()
            .and_then(|last| last.full_sync_at);
        let mark = CompletedSync {
            began_at: now,
            since,
            full_sync_at: if since.is_none() {
                Some(now)
            } else {
                last_whole_at
            },
            policy: policy.revision,
            overrides: known.overrides.revision,
            holds_until: paused_until.filter(|until| *until > now),
        };
        let in_progress = SyncInProgress {
            mark,
            next: None,
            pages: 0,
            listed: 0,
            held_until: plus(now, HOLD),
        };
        Self::of(known.record.clone(), in_progress)
    }

    fn of(record: CalendarRecord, in_progress: SyncInProgress<CompletedSync>) -> Self {
        let mark = &in_progress.mark;
        let starts_from = plus(mark.began_at, -KEPT_UP_TO_DATE);
        let query = EventQuery {
            calendar_id: Some(record.calendar.id.clone()),
            updated_since: mark.since,
            starts_from: mark.since.is_none().then_some(starts_from),
        };
        let list = List::from(
            query,
            in_progress.next.clone(),
            in_progress.pages,
            in_progress.listed,
        );
        Self {
            saved: record.in_progress.clone(),
            record,
            in_progress,
            list,
        }
    }

    /// How far it has come, held until `held_until`.
    fn progress(&self, held_until: Timestamp) -> SyncInProgress<CompletedSync> {
        SyncInProgress {
            mark: self.in_progress.mark.clone(),
            next: self.list.next.clone(),
            pages: self.list.pages,
            listed: self.list.listed,
            held_until,
        }
    }
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Looks at what changed in a calendar since `since`, or at everything, and
    /// marks the look as finished after its last page is written. The turn to
    /// list the first page is the caller's to wait for.
    pub(super) async fn look_at_calendar(
        &self,
        known: CalendarContext,
        since: Option<Timestamp>,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<Tally, SyncError> {
        let mut look = CalendarLook::begun(&known, since, policy, self.ports.clock().now());
        if since.is_none() {
            let begun = look.in_progress.clone();
            self.save(&mut look, Some(begun)).await?;
        }
        self.read_calendar(look, View::of(known, policy), terms)
            .await
    }

    /// Goes on with a look at a calendar that somebody left.
    pub(super) async fn go_on_with_calendar(
        &self,
        known: CalendarContext,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<Tally, SyncError> {
        let left = known
            .record
            .in_progress
            .clone()
            .ok_or(SyncError::AlreadyRunning)?;
        let mut look = CalendarLook::of(known.record.clone(), left);
        let held = look.progress(plus(self.ports.clock().now(), HOLD));
        self.save(&mut look, Some(held)).await?;
        self.read_calendar(look, View::of(known, policy), terms)
            .await
    }

    async fn read_calendar(
        &self,
        mut look: CalendarLook,
        view: View,
        terms: CallTerms,
    ) -> Result<Tally, SyncError> {
        let mut tally = Tally::default();
        let read = self.read_pages(&mut look, &view, &mut tally, terms).await;
        if let Err(error) = read {
            self.leave(look, &error).await;
            return Err(error);
        }
        self.finish(look).await?;
        Ok(tally)
    }

    async fn read_pages(
        &self,
        look: &mut CalendarLook,
        view: &View,
        tally: &mut Tally,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let mut page = self.read(&mut look.list, tally).await?;
        loop {
            if look.list.next.is_none() {
                return self.write(view, page, tally).await;
            }
            let held = look.progress(plus(self.ports.clock().now(), HOLD));
            // While one page is written the next one is read.
            let mut ahead = Tally::default();
            let next = self.read_ahead(&mut look.list, &mut ahead, terms);
            let (written, next) = join(self.write(view, page, tally), next).await;
            written?;
            self.save(look, Some(held)).await?;
            page = next?;
            tally.add(ahead);
        }
    }

    /// Leaves a look for somebody to go on with, if that would help.
    async fn leave(&self, mut look: CalendarLook, error: &SyncError) {
        let is_forgotten = look.list.pages == 0 || matches!(error, SyncError::Endless);
        let Some(saved) = look.saved.clone() else {
            return;
        };
        if matches!(error, SyncError::AlreadyRunning) && !is_forgotten {
            return;
        }
        let left = (!is_forgotten).then(|| SyncInProgress {
            held_until: self.ports.clock().now(),
            ..saved
        });
        if let Err(error) = self.save(&mut look, left).await {
            let scope = Scope::Calendar(look.record.calendar.id.clone());
            tracing::warn!(%scope, %error, "a look is held until its time is over");
        }
    }

    /// Writes how far a look has come, unless the calendar has changed or
    /// somebody else has begun one.
    async fn save(
        &self,
        look: &mut CalendarLook,
        in_progress: Option<SyncInProgress<CompletedSync>>,
    ) -> Result<(), SyncError> {
        for _ in 0..ROUNDS {
            let mut record = look.record.clone();
            record.in_progress.clone_from(&in_progress);
            if self.ports.state().write_record(&record).await? == WriteOutcome::Written {
                record.version = record.version.next();
                look.record = record;
                look.saved = in_progress;
                return Ok(());
            }
            let stored = self.ports.state().record(&look.record.calendar.id).await?;
            let stored = stored.ok_or(SyncError::Conflict)?;
            if stored.revision != look.record.revision {
                return Err(SyncError::Conflict);
            }
            if stored.in_progress != look.saved {
                return Err(SyncError::AlreadyRunning);
            }
            look.record = stored;
        }
        Err(SyncError::Conflict)
    }

    /// Remembers a finished look, unless the calendar has changed meanwhile or
    /// a later look was remembered. Any finished look may be the one that is
    /// remembered, so losing this race is no loss.
    async fn finish(&self, look: CalendarLook) -> Result<(), SyncError> {
        let CalendarLook {
            mut record,
            in_progress,
            saved,
            ..
        } = look;
        let (id, revision, last_sync) = (
            record.calendar.id.clone(),
            record.revision,
            in_progress.mark,
        );
        for _ in 0..ROUNDS {
            let rank = |last_sync: &CompletedSync| {
                (last_sync.policy, last_sync.overrides, last_sync.began_at)
            };
            let last = record.last_sync.as_ref();
            let is_later = last.is_none_or(|last| rank(&last_sync) > rank(last));
            let is_ours = saved.is_some() && record.in_progress == saved;
            if record.revision != revision || !(is_later || is_ours) {
                return Ok(());
            }
            if is_later {
                let full_sync_at = last
                    .and_then(|last| last.full_sync_at)
                    .max(last_sync.full_sync_at);
                record.last_sync = Some(CompletedSync {
                    full_sync_at,
                    ..last_sync.clone()
                });
            }
            if is_ours {
                record.in_progress = None;
            }
            if self.ports.state().write_record(&record).await? == WriteOutcome::Written {
                return Ok(());
            }
            let Some(latest) = self.ports.state().record(&id).await? else {
                return Ok(());
            };
            record = latest;
        }
        Ok(())
    }
}
