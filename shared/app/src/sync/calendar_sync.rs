//! Sync of one calendar.
//!
//! An incremental sync is mostly one page: it writes its result to the
//! calendar's record, and nothing else. A full sync is likely long, so the record
//! says from its start that it is in progress, and no other worker starts the
//! same. From the second page on the record says how far a sync has come, so that
//! it can be resumed at that page.

use callsheet_domain::{CalendarRecord, CompletedSync, ListedIds, Timestamp, plus};
use jiff::SignedDuration;

use crate::decision_writer::{DecisionWriter, SyncContext};
use crate::event_pages::{EventList, EventPage, EventPages, HOLD, ListPosition, PageHandler};
use crate::ports::{Clock as _, EventQuery};
use crate::sync::own_addresses::OwnAddresses;
use crate::sync::stored_progress::StoredProgress;
use crate::sync::unlisted::UnlistedEvents;
use crate::sync::unreadable_again::UnreadableAgain;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CalendarContext, CallTerms, Priority};

/// How far back Recall keeps events up to date.
const KEPT_UP_TO_DATE: SignedDuration = SignedDuration::from_hours(24);

/// How long a live sync may search for events that were not listed.
const LIVE_SEARCH: SignedDuration = SignedDuration::from_secs(2);

/// Syncs one calendar at a time.
pub struct CalendarSync<'a, P: SyncPorts> {
    /// Storage of calendars.
    pub state: &'a P::State,
    /// Recall's list of events.
    pub pages: &'a EventPages<'a, P>,
    /// Writes the decisions.
    pub writer: &'a DecisionWriter<'a, P::Decisions, P::State, P::Clock>,
}

impl<P: SyncPorts> CalendarSync<'_, P> {
    /// Syncs what changed in a calendar since `since`, or everything. The permit
    /// for the first page is acquired by the caller.
    ///
    /// # Errors
    /// If the sync is not completed. It may then be resumed.
    pub async fn start(
        &self,
        calendar: CalendarContext,
        since: Option<Timestamp>,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<SyncCounts, SyncError> {
        let now = self.writer.clock.now();
        let mark = mark(&calendar, since, policy, now);
        let list = EventList::new(query(&calendar.record, &mark));
        let mut pages = self.pages(calendar, mark, policy);
        if since.is_none() {
            pages.listed = Some(ListedIds::default());
            pages.save(ListPosition::start(now)).await?;
        }
        self.run(list, pages, terms).await
    }

    /// Resumes a sync of a calendar at the page where it stopped.
    ///
    /// # Errors
    /// If the sync is not completed, or another worker resumed it.
    pub async fn resume(
        &self,
        calendar: CalendarContext,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<SyncCounts, SyncError> {
        let in_progress = calendar.record.in_progress.clone();
        let in_progress = in_progress.ok_or(SyncError::AlreadyRunning)?;
        let list = EventList::resumed(query(&calendar.record, &in_progress.mark), &in_progress);
        let listed = calendar.record.listed_so_far.clone();
        let mut pages = self.pages(calendar, in_progress.mark, policy);
        pages.listed = listed;
        let held_until = plus(self.writer.clock.now(), HOLD);
        pages.save(list.position(held_until)).await?;
        self.run(list, pages, terms).await
    }

    /// Reads and writes the pages of a sync that is saved as in progress, or need
    /// not be.
    async fn run(
        &self,
        list: EventList,
        mut pages: Pages<'_, P>,
        terms: CallTerms,
    ) -> Result<SyncCounts, SyncError> {
        let (mut list, mut counts) = (list, SyncCounts::default());
        let read = self
            .pages
            .for_each(&mut list, &mut pages, &mut counts, terms);
        if let Err(error) = read.await {
            let now = self.writer.clock.now();
            let progress = &mut pages.progress;
            let left = (&list, pages.listed.as_ref());
            progress.release(self.state, left, &error, now).await;
            return Err(error);
        }
        let Pages {
            context,
            listed,
            progress,
            ..
        } = pages;
        let tried = progress.tried();
        progress.complete(self.state).await?;
        if let Some(tried) = tried {
            let again = UnreadableAgain {
                state: self.state,
                pages: self.pages,
                writer: self.writer,
            };
            again.read(&context, &tried, &mut counts, terms).await;
        }
        if let Some(listed) = listed {
            let synced = (&context, &listed);
            self.read_unlisted(synced, &mut counts, terms).await;
        }
        Ok(counts)
    }

    /// Reads the events that a completed full sync did not list. What cannot be read now is
    /// left to the next one. A live sync gives up soon, since other requests wait for its
    /// worker.
    async fn read_unlisted(
        &self,
        (context, listed): (&SyncContext, &ListedIds),
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) {
        let latest = match terms.priority {
            Priority::Live => plus(self.writer.clock.now(), LIVE_SEARCH).min(terms.latest),
            Priority::Background | Priority::Operator => terms.latest,
        };
        let terms = CallTerms {
            priority: Priority::Background,
            latest,
        };
        let unlisted = UnlistedEvents {
            pages: self.pages,
            writer: self.writer,
        };
        for (calendar, loaded) in &context.calendars {
            let synced = (context, &loaded.record);
            if let Err(error) = unlisted.read(synced, listed, counts, terms).await {
                tracing::info!(
                    %calendar,
                    %error,
                    "events of calendar {calendar} that were not listed are left to the next full \
                     sync: {error}"
                );
            }
        }
    }

    fn pages(
        &self,
        calendar: CalendarContext,
        mark: CompletedSync,
        policy: &ActivePolicy,
    ) -> Pages<'_, P> {
        Pages {
            state: self.state,
            writer: self.writer,
            listed: None,
            progress: StoredProgress::new(calendar.record.clone(), mark),
            context: SyncContext::of_calendar(calendar, policy),
        }
    }
}

