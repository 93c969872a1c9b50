//! What Callsheet knows and decides, without clock, network or SDK.
//!
//! The way of a change through this crate: a [`SyncRequest`] says where to look, a
//! [`CalendarEvent`] is what was seen there, [`decide()`] gives a [`Verdict`] on
//! it, [`plan()`] turns that into what is [`Wanted`], [`revise()`] folds it into
//! the stored [`Decision`], and [`apply_result()`] folds in what the service answered.

mod actor;
mod apply_result;
mod bot;
mod calendar;
mod copies;
mod decide;
mod decision;
mod drift;
mod email;
mod event;
mod facts;
mod history;
mod id;
mod overrides;
mod plan;
mod policy;
mod rate;
mod revise;
mod shared_bot;
mod sync_plan;
mod sync_request;
mod time;
mod verdict;
mod zone;

pub use actor::{Actor, InvalidActor};
pub use apply_result::{Call, CallAttempt, CallResult, apply_result};
pub use bot::{AppliedBot, BotConfig, ConfigDigest, InvalidBotConfig, WantedBot};
pub use calendar::{Calendar, CalendarRecord, CalendarRevision, CalendarStatus};
pub use copies::{Evaluation, RevisedCopies, retire_copies, revise_copies};
pub use decide::decide;
pub use decision::{
    Abandonment, Applied, Attempts, Decision, DecisionInputs, DecisionKey, Generation, Step,
    Version, Wanted,
};
pub use drift::{DriftKind, Unchecked, drift, repair, repaired, unchecked};
pub use email::{Domain, Email, InvalidDomain, InvalidEmail};
pub use event::{BotEntry, CalendarEvent, Meeting, Platform, UnknownPlatform};
pub use facts::{Attendee, Attendees, EventType, Facts, ResponseStatus, ShowsAs, Visibility};
pub use history::{CallRecord, Cause, History, RecordedResult};
pub use id::{
    BotId, CalendarId, DeduplicationKey, EventId, IcalUid, InvalidId, PlatformEventId, SeriesId,
};
pub use jiff::Timestamp;
pub use overrides::{
    ApplicableOverrides, Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides,
    Pause, UnknownChoice,
};
pub use plan::{Offer, Plan, plan};
pub use policy::{
    BotTemplate, DayOfWeek, DeduplicationScheme, EvaluationFailure, Expression, ExpressionProblem,
    Fact, FactSource, FactType, FactValue, FactValues, HoursDocument, InvalidPolicy,
    NamedPolicyDocument, Person, Policy, PolicyDocument, PolicyProblem, PolicyRevision,
    RuleDocument, Shorthands, Situation, Then, When,
};
pub use rate::{NextFree, Operation, Permits, RateLimit};
pub use revise::{Judgement, RowChange, retire, revise};
pub use sync_plan::{
    CatchUp, CompletedSync, Coverage, LatestSync, ListingOptions, PageCursor, PendingCalendar,
    PlannedSync, RequestedSync, Scope, SyncInProgress, SyncPlan, WorkspaceCoverage,
    WorkspaceSyncState, is_full_sync_outdated, needs_full_sync, plan_syncs,
};
pub use sync_request::{SyncJob, SyncReason, SyncRequest};
pub use time::{plus, whole_microseconds};
pub use verdict::{Reason, RuleName, Verdict};
pub use zone::{TimeZoneName, UnknownTimeZone};
