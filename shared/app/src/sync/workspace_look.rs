//! A look at the whole workspace.
//!
//! One is under way at a time: whoever begins one writes that down first, so
//! that others wait for it rather than list the same. The same row says how far
//! it has come, page by page, and so where the next run takes it up.
//!
//! A calendar whose rows cannot be written must not hold up the mark that all
//! others share. It is left out, and unless its own notice is being attended to
//! a new one goes on the queue before the mark moves. A notice of a calendar
//! that is left out has failed: it comes again, until it is a dead letter.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarEvent, CalendarId, Errand, Notice, NoticeKind, Operation, Reach, Timestamp, UnderWay,
    WorkspaceMark, plus,
};

use super::known::{PassedOver, View};
use super::list::List;
use super::tally::count;
use super::turn::{HOLD, Terms};
use super::{ROUNDS, Sync, SyncState, Tally, Unattended};
use crate::InForce;
use crate::ports::{Clock, Decisions, EventQuery, Kept, Queue, RecallReader};

/// A look at the workspace, under way.
struct WorkspaceLook {
    mark: WorkspaceMark,
    reach: Reach,
    list: List,
    view: View,
    passed_over: PassedOver,
    /// The calendars whose notices it is made for.
    made_for: BTreeSet<CalendarId>,
}

impl WorkspaceLook {
    fn of(mark: WorkspaceMark, looking: &UnderWay<Reach>, policy: &InForce) -> Self {
        let query = EventQuery {
            calendar_id: None,
            updated_since: looking.mark.since,
            starts_from: None,
        };
        Self {
            mark,
            reach: looking.mark,
            list: List::from(query, looking.next.clone(), looking.pages, looking.listed),
            view: View::empty(policy),
            passed_over: PassedOver::default(),
            made_for: BTreeSet::new(),
        }
    }

