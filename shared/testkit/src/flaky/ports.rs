//! Every port, passed on to the one that works.

use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{
    BotReply, Bots, CalendarDirectory, CalendarEvents, CalendarRemoval, Calendars, DeadLetter,
    DeadLetters, Decisions, DueRows, EventQuery, Held, LeaseResult, Leases, LeaveReply,
    ListedCalendar, NewPolicy, OverrideStore, PageOfCalendars, PageOfEvents, PermitResult,
    Policies, PolicyWrite, Queue, RateLimits, Receipt, Released, Removed, ScheduleRequest,
    StoredPolicy, SyncStates, WriteOutcome,
};
use callsheet_domain::{
    Actor, BotEntry, BotId, Calendar, CalendarId, CalendarRecord, Decision, DecisionKey, EventId,
    IcalUid, Operation, OverrideChoice, OverrideRevision, OverrideScope, Overrides, PageCursor,
    PolicyRevision, RateLimit, SyncJob, Timestamp, WorkspaceSyncState,
};

use super::Flaky;

impl<P: Decisions> Decisions for Flaky<P> {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<Vec<Decision>, PortError> {
        self.call(self.port.decisions(keys)).await
    }

    async fn copies(&self, meetings: &[IcalUid]) -> Result<Vec<Decision>, PortError> {
        self.call(self.port.copies(meetings)).await
    }

    async fn of_event(&self, event: &EventId) -> Result<Option<Decision>, PortError> {
        self.call(self.port.of_event(event)).await
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        self.call(self.port.write(decision)).await
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueRows, PortError> {
        self.call(self.port.due(now, most)).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        self.call(self.port.of_calendar(calendar, after)).await
    }
}

impl<P: Calendars> Calendars for Flaky<P> {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        self.call(self.port.record(id)).await
    }

    async fn write_record(&self, record: &CalendarRecord) -> Result<WriteOutcome, PortError> {
        self.call(self.port.write_record(record)).await
    }

    async fn listed(&self) -> Result<Vec<ListedCalendar>, PortError> {
        self.call(self.port.listed()).await
    }
}

impl<P: SyncStates> SyncStates for Flaky<P> {
    async fn workspace(&self) -> Result<WorkspaceSyncState, PortError> {
        self.call(self.port.workspace()).await
    }

    async fn write_workspace_state(
        &self,
        mark: &WorkspaceSyncState,
    ) -> Result<WriteOutcome, PortError> {
        self.call(self.port.write_workspace_state(mark)).await
    }
}

impl<P: OverrideStore> OverrideStore for Flaky<P> {
    async fn overrides(&self, calendar: &CalendarId) -> Result<Overrides, PortError> {
        self.call(self.port.overrides(calendar)).await
    }

    async fn set_override(
        &self,
        calendar: &CalendarId,
        subject: &OverrideScope,
        word: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        self.call(self.port.set_override(calendar, subject, word, by, now))
            .await
    }

    async fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        self.call(self.port.pause(calendar, until, by, now)).await
    }
}

impl<P: Policies> Policies for Flaky<P> {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        self.call(self.port.active_revision()).await
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        self.call(self.port.policy(revision)).await
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        self.call(self.port.push(policy, over)).await
    }

    async fn history(&self, most: usize) -> Result<Vec<StoredPolicy>, PortError> {
        self.call(self.port.history(most)).await
    }
}

impl<P: RateLimits> RateLimits for Flaky<P> {
    async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> Result<PermitResult, PortError> {
        self.call(self.port.acquire(operation, rate_limit, count, now, latest))
            .await
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        self.call(self.port.block_until(operation, until)).await
    }
}

impl<P: Leases> Leases for Flaky<P> {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<LeaseResult, PortError> {
        self.call(self.port.take(now, until)).await
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        self.call(self.port.extend(held, until)).await
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        self.call(self.port.release(held)).await
    }
}

impl<P: Queue> Queue for Flaky<P> {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.call(self.port.send(job)).await
    }

    async fn send_later(&self, job: &SyncJob, wait: Duration) -> Result<(), PortError> {
        self.call(self.port.send_later(job, wait)).await
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        self.call(self.port.postpone(receipt, wait)).await
    }
}

impl<P: DeadLetters> DeadLetters for Flaky<P> {
    async fn count(&self) -> Result<u64, PortError> {
        self.call(self.port.count()).await
    }

    async fn take(&self, most: usize) -> Result<Vec<DeadLetter>, PortError> {
        self.call(self.port.take(most)).await
    }

    async fn put_back(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.call(self.port.put_back(receipt)).await
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.call(self.port.remove(receipt)).await
    }
}

impl<P: CalendarEvents> CalendarEvents for Flaky<P> {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        self.call(self.port.calendar(id)).await
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        self.call(self.port.page(query, cursor)).await
    }
}

impl<P: CalendarDirectory> CalendarDirectory for Flaky<P> {
    async fn calendars(&self, cursor: Option<&PageCursor>) -> Result<PageOfCalendars, PortError> {
        self.call(self.port.calendars(cursor)).await
    }
}

impl<P: CalendarRemoval> CalendarRemoval for Flaky<P> {
    async fn delete_calendar(&self, id: &CalendarId) -> Result<Removed, PortError> {
        self.call(self.port.delete_calendar(id)).await
    }
}

impl<P: Bots> Bots for Flaky<P> {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        self.call(self.port.schedule(request)).await
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        self.call(self.port.unschedule(event_id)).await
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        self.call(self.port.bots_of(event_id)).await
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        self.call(self.port.leave_call(bot_id)).await
    }
}
