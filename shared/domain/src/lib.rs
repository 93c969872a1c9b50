//! The domain of Callsheet: events, policies, decisions and sync plans. It is pure: no clock,
//! no network, no SDK.
//!
//! The modules follow the way of a change, and each uses only those before it:
//!
//! | module | subject |
//! |---|---|
//! | `id`, `revision`, `time`, `zone`, `email`, `actor`, `rate`, `bot` | basic types |
//! | `outcome` | what became of a bot: an [`Outcome`] by its [`BotStatus`]es |
//! | `event` | a [`CalendarEvent`] in its [`Calendar`], and the [`Facts`] of its payload |
//! | `meeting_link` | what names a meeting in its link |
//! | `fact`, `verdict` | the [`Fact`]s that rules ask for; a [`Verdict`] with its [`Reason`] |
//! | `spending` | the bots of a day and a month, counted under [`SpendingCaps`] |
//! | `policy` | a [`PolicyDocument`] and the [`Policy`] compiled from it |
//! | `override_choice`, `override_scope`, `meeting_name`, `meeting_override`, `overrides` | what people set by hand: [`Overrides`], [`MeetingOverride`] and [`Pause`] |
//! | `decision` | [`decide()`], [`plan()`], the stored [`Decision`], and the results of its calls |
//! | `meeting_coverage` | what came of the meetings that were to be recorded: [`MeetingTotals`] |
//! | `sync_plan` | a [`SyncRequest`] says what to sync, and [`plan_syncs`] which syncs to make |
//! | `bus_event` | what other systems are told: the [`BusEvent`]s of one write of a row |
//!
//! Inside the crate, imports name the module (`use crate::decision::Decision`); the flat
//! names below are for other crates.

mod actor;
mod bot;
mod bot_config;
mod bus_event;
mod decision;
mod email;
mod event;
mod fact;
mod id;
mod logged_action;
mod meeting_coverage;
mod meeting_link;
mod meeting_name;
mod meeting_override;
mod outcome;
mod override_choice;
mod override_scope;
mod overrides;
mod policy;
mod rate;
mod retry_key;
mod revision;
mod short_hash;
mod spelling;
mod spending;
mod sync_plan;
mod time;
mod verdict;
mod zone;

pub use actor::{Actor, InvalidActor};
pub use bot::{AppliedBot, BotEntry, LinkDigest, WantedBot};
pub use bot_config::{BotConfig, ConfigDigest, InvalidBotConfig};
pub use bus_event::{
    BusBot, BusContent, BusEvent, BusEventId, BusEventKind, BusMeeting, BusVerdict,
    calendar_events, decision_events, policy_events,
};
pub use decision::{
    Abandonment, Applied, Attempts, Call, CallAttempt, CallRecord, CallResult, Cause, Decision,
    DecisionInputs, DriftKind, Evaluation, History, LeftBot, Offer, OwnerCheck, PastVerdict,
    PastVerdicts, Plan, RecordedResult, RefusedBot, RevisedCopies, RowChange, Sending, SentConfig,
    Step, Unchecked, Wanted, apply_result, check_owner, decide, drift, over_cap, owned_config,
    owner_to_confirm, owner_to_move_back, owners_configs, plan, repair, repaired, retire,
    retry_copies, revise, revise_copies, send_bot, share_ended, skip_at_once, skip_meeting_at_once,
    spending_claim, unchecked,
};
pub use email::{Domain, Email, InvalidDomain, InvalidEmail};
pub use event::{
    Attendee, Attendees, Calendar, CalendarEvent, CalendarMetadata, CalendarOwner, CalendarStatus,
    DisconnectReason, EventType, Facts, LONGEST_ATTENDEE_LIST, Meeting, Platform, ResponseStatus,
    ShowsAs, StatusName, UnknownPlatform, Visibility, WholeDays, is_payload_field,
};
pub use fact::{Fact, FactSource, FactType, FactValue, FactValues, Person};
pub use id::{
    BotId, CalendarId, DecisionKey, DeduplicationKey, EventId, IcalUid, InvalidId, PlatformEventId,
    SeriesId,
};
pub use jiff::Timestamp;
pub use logged_action::{LoggedAction, LoggedActionKind, MeetingAction, MeetingWish};
pub use meeting_coverage::{
    CountedBy, Group, GroupedTotals, JoinDelays, Loss, MeetingCopy, MeetingCounter, MeetingPicker,
    MeetingResult, MeetingTotals, ResultTotals,
};
pub use meeting_name::MeetingName;
pub use meeting_override::{MeetingChoice, MeetingOverride, TooManyChoices};
pub use outcome::{
    Alert, AlertKind, Alerts, BotLife, BotReads, BotStatus, BotStatusReport, EarlierOutcomes,
    Outcome, OutcomeClass, Phase,
};
pub use override_choice::{OverrideChoice, UnknownChoice};
pub use override_scope::OverrideScope;
pub use overrides::{ApplicableOverrides, Override, Overrides, Pause, PauseEnd, UnappliedOverride};
pub use policy::{
    BotTemplate, DayOfWeek, Deduplication, DeduplicationScheme, DeniedDomains,
    DeniedDomainsDocument, EvaluationFailure, Expression, ExpressionProblem, HoursDocument,
    InvalidPolicy, LinkComparison, NamedPolicyDocument, NearMiss, Notation, OwnDomains, Policy,
    PolicyDocument, PolicyProblem, RetriedOutcome, Retries, RetryDocument, RuleDocument, RulePart,
    RuleTrace, Shorthands, Situation, SpendingDocument, Then, TracedRule, When,
};
pub use rate::{NextFree, Operation, PermitUse, Permits, RateLimit};
pub use revision::{
    CalendarRevision, Generation, MeetingRevision, OverrideRevision, PolicyRevision, Version,
};
pub use spending::{
    Account, CapReached, CountedBot, Limits, Most, Period, SpendingCaps, SpendingChange,
    SpendingClaim, Spent, Uncounted, count, uncount,
};
pub use sync_plan::{
    AllCalendarsRead, CalendarListProgress, CalendarRecord, CatchUp, CompletedSync,
    CompletedWindows, Coverage, DUE_AT_ONCE, DistantChanges, EventReadings, EventRequest,
    LISTED_AHEAD, LatestSync, ListedIds, ListedStarts, ListingOptions, NewCalendar,
    NewCalendarList, PageCursor, PartOfCalendars, PendingCalendar, PlannedSync,
    RequestedDisconnection, RequestedSync, Retired, Revisit, Revisits, Scope, SyncInProgress,
    SyncJob, SyncPlan, SyncReason, SyncRequest, UnreadableEvent, UnreadableEvents, Window,
    WindowedEvents, WindowedSync, WindowedSyncState, WorkspaceCoverage, WorkspaceSyncState,
    is_full_sync_outdated, listed_whole_since, most_full_syncs, needs_full_sync, plan_syncs,
    unanswered,
};
pub use time::{plus, whole_microseconds};
pub use verdict::{Reason, RuleName, TestedRules, Verdict};
pub use zone::{TimeZoneName, UnknownTimeZone};
