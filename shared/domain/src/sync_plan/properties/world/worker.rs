//! A worker reads a page, and completes its sync.

use jiff::SignedDuration;

use super::{HOLD, PAGES, Work, World, at, calendar_of, id};
use crate::sync_plan::properties::states::{completed_sync, unfinished};
use crate::sync_plan::request::{SyncReason, SyncRequest};
use crate::sync_plan::*;
use crate::time::plus;
use jiff::Timestamp;

impl World {
    pub(super) fn read_page(&mut self, worker: usize, mut work: Work) {
        self.lists += 1;
        for (event, number) in self.page(&work.scope, work.reach.since, Some(work.page)) {
            let calendar = id(calendar_of(event));
            let skipped = &mut work.reach.skipped;
            if work.scope == Scope::Workspace && self.barred == Some(calendar_of(event)) {
                skipped.insert(calendar.clone());
            }
            if skipped.contains(&calendar) {
                continue;
            }
            let read = self.read.entry(event).or_default();
            *read = number.max(*read);
        }
        work.page += 1;
        let now = at(self.now);
        let held_until = plus(now, SignedDuration::from_millis(HOLD));
        if work.page < PAGES {
            if self.save(&work, held_until) {
                self.work[worker] = Some(work);
            } else {
                // Another worker has resumed the sync: the requests are delivered again.
                self.queue.extend(work.answers);
                self.queue.extend(work.others);
            }
            return;
        }
        self.finish(&work);
        self.undeleted[worker].clone_from(&work.answers);
        self.requeue(work);
    }

    /// Requests that the sync did not answer are delivered again. A skipped calendar without
    /// a request gets one.
    fn requeue(&mut self, work: Work) {
        let skipped = work.reach.skipped;
        for calendar in &skipped {
            let is_requested = work.answers.iter().any(|one| one.calendar_id == *calendar);
            if let Some(since) = work.reach.since.filter(|_| !is_requested) {
                self.queue.push(SyncRequest {
                    calendar_id: calendar.clone(),
                    reason: SyncReason::EventsChanged { since },
                    sent_at: at(self.now),
                });
            }
        }
        let answers = work.answers.into_iter();
        let failed = answers.filter(|request| skipped.contains(&request.calendar_id));
        self.queue.extend(failed);
        self.queue.extend(work.others);
    }

    /// Stores the progress of a sync; false if another worker has taken it over.
    fn save(&mut self, work: &Work, held_until: Timestamp) -> bool {
        match &work.scope {
            Scope::Workspace => match &mut self.workspace.in_progress {
                Some(in_progress)
                    if in_progress.mark.began_at == work.reach.began_at
                        && in_progress.pages < work.page =>
                {
                    *in_progress = unfinished(work.reach.clone(), work.page, held_until);
                    true
                }
                _ => false,
            },
            Scope::Calendar(calendar) => {
                let number = Self::number(calendar);
                let mark = completed_sync(&work.reach);
                let in_progress = &mut self.in_progress[number];
                let is_ours = match in_progress {
                    Some(other) => other.mark == mark && other.pages < work.page,
                    None => work.page == 1,
                };
                if is_ours {
                    *in_progress = Some(unfinished(mark, work.page, held_until));
                }
                is_ours
            }
        }
    }

    fn finish(&mut self, work: &Work) {
        match &work.scope {
            Scope::Workspace => {
                let Some(mut in_progress) = self.workspace.in_progress.clone() else {
                    return;
                };
                if in_progress.mark.began_at == work.reach.began_at {
                    in_progress.mark = work.reach.clone();
                    self.workspace =
                        std::mem::take(&mut self.workspace).finished(&in_progress, at(self.now));
                }
            }
            Scope::Calendar(calendar) => {
                let number = Self::number(calendar);
                let mark = completed_sync(&work.reach);
                if self.in_progress[number]
                    .as_ref()
                    .is_some_and(|in_progress| in_progress.mark == mark)
                {
                    self.in_progress[number] = None;
                }
                let last = &mut self.last_sync[number];
                if last
                    .as_ref()
                    .is_none_or(|last| last.began_at < mark.began_at)
                {
                    *last = Some(mark);
                }
            }
        }
    }
}
