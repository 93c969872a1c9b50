//! One look: list, load what is stored, decide, write only what changed.

use std::collections::HashSet;

use callsheet_domain::{
    CalendarEvent, CalendarRecord, Decision, IcalUid, Looked, Operation, Timestamp, plus,
    revise_copies,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;

use super::{Attended, ROUNDS, Rank, Sync, Unattended, Viewpoint};
use crate::PortError;
use crate::judge::judge;
use crate::ports::{
    Budgets, CalendarEvents, Calendars, Clock, Decisions, EventQuery, Kept, Policies,
    PreferenceBook, Queue,
};

/// How far back Recall keeps events up to date.
const KEPT_UP_TO_DATE: SignedDuration = SignedDuration::from_hours(24);
/// Writes of one page that are under way at once.
const WRITES: usize = 8;
/// The longest list that is followed: 100,000 events.
const PAGES: usize = 1_000;

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: CalendarEvents,
    D: Decisions,
    S: Calendars + PreferenceBook + Policies + Budgets,
    Q: Queue,
    K: Clock,
{
    /// Looks at what changed since `since`, or at everything, and marks the
    /// look as finished after its last page is written. The turn to list the
    /// first page is the caller's to wait for.
    pub(super) async fn look(
        &self,
        view: Viewpoint,
        since: Option<Timestamp>,
        rank: Rank,
        deadline: Timestamp,
    ) -> Result<Attended, Unattended> {
        let calendar = view.known.record.calendar.id.clone();
        let query = EventQuery {
            calendar_id: calendar.clone(),
            updated_since: since,
            starts_from: since
                .is_none()
                .then(|| plus(view.began_at, -KEPT_UP_TO_DATE)),
        };
        let mut attended = Attended::default();
        let mut followed = HashSet::new();
        let mut cursor = None;
        loop {
            let page = self.recall.page(&query, cursor.as_ref()).await;
            let page = self.heed(Operation::ListEvents, page).await?;
            attended.pages += 1;
            attended.listed += count(page.events.len());
            for problem in &page.unreadable {
                attended.unreadable += 1;
                tracing::error!(%calendar, problem, "an event cannot be read");
            }
            self.write(&view, page.events, &mut attended).await?;
            let Some(next) = page.next else { break };
            if followed.len() == PAGES || !followed.insert(next.clone()) {
                return Err(Unattended::Endless);
            }
            cursor = Some(next);
            self.turn(Operation::ListEvents, rank, deadline).await?;
        }
        let preferences = view.known.preferences;
        let paused_until = preferences.pause.map(|pause| pause.until);
        let looked = Looked {
            began_at: view.began_at,
            since,
            policy: view.policy.revision,
            preferences: preferences.revision,
            holds_until: paused_until.filter(|until| *until > view.began_at),
        };
        self.mark(view.known.record, looked).await?;
        Ok(attended)
    }

    /// Writes what a page changes, in the rows of its events and of their
    /// copies. A row that somebody else wrote first is loaded and decided again.
    async fn write(
        &self,
        view: &Viewpoint,
        mut events: Vec<CalendarEvent>,
        attended: &mut Attended,
    ) -> Result<(), Unattended> {
        let mut failed = HashSet::new();
        for _ in 0..ROUNDS {
            let meetings: Vec<_> = events.iter().map(|event| event.ical_uid.clone()).collect();
            let stored = self.decisions.copies(&meetings).await?;
            let now = self.clock.now();
            let policy = (&*view.policy.policy, view.policy.revision);
            let judged: Vec<_> = events
                .iter()
                .map(|event| judge(&view.known, event, policy, now))
                .collect();
            for judged in judged.iter().filter(|judged| judged.has_failed()) {
                failed.insert(judged.event.id.clone());
            }
            let revised = revise_copies(&stored, &judged, now);
            if revised.is_behind {
                return Err(Unattended::Contended);
            }
            attended.stale += revised.stale;
            let lost = self.keep(revised.writes, attended).await?;
            if lost.is_empty() {
                attended.failed += count(failed.len());
                return Ok(());
            }
            events.retain(|event| lost.contains(&event.ical_uid));
        }
        Err(Unattended::Contended)
    }

    /// Writes rows, and gives the meetings of those that somebody else wrote first.
    pub(super) async fn keep(
        &self,
        rows: Vec<Decision>,
        attended: &mut Attended,
    ) -> Result<HashSet<IcalUid>, PortError> {
        let kept: Vec<(IcalUid, Kept)> = stream::iter(rows)
            .map(|row| async move {
                let kept = self.decisions.keep(&row).await?;
                Ok::<_, PortError>((row.key.ical_uid, kept))
            })
            .buffer_unordered(WRITES)
            .try_collect()
            .await?;
        let (written, lost): (Vec<_>, Vec<_>) = kept
            .into_iter()
            .partition(|(_, kept)| *kept == Kept::Written);
        attended.written += count(written.len());
        Ok(lost.into_iter().map(|(meeting, _)| meeting).collect())
    }

    /// Remembers a finished look, unless the calendar has changed meanwhile or
    /// a later look was remembered. Any finished look may be the one that is
    /// remembered, so losing this race is no loss.
    async fn mark(&self, mut record: CalendarRecord, looked: Looked) -> Result<(), Unattended> {
        let (id, revision) = (record.calendar.id.clone(), record.revision);
        for _ in 0..ROUNDS {
            let rank = |looked: &Looked| (looked.policy, looked.preferences, looked.began_at);
            let last = record.looked.as_ref();
            let is_later = last.is_none_or(|last| rank(&looked) > rank(last));
            if record.revision != revision || !is_later {
                return Ok(());
            }
            record.looked = Some(looked.clone());
            if self.state.keep_record(&record).await? == Kept::Written {
                return Ok(());
            }
            let Some(latest) = self.state.record(&id).await? else {
                return Ok(());
            };
            record = latest;
        }
        Ok(())
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
