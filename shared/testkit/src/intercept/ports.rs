//! Delegation of every port, written once.

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{
    Access, ActionLog, ActionPage, ActionPlace, Activity, ActivityLog, ActorRows, AgendaIndex,
    AgendaPage, BotReader, BotReply, Bots, CalendarCreation, CalendarDirectory, CalendarEvents,
    CalendarPages, CalendarRemoval, Calendars, CopiesPage, Creation, DayEntries, DayPage,
    DayPosition, DayTotals, DeadLetter, DeadLetters, DecisionOverview, DecisionRows, Decisions,
    Denial, DueHead, DueQuery, DueRows, DueStart, DueWork, EventBus, EventQuery, First, FirstRows,
    Forgetting, Held, KeptCoverage, LeaseResult, Leases, LeaveReply, ListedCalendar, MeasuredQueue,
    MeetingDays, MeetingOverrides, NewCalendar, NewPolicy, OverrideStore, PageOfCalendars,
    PageOfEvents, PermitResult, PlacedEntry, Policies, PolicyWrite, PutResult, Queue, QueueDepth,
    RateLimitUse, RateLimits, Receipt, RecordPage, Released, Removed, ScheduleRequest, Spending,
    StartEntry, StoredPolicy, SyncStates, Throttling, UnreadableRecord, Versioned, WriteOutcome,
};
use callsheet_domain::{
    Account, Actor, BotEntry, BotId, BotStatus, BusEvent, Calendar, CalendarId,
    CalendarListProgress, CalendarOwner, CalendarRecord, CountedBot, Decision, DecisionKey,
    DeduplicationKey, EventId, IcalUid, LinkComparison, ListedIds, LoggedAction, MeetingName,
    MeetingOverride, NewCalendarList, Operation, OverrideChoice, OverrideRevision, OverrideScope,
    Overrides, PageCursor, PermitUse, PolicyRevision, RateLimit, Spent, SyncJob, Timestamp,
    WindowedSyncState, WorkspaceSyncState,
};

use jiff::civil::Date;

use super::{CallName, Intercepted, Interceptor};

/// Implements ports for [`Intercepted`]: each method hands its call to the interceptor.
macro_rules! intercepted {
    ($($port:ident {
        $($method:ident($($argument:ident: $type:ty),* $(,)?) -> $output:ty;)+
    })+) => {$(
        impl<P: $port, I: Interceptor> $port for Intercepted<P, I> {$(
            async fn $method(&self $(, $argument: $type)*) -> Result<$output, PortError> {
                let call = CallName {
                    port: stringify!($port),
                    method: stringify!($method),
                };
                let effect = self.port.$method($($argument),*);
                self.interceptor.around(call, effect).await
            }
        )+}
    )+};
}

