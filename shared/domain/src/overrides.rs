//! Overrides and pauses: a person's explicit choices, which go before the policy.

use crate::revision::OverrideRevision;
use std::collections::HashMap;
use std::str::FromStr;

use crate::actor::Actor;
use crate::event::CalendarEvent;
use crate::id::{CalendarId, EventId, IcalUid, PlatformEventId, SeriesId};
use crate::override_scope::OverrideScope;
use jiff::Timestamp;

/// The choice of an override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverrideChoice {
    /// Record the meeting.
    Record,
    /// Do not record the meeting.
    Skip,
    /// Follow the policy. It is stored, so that the revision of a cleared override is known.
    Clear,
}

/// A text that is not one of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected record, skip or clear")]
pub struct UnknownChoice;

impl OverrideChoice {
    /// The name in stored overrides.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Skip => "skip",
            Self::Clear => "clear",
        }
    }
}

impl FromStr for OverrideChoice {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Record, Self::Skip, Self::Clear]
            .into_iter()
            .find(|choice| choice.as_str() == text)
            .ok_or(UnknownChoice)
    }
}

/// A person's choice for an event, a series or a whole meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The choice.
    pub choice: OverrideChoice,
    /// Sequence number among the owner's overrides and pauses.
    pub revision: OverrideRevision,
    /// Who set it. Earlier builds did not store it.
    pub by: Option<Actor>,
    /// When it was set.
    pub at: Timestamp,
}

/// Nothing of the owner's calendars is recorded until an instant, except by an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// When the pause ends. An instant in the past means that the pause was ended early.
    pub until: Timestamp,
    /// Sequence number among the owner's overrides and pauses.
    pub revision: OverrideRevision,
    /// Who set it.
    pub by: Option<Actor>,
    /// When it was set.
    pub at: Timestamp,
}

/// An override of an event that no sync of the event has applied yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnappliedOverride {
    /// The calendar that the event is in.
    pub calendar_id: CalendarId,
    /// The event.
    pub event_id: EventId,
    /// Sequence number of the override.
    pub revision: OverrideRevision,
    /// When it was set.
    pub since: Timestamp,
}

/// All overrides of one owner, and the last pause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// The last override of each scope.
    pub by_scope: HashMap<OverrideScope, Override>,
    /// The last pause, over or not.
    pub pause: Option<Pause>,
    /// The latest revision of them; 0 if there are none.
    pub revision: OverrideRevision,
    /// The latest revision that only full syncs of the owner's calendars apply: that of a
    /// series, of a pause, or of more overrides of events than are applied one by one.
    pub full_sync_revision: OverrideRevision,
    /// They are to be deleted, since no calendar of the owner was left.
    pub are_expiring: bool,
}

impl Overrides {
    /// The overrides and the pause that apply to `event`.
    #[must_use]
    pub fn for_event(&self, event: &CalendarEvent) -> ApplicableOverrides<'_> {
        self.find(
            event.platform_id.as_ref(),
            &event.ical_uid,
            event.facts.series.as_ref(),
        )
    }

    /// The latest revision among the overrides and the pause themselves; 0 if there are none.
    #[must_use]
    pub fn latest_revision(&self) -> OverrideRevision {
        let revisions = self.by_scope.values().map(|stored| stored.revision);
        let pause = self.pause.as_ref().map(|pause| pause.revision);
        revisions.chain(pause).max().unwrap_or_default()
    }

    /// The overrides of an event, by the ids that the scopes name. A series may have
    /// overrides by several names of it: the latest one counts.
    pub(crate) fn find(
        &self,
        event: Option<&PlatformEventId>,
        ical_uid: &IcalUid,
        series: Option<&SeriesId>,
    ) -> ApplicableOverrides<'_> {
        let of_scope = |scope: &OverrideScope| self.by_scope.get(scope);
        let event = event.map(|id| OverrideScope::Event(id.clone()).before_splits());
        ApplicableOverrides {
            event: event.as_ref().and_then(of_scope),
            series: OverrideScope::of_series(series, ical_uid)
                .iter()
                .filter_map(of_scope)
                .max_by_key(|choice| choice.revision),
            pause: self.pause.as_ref(),
        }
    }
}

/// The overrides and the pause that apply to one event.
#[derive(Debug, Clone, Copy)]
pub struct ApplicableOverrides<'a> {
    /// The override of the event itself.
    pub event: Option<&'a Override>,
    /// The override of its series.
    pub series: Option<&'a Override>,
    /// The owner's last pause, over or not.
    pub pause: Option<&'a Pause>,
}

impl ApplicableOverrides<'_> {
    /// The latest revision of them; 0 if there are none.
    #[must_use]
    pub fn revision(&self) -> OverrideRevision {
        let overrides = [self.event, self.series].into_iter().flatten();
        let revisions = overrides.map(|choice| choice.revision);
        let pause = self.pause.map(|pause| pause.revision);
        revisions.chain(pause).max().unwrap_or_default()
    }
}

impl Override {
    /// Who set it, as a sentence names them.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        self.by.as_ref().map_or("a person", Actor::as_str)
    }
}

impl Pause {
    /// Who set it, as a sentence names them.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        self.by.as_ref().map_or("a person", Actor::as_str)
    }
}
