//! One look: list, load what is stored, decide, write only what changed.

use std::collections::{HashMap, HashSet};

use callsheet_domain::{
    CalendarEvent, CalendarRecord, Decision, Looked, Operation, PreferenceRevision, Preferences,
    Revision, Subject, Timestamp, View, decide, plan, plus, revise,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;

use super::{Attended, ROUNDS, Rank, Sync, Unattended, Viewpoint};
use crate::PortError;
use crate::ports::{
    Budgets, CalendarEvents, Calendars, Clock, Decisions, EventQuery, Kept, PreferenceBook, Queue,
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
    S: Calendars + PreferenceBook + Budgets,
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
        let Viewpoint {
            record,
            preferences,
            began_at,
        } = view;
        let query = EventQuery {
            calendar_id: record.calendar.id.clone(),
            updated_since: since,
            starts_from: since.is_none().then(|| plus(began_at, -KEPT_UP_TO_DATE)),
        };
        let mut attended = Attended::default();
        let mut followed = HashSet::new();
        let mut cursor = None;
        loop {
            let page = self.recall.page(&query, cursor.as_ref()).await;
            let page = self.heed(Operation::ListEvents, page).await?;
            attended.pages += 1;
            attended.listed += u32::try_from(page.events.len()).unwrap_or(u32::MAX);
            for problem in &page.unreadable {
                attended.unreadable += 1;
                tracing::error!(calendar = %record.calendar.id, problem, "an event cannot be read");
            }
            self.write(&record, &preferences, page.events, &mut attended)
                .await?;
            let Some(next) = page.next else { break };
            if followed.len() == PAGES || !followed.insert(next.clone()) {
                return Err(Unattended::Endless);
            }
            cursor = Some(next);
            self.turn(Operation::ListEvents, rank, deadline).await?;
        }
        let paused_until = preferences.pause.map(|pause| pause.until);
        let looked = Looked {
            began_at,
            since,
            policy: self.settings.policy_revision,
            preferences: preferences.revision,
            holds_until: paused_until.filter(|until| *until > began_at),
        };
        self.mark(record, looked).await?;
        Ok(attended)
    }

    /// Writes what a page changes. A row that somebody else wrote first is
    /// loaded and decided again.
    async fn write(
        &self,
        record: &CalendarRecord,
        preferences: &Preferences,
        mut events: Vec<CalendarEvent>,
        attended: &mut Attended,
    ) -> Result<(), Unattended> {
        for _ in 0..ROUNDS {
            let keys: Vec<_> = events.iter().map(CalendarEvent::key).collect();
            let stored = self.decisions.decisions(&keys).await?;
            let stored: HashMap<_, _> = stored
                .into_iter()
                .map(|row| (row.key.clone(), row))
                .collect();
            let mut changes: Vec<(CalendarEvent, Box<Decision>)> = Vec::new();
            for event in events {
                match self.judge(record, preferences, &event, stored.get(&event.key())) {
                    Revision::Write(decision) => changes.push((event, decision)),
                    Revision::Unchanged => {}
                    Revision::Stale => attended.stale += 1,
                    Revision::Behind => return Err(Unattended::Contended),
                }
            }
            let kept: Vec<(CalendarEvent, Kept)> = stream::iter(changes)
                .map(|(event, decision)| async move {
                    let kept = self.decisions.keep(&decision).await?;
                    Ok::<_, PortError>((event, kept))
                })
                .buffer_unordered(WRITES)
                .try_collect()
                .await?;
            let (written, lost): (Vec<_>, Vec<_>) = kept
                .into_iter()
                .partition(|(_, kept)| *kept == Kept::Written);
            attended.written += u32::try_from(written.len()).unwrap_or(u32::MAX);
            if lost.is_empty() {
                return Ok(());
            }
            events = lost.into_iter().map(|(event, _)| event).collect();
        }
        Err(Unattended::Contended)
    }

    fn judge(
        &self,
        record: &CalendarRecord,
        preferences: &Preferences,
        event: &CalendarEvent,
        stored: Option<&Decision>,
    ) -> Revision {
        let now = self.clock.now();
        let policy = &self.settings.policy;
        let verdict = decide(event, &record.calendar, policy, preferences, now);
        let wanted = plan(&verdict, event, &policy.bot);
        let series = Subject::Series(event.ical_uid.clone());
        let preference = preferences.words.get(&series);
        let seen = View {
            event: event.updated_at,
            calendar: record.revision,
            policy: self.settings.policy_revision,
            preference: preference.map_or(PreferenceRevision(0), |spoken| spoken.revision),
        };
        revise(stored, event, verdict, wanted, seen, now)
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