    fn progress(&self, held_until: Timestamp) -> UnderWay<Reach> {
        UnderWay {
            mark: self.reach,
            next: self.list.next.clone(),
            pages: self.list.pages,
            listed: self.list.listed,
            held_until,
        }
    }
}

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: RecallReader,
    D: Decisions,
    S: SyncState,
    Q: Queue,
    K: Clock,
{
    /// Looks at whatever changed in the workspace since `since`, for those whose
    /// notices ask for it, and marks the look as finished after its last page is
    /// written. Gives the calendars that it had to leave out, too.
    pub(super) async fn look_at_workspace(
        &self,
        mark: WorkspaceMark,
        since: Timestamp,
        made_for: &BTreeSet<CalendarId>,
        policy: &InForce,
        terms: Terms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), Unattended> {
        let now = self.clock.now();
        let looking = UnderWay {
            mark: Reach {
                began_at: now,
                since: Some(since),
            },
            next: None,
            pages: 0,
            listed: 0,
            held_until: plus(now, HOLD),
        };
        let mut look = WorkspaceLook::of(mark, &looking, policy);
        look.made_for.clone_from(made_for);
        self.read_workspace(look, terms).await
    }

    /// Goes on with a look at the workspace that somebody left.
    pub(super) async fn go_on_with_workspace(
        &self,
        mark: WorkspaceMark,
        policy: &InForce,
        terms: Terms,
    ) -> Result<Tally, Unattended> {
        let left = mark.looking.clone().ok_or(Unattended::Taken)?;
        let look = WorkspaceLook::of(mark, &left, policy);
        let (tally, _) = self.read_workspace(look, terms).await?;
        Ok(tally)
    }

    async fn read_workspace(
        &self,
        mut look: WorkspaceLook,
        terms: Terms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), Unattended> {
        let held = look.progress(plus(self.clock.now(), HOLD));
        self.claim(&mut look, Some(held)).await?;
        let mut tally = Tally::default();
        let mut ended = self.read_all(&mut look, &mut tally, terms).await;
        if ended.is_ok() {
            tally.left_out = count(look.passed_over.left_out.len());
            ended = self.finish_workspace(&mut look).await;
        }
        if let Err(error) = ended {
            self.leave_workspace(look, &error).await;
            return Err(error);
        }
        Ok((tally, look.passed_over.left_out))
    }

    async fn read_all(
        &self,
        look: &mut WorkspaceLook,
        tally: &mut Tally,
        terms: Terms,
    ) -> Result<(), Unattended> {
        loop {
            self.turn(Operation::ListEvents, terms).await?;
            let (events, asked_at) = self.read(&mut look.list, tally).await?;
            self.meet(&events, &mut look.view, &mut look.passed_over, terms)
                .await?;
            self.write_all(look, (events, asked_at), tally).await?;
            self.ask_for_those_left_out(look).await?;
            if look.list.next.is_none() {
                return Ok(());
            }
            let held = look.progress(plus(self.clock.now(), HOLD));
            self.claim(look, Some(held)).await?;
        }
    }

    /// Writes a page, or, if something stored is in its way, what can be written
    /// of it, calendar by calendar.
    async fn write_all(
        &self,
        look: &mut WorkspaceLook,
        (mut events, asked_at): (Vec<CalendarEvent>, Timestamp),
        tally: &mut Tally,
    ) -> Result<(), Unattended> {
        let left_out = &mut look.passed_over.left_out;
        events.retain(|event| !left_out.contains(&event.calendar_id));
        let page = (events.clone(), asked_at);
        match self.write(&look.view, page, tally).await {
            Err(error) if error.is_of_content() => {}
            written => return written,
        }
        let mut by_calendar: BTreeMap<CalendarId, Vec<CalendarEvent>> = BTreeMap::new();
        for event in events {
            let calendar = event.calendar_id.clone();
            by_calendar.entry(calendar).or_default().push(event);
        }
        for (calendar, events) in by_calendar {
            match self.write(&look.view, (events, asked_at), tally).await {
                Err(error) if error.is_of_content() => {
                    tracing::warn!(%calendar, %error, "left a calendar out of a look");
                    left_out.insert(calendar);
                }
                written => written?,
            }
        }
        Ok(())
    }

    /// Has those left out looked at alone. Before the progress is written, so
    /// that none is forgotten whoever goes on.
    async fn ask_for_those_left_out(&self, look: &mut WorkspaceLook) -> Result<(), Unattended> {
        let Some(since) = look.reach.since else {
            return Ok(());
        };
        let left_out = &look.passed_over.left_out;
        let asked = &mut look.passed_over.asked;
        let told = asked.union(&look.made_for).cloned().collect();
        for calendar in left_out.difference(&told) {
            let notice = Notice {
                calendar_id: calendar.clone(),
                kind: NoticeKind::EventsChanged { since },
                sent_at: self.clock.now(),
            };
            self.queue.send(&Errand::Look(notice)).await?;
            asked.insert(calendar.clone());
        }
        Ok(())
    }

    /// Writes that the look is under way and how far it has come, or that none
    /// is, unless somebody else has begun one.
    async fn claim(
        &self,
        look: &mut WorkspaceLook,
        looking: Option<UnderWay<Reach>>,
    ) -> Result<(), Unattended> {
        self.change_mark(look, |mark| WorkspaceMark {
            looking: looking.clone(),
            ..mark
        })
        .await
    }

    async fn finish_workspace(&self, look: &mut WorkspaceLook) -> Result<(), Unattended> {
        let now = self.clock.now();
        let finished = look.progress(now);
        self.change_mark(look, |mark| mark.finished(&finished, now))
            .await
    }

    /// Changes the mark as long as it says of the look under way what we wrote.
    async fn change_mark(
        &self,
        look: &mut WorkspaceLook,
        change: impl Fn(WorkspaceMark) -> WorkspaceMark,
    ) -> Result<(), Unattended> {
        for _ in 0..ROUNDS {
            let mut mark = change(look.mark.clone());
            if self.state.keep_workspace(&mark).await? == Kept::Written {
                mark.version = mark.version.next();
                look.mark = mark;
                return Ok(());
            }
            let stored = self.state.workspace().await?;
            if stored.looking != look.mark.looking {
                return Err(Unattended::Taken);
            }
            look.mark = stored;
        }
        Err(Unattended::Contended)
    }

    /// Leaves a look for somebody to go on with, if that would help.
    async fn leave_workspace(&self, mut look: WorkspaceLook, error: &Unattended) {
        if matches!(error, Unattended::Taken) && look.list.pages > 0 {
            return;
        }
        let is_forgotten = look.list.pages == 0 || matches!(error, Unattended::Endless);
        let left = look.mark.looking.clone().filter(|_| !is_forgotten);
        let left = left.map(|looking| UnderWay {
            held_until: self.clock.now(),
            ..looking
        });
        if let Err(error) = self.claim(&mut look, left).await {
            tracing::warn!(%error, "a look at the workspace is held until its time is over");
        }
    }
}
