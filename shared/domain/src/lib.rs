//! What Callsheet knows and decides, without clock, network or SDK.
//!
//! The way of a change through this crate: a [`SyncRequest`] says where to look, a
//! [`CalendarEvent`] is what was seen there, [`decide()`] gives a [`Verdict`] on
//! it, [`plan()`] turns that into what is [`Wanted`], [`revise()`] folds it into
//! the stored [`Decision`], and [`apply_result()`] folds in what the service answered.

mod actor;
mod bot;
mod decision;
mod email;
mod event;
mod fact;
mod id;
mod overrides;
mod policy;
mod rate;
mod revision;
mod sync_plan;
mod time;
mod verdict;
mod zone;

pub use actor::{Actor, InvalidActor};
pub use bot::{AppliedBot, BotConfig, BotEntry, ConfigDigest, InvalidBotConfig, WantedBot};
pub use decision::{
    Abandonment, Applied, Attempts, Call, CallAttempt, CallRecord, CallResult, Cause, Decision,
    DecisionInputs, DriftKind, Evaluation, History, Offer, Plan, RecordedResult, RevisedCopies,
    RowChange, Step, Unchecked, Wanted, apply_result, decide, drift, plan, repair, repaired,
    retire, retire_copies, revise, revise_copies, unchecked,
};
pub use email::{Domain, Email, InvalidDomain, InvalidEmail};
pub use event::{
    Attendee, Attendees, Calendar, CalendarEvent, CalendarStatus, EventType, Facts, Meeting,
    Platform, ResponseStatus, ShowsAs, UnknownPlatform, Visibility,
};
pub use fact::{Fact, FactSource, FactType, FactValue, FactValues, Person};
pub use id::{
    BotId, CalendarId, DecisionKey, DeduplicationKey, EventId, IcalUid, InvalidId, PlatformEventId,
    SeriesId,
};
pub use jiff::Timestamp;
pub use overrides::{
    ApplicableOverrides, Override, OverrideChoice, OverrideScope, Overrides, Pause, UnknownChoice,
};
pub use policy::{
    BotTemplate, DayOfWeek, DeduplicationScheme, EvaluationFailure, Expression, ExpressionProblem,
    HoursDocument, InvalidPolicy, NamedPolicyDocument, Policy, PolicyDocument, PolicyProblem,
    RuleDocument, Shorthands, Situation, Then, When,
};
pub use rate::{NextFree, Operation, Permits, RateLimit};
pub use revision::{CalendarRevision, Generation, OverrideRevision, PolicyRevision, Version};
pub use sync_plan::{
    CalendarRecord, CatchUp, CompletedSync, Coverage, LatestSync, ListingOptions, PageCursor,
    PendingCalendar, PlannedSync, RequestedSync, Scope, SyncInProgress, SyncJob, SyncPlan,
    SyncReason, SyncRequest, WorkspaceCoverage, WorkspaceSyncState, is_full_sync_outdated,
    needs_full_sync, plan_syncs,
};
pub use time::{plus, whole_microseconds};
pub use verdict::{Reason, RuleName, Verdict};
pub use zone::{TimeZoneName, UnknownTimeZone};
