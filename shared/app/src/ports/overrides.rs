//! Storage of overrides and pauses.

use std::collections::HashMap;
use std::future::Future;

use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, EventId, LoggedAction, MeetingName, MeetingOverride,
    OverrideChoice, OverrideRevision, OverrideScope, Overrides, Timestamp,
};

use super::decisions::WriteOutcome;
use crate::PortError;

/// What people chose for whole meetings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingOverrides {
    /// Of the meetings for which somebody chose anything.
    pub known: HashMap<MeetingName, MeetingOverride>,
    /// The problems of those whose row cannot be read.
    pub unreadable: HashMap<MeetingName, String>,
}

/// Storage of overrides and pauses, by the owner of calendars. They take effect when a
/// calendar of the owner is synced. Each that is set is [logged](super::ActionLog) under its
/// revision, both or none.
///
/// Two names of one owner may be joined, by two addresses of a person: from then on each of
/// them means the same person, in every function.
pub trait OverrideStore: Send + Sync {
    /// The person whom `owner` names: the first of the names that were joined with it.
    fn person(
        &self,
        owner: &CalendarOwner,
    ) -> impl Future<Output = Result<CalendarOwner, PortError>> + Send;

    /// Has two names mean one person at `now`, with the overrides and the pause of both. Of
    /// two for one scope the one that was set last holds. If anything was said, the person
    /// gets a revision that is later than all those of both names. Doing it twice changes
    /// nothing.
    fn join_names(
        &self,
        one: &CalendarOwner,
        other: &CalendarOwner,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The overrides and the pause of an owner.
    fn overrides(
        &self,
        owner: &CalendarOwner,
    ) -> impl Future<Output = Result<Overrides, PortError>> + Send;

    /// What people chose for these meetings, as the latest writes left it: a read of one key for
    /// each, many at once. It belongs to no owner.
    fn meeting_overrides(
        &self,
        meetings: &[MeetingName],
    ) -> impl Future<Output = Result<MeetingOverrides, PortError>> + Send;

    /// Writes what people chose for a meeting if the stored version is still that of `chosen`
    /// ([`Version::NEW`](callsheet_domain::Version::NEW): if there is none), and raises the
    /// version by one. With it the `action` is [logged](super::ActionLog) by which it differs from
    /// what was stored, both or none: for the meeting, and in the calendar where it was done. They
    /// are deleted after `kept_until`.
    fn write_meeting_override(
        &self,
        meeting: &MeetingName,
        chosen: &MeetingOverride,
        action: Option<&LoggedAction>,
        kept_until: Timestamp,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// Sets the override of a scope at `now`, in place of an earlier one; gives the owner's
    /// new revision. It is stored under the name that the scope has
    /// [before splits](OverrideScope::before_splits).
    fn set_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;

    /// The same for the override of one event, which is `events` in the owner's calendars. They
    /// are unapplied until [`Self::note_applied`] says otherwise. If more than twenty are, the
    /// owner's calendars need a full sync instead.
    fn set_event_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        events: &[(CalendarId, EventId)],
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;

    /// Notes that the decision about an event was made with the overrides up to `revision`.
    fn note_applied(
        &self,
        owner: &CalendarOwner,
        event: &EventId,
        revision: OverrideRevision,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Pauses the owner's calendars at `now` until an instant, in place of an earlier pause;
    /// an instant that is past resumes them. Gives the owner's new revision.
    fn pause(
        &self,
        owner: &CalendarOwner,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;

    /// Has the overrides and the pause of `from` hold for `to` as well, since a calendar of
    /// the one is now known to be the other's. Of two for one scope the one that was set
    /// last holds. Each gets a revision that is later than all those of both owners.
    fn carry_overrides(
        &self,
        from: &CalendarOwner,
        to: &CalendarOwner,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Has an override deleted after `at`, unless it is set again.
    fn expire_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Has all overrides, the pause and the log of an owner deleted after `at`, since no calendar
    /// of the owner is left.
    fn expire_overrides(
        &self,
        owner: &CalendarOwner,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Keeps the overrides, the pause and the log that were to be deleted, each override of an
    /// event until its own time.
    fn keep_overrides(
        &self,
        owner: &CalendarOwner,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