intercepted! {
    Decisions {
        decisions(keys: &[DecisionKey]) -> DecisionRows;
        copies_at(meeting: &IcalUid, starts_at: Timestamp) -> DecisionRows;
        copies_page(meeting: &IcalUid, after: Option<&EventId>) -> CopiesPage;
        of_event(event: &EventId) -> DecisionRows;
        wanting(key: &DeduplicationKey, most: usize) -> FirstRows;
        keys_wanting(key: &DeduplicationKey) -> Vec<DecisionKey>;
        keys_holding(bot: &BotId, most: usize) -> Vec<DecisionKey>;
        silent(since: Timestamp, most: usize) -> Vec<DecisionKey>;
        to_check(now: Timestamp, most: usize) -> Vec<DecisionKey>;
        write(decision: &Decision) -> WriteOutcome;
        discard(key: &DecisionKey) -> bool;
        due(query: &DueQuery) -> DueRows;
        of_calendar(calendar: &CalendarId, after: Timestamp) -> Vec<DecisionKey>;
        starting(
            calendar: &CalendarId,
            from: Timestamp,
            until: Timestamp,
        ) -> Vec<StartEntry>;
        unlisted(from: Timestamp, until: Timestamp, listed: &ListedIds) -> Vec<StartEntry>;
        next_start(calendar: &CalendarId, from: Timestamp) -> Option<Timestamp>;
    }

    AgendaIndex {
        agenda_page(calendar: &CalendarId, span: (Timestamp, Timestamp), after: Option<&StartEntry>, most: usize) -> AgendaPage;
        agenda_from(calendar: &CalendarId, after: Timestamp) -> Vec<PlacedEntry>;
    }

    DecisionOverview {
        starting_between(from: Timestamp, until: Timestamp) -> DayEntries;
        first_due(most: usize) -> First<DueStart>;
        abandoned(from: Timestamp, most: usize) -> First<DecisionKey>;
    }

    MeetingDays {
        page_of_day(day: Date, after: Option<&DayPosition>, most: usize) -> DayPage;
    }

    KeptCoverage {
        keep_day(day: Date, totals: &DayTotals) -> ();
        kept_days(from: Date, until: Date) -> BTreeMap<Date, DayTotals>;
    }

    Spending {
        counted_bot(bot: &DeduplicationKey) -> Versioned<Option<CountedBot>>;
        spent(accounts: &[Account]) -> BTreeMap<Account, Versioned<Spent>>;
        write_spending(
            bot: &DeduplicationKey,
            counted: &Versioned<CountedBot>,
            spent: &BTreeMap<Account, Versioned<Spent>>,
        ) -> WriteOutcome;
    }

    CalendarPages {
        records_after(after: Option<&CalendarId>, most: usize) -> RecordPage;
    }

    Calendars {
        record(id: &CalendarId) -> Option<CalendarRecord>;
        write_record(record: &CalendarRecord) -> WriteOutcome;
        write_disconnection(record: &CalendarRecord) -> WriteOutcome;
        listed() -> Vec<ListedCalendar>;
        of_owner(owner: &CalendarOwner) -> Vec<ListedCalendar>;
        due(now: Timestamp, most: usize) -> DueWork;
        note_applied_by_all(head: &DueHead) -> ();
        untried(most: usize) -> Vec<CalendarRecord>;
        unreadable() -> Vec<UnreadableRecord>;
        expire(id: &CalendarId, at: Timestamp) -> ();
    }

    SyncStates {
        workspace() -> WorkspaceSyncState;
        write_workspace_state(state: &WorkspaceSyncState) -> WriteOutcome;
        windowed_sync_state() -> WindowedSyncState;
        write_windowed_sync_state(state: &WindowedSyncState) -> WriteOutcome;
        calendar_list() -> CalendarListProgress;
        write_calendar_list(progress: &CalendarListProgress) -> WriteOutcome;
        new_calendar_list() -> NewCalendarList;
        write_new_calendar_list(list: &NewCalendarList) -> WriteOutcome;
    }

    OverrideStore {
        overrides(owner: &CalendarOwner) -> Overrides;
        meeting_overrides(meetings: &[MeetingName]) -> MeetingOverrides;
        write_meeting_override(
            meeting: &MeetingName,
            chosen: &MeetingOverride,
            action: Option<&LoggedAction>,
            kept_until: Timestamp,
        ) -> WriteOutcome;
        set_override(
            owner: &CalendarOwner,
            scope: &OverrideScope,
            choice: OverrideChoice,
            by: &Actor,
            now: Timestamp,
        ) -> OverrideRevision;
        pause(
            owner: &CalendarOwner,
            until: Timestamp,
            by: &Actor,
            now: Timestamp,
        ) -> OverrideRevision;
        set_event_override(
            owner: &CalendarOwner,
            scope: &OverrideScope,
            events: &[(CalendarId, EventId)],
            choice: OverrideChoice,
            by: &Actor,
            now: Timestamp,
        ) -> OverrideRevision;
        note_applied(owner: &CalendarOwner, event: &EventId, revision: OverrideRevision) -> ();
        person(owner: &CalendarOwner) -> CalendarOwner;
        join_names(one: &CalendarOwner, other: &CalendarOwner, now: Timestamp) -> ();
        carry_overrides(from: &CalendarOwner, to: &CalendarOwner) -> ();
        expire_override(owner: &CalendarOwner, scope: &OverrideScope, at: Timestamp) -> ();
        expire_overrides(owner: &CalendarOwner, at: Timestamp) -> ();
        keep_overrides(owner: &CalendarOwner) -> ();
    }

    Policies {
        active_revision() -> PolicyRevision;
        is_head_missing() -> bool;
        policy(revision: PolicyRevision) -> Option<StoredPolicy>;
        push(policy: &NewPolicy, over: PolicyRevision) -> PolicyWrite;
        history(before: Option<PolicyRevision>, most: usize) -> Vec<StoredPolicy>;
        built_in_links() -> Option<LinkComparison>;
        decide_built_in_links(links: LinkComparison) -> LinkComparison;
    }

    RateLimits {
        acquire(
            operation: Operation,
            rate_limit: RateLimit,
            count: u32,
            now: Timestamp,
            latest: Timestamp,
        ) -> PermitResult;
        block_until(operation: Operation, until: Timestamp) -> ();
    }

    RateLimitUse {
        permit_use() -> Vec<(Operation, PermitUse)>;
    }

    Throttling {
        blocked_until(operation: Operation) -> Option<Timestamp>;
    }

    Access {
        denial() -> Option<Denial>;
        deny(denial: &Denial) -> ();
        claim_probe(now: Timestamp, next_probe_at: Timestamp) -> bool;
        return_probe(now: Timestamp, claimed_until: Timestamp) -> ();
        admit() -> ();
    }

    ActionLog {
        actions_in(
            calendar: &CalendarId,
            owner: &CalendarOwner,
            before: Option<&ActionPlace>,
            most: usize,
        ) -> ActionPage;
        actions_for(
            meeting: &MeetingName,
            before: Option<&ActionPlace>,
            most: usize,
        ) -> ActionPage;
        all_actions(before: Option<&ActionPlace>, most: usize) -> ActionPage;
    }

    ActivityLog {
        activity() -> Activity;
        note_activity(activity: &Activity) -> ();
    }

    Forgetting {
        rows_by(actor: &str) -> ActorRows;
        forget_actor(actor: &str) -> ActorRows;
        calendar_rows(calendar: &CalendarId) -> u64;
        forget_calendar(calendar: &CalendarId) -> u64;
        owner_rows(owner: &CalendarOwner) -> u64;
        forget_owner(owner: &CalendarOwner) -> u64;
    }

    Leases {
        take(now: Timestamp, until: Timestamp) -> LeaseResult;
        extend(held: Held, until: Timestamp) -> Option<Held>;
        release(held: Held) -> Released;
    }

    Queue {
        send(job: &SyncJob) -> ();
        send_later(job: &SyncJob, wait: Duration) -> ();
        postpone(receipt: &Receipt, wait: Duration) -> ();
    }

    MeasuredQueue {
        depth() -> QueueDepth;
    }

    DeadLetters {
        count() -> u64;
        take(most: usize) -> Vec<DeadLetter>;
        put_back(receipt: &Receipt) -> ();
        remove(receipt: &Receipt) -> ();
    }

    EventBus {
        put(events: &[BusEvent]) -> Vec<PutResult>;
    }

    CalendarEvents {
        calendar(id: &CalendarId) -> Option<Calendar>;
        event(id: &EventId) -> PageOfEvents;
        page(query: &EventQuery, cursor: Option<&PageCursor>) -> PageOfEvents;
    }

    BotReader {
        statuses_of(bot_id: &BotId) -> Option<Vec<BotStatus>>;
    }

    CalendarDirectory {
        calendars(
            created_since: Option<Timestamp>,
            cursor: Option<&PageCursor>,
        ) -> PageOfCalendars;
    }

    CalendarCreation {
        create_calendar(new: &NewCalendar) -> Creation;
    }

    CalendarRemoval {
        delete_calendar(id: &CalendarId) -> Removed;
    }

    Bots {
        schedule(request: &ScheduleRequest<'_>) -> BotReply;
        unschedule(event_id: &EventId) -> BotReply;
        bots_of(event_id: &EventId) -> Option<Vec<BotEntry>>;
        leave_call(bot_id: &BotId) -> LeaveReply;
    }
}