/// A sync that starts at `now`, with the inputs of its verdicts.
fn mark(
    calendar: &CalendarContext,
    since: Option<Timestamp>,
    policy: &ActivePolicy,
    now: Timestamp,
) -> CompletedSync {
    let overrides = &calendar.overrides;
    let paused_until = overrides.pause.as_ref().map(|pause| pause.until);
    CompletedSync {
        began_at: now,
        since,
        full_sync_at: since.is_none().then_some(now),
        policy: policy.revision,
        overrides: overrides.revision,
        holds_until: paused_until.filter(|until| *until > now),
    }
}

fn query(record: &CalendarRecord, mark: &CompletedSync) -> EventQuery {
    let starts_from = plus(mark.began_at, -KEPT_UP_TO_DATE);
    EventQuery {
        calendar_id: Some(record.calendar.id.clone()),
        updated_since: mark.since,
        starts_from: mark.since.is_none().then_some(starts_from),
        starts_until: None,
    }
}

/// Writes the pages of one calendar, and saves how far the sync has come.
struct Pages<'a, P: SyncPorts> {
    state: &'a P::State,
    writer: &'a DecisionWriter<'a, P::Decisions, P::State, P::Clock>,
    context: SyncContext,
    progress: StoredProgress,
    /// The events of all pages from the first one on, if this is a full sync; none if those
    /// of the pages before it was resumed are not known.
    listed: Option<ListedIds>,
}

impl<P: SyncPorts> PageHandler for Pages<'_, P> {
    async fn handle(&mut self, page: EventPage, counts: &mut SyncCounts) -> Result<(), SyncError> {
        self.progress.note(&page);
        if let Some(listed) = &mut self.listed {
            page.ids().for_each(|id| listed.add(id));
        }
        let own_addresses = OwnAddresses {
            state: self.state,
            clock: self.writer.clock,
        };
        let calendar = self.progress.calendar();
        let learnt = own_addresses.learn((&mut self.context, calendar), &page.events);
        learnt.await?;
        self.writer.write_page(&self.context, page, counts).await
    }

    async fn save(&mut self, position: ListPosition) -> Result<(), SyncError> {
        self.progress.save(self.state, position).await
    }
}
