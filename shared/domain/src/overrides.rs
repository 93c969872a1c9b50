//! Overrides and pauses: a person's explicit choices, which go before the policy.

use crate::revision::{MeetingRevision, OverrideRevision};
use std::collections::HashMap;

use crate::actor::Actor;
use crate::event::CalendarEvent;
use crate::id::{CalendarId, EventId, IcalUid, PlatformEventId, SeriesId};
use crate::meeting_name::MeetingName;
use crate::meeting_override::MeetingOverride;
use crate::override_choice::OverrideChoice;
use crate::override_scope::OverrideScope;
use crate::verdict::RuleName;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A person's choice for an event or a series.
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

/// When a pause ends that a person sets.
#[derive(Debug, Clone)]
pub enum PauseEnd {
    /// At an instant.
    At(Timestamp),
    /// So long after it was set, in days of the zone.
    After(Span, TimeZone),
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
    /// The overrides of events that no sync of the event has applied yet.
    pub unapplied: Vec<UnappliedOverride>,
    /// They are to be deleted, since no calendar of the owner was left.
    pub are_expiring: bool,
    /// What people chose for whole meetings, as far as it was read with them. It belongs to no
    /// owner.
    pub meetings: HashMap<MeetingName, MeetingOverride>,
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
    #[must_use]
    pub fn find(
        &self,
        event: Option<&PlatformEventId>,
        ical_uid: &IcalUid,
        series: Option<&SeriesId>,
    ) -> ApplicableOverrides<'_> {
        let of_scope = |scope: &OverrideScope| self.by_scope.get(scope);
        let meeting = (!self.meetings.is_empty()).then(|| MeetingName::of(ical_uid, event));
        let event = event.map(|id| OverrideScope::Event(id.clone()).before_splits());
        ApplicableOverrides {
            meeting: meeting.and_then(|name| self.meetings.get(&name)),
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
    /// What people chose for the whole meeting.
    pub meeting: Option<&'a MeetingOverride>,
    /// The override of the event itself.
    pub event: Option<&'a Override>,
    /// The override of its series.
    pub series: Option<&'a Override>,
    /// The owner's last pause, over or not.
    pub pause: Option<&'a Pause>,
}

impl ApplicableOverrides<'_> {
    /// The latest revision of the owner's; 0 if there are none.
    #[must_use]
    pub fn revision(&self) -> OverrideRevision {
        let overrides = [self.event, self.series].into_iter().flatten();
        let revisions = overrides.map(|choice| choice.revision);
        let pause = self.pause.map(|pause| pause.revision);
        revisions.chain(pause).max().unwrap_or_default()
    }

    /// The revision of what people chose for the whole meeting; 0 if nobody chose anything.
    #[must_use]
    pub fn meeting_revision(&self) -> MeetingRevision {
        self.meeting
            .map(|meeting| meeting.revision)
            .unwrap_or_default()
    }

    /// When the override was set that `rule` names; none if it names none.
    #[must_use]
    pub fn set_at(&self, rule: &RuleName) -> Option<Timestamp> {
        if *rule == RuleName::MEETING_OVERRIDE {
            return self.meeting?.in_force().map(|made| made.at);
        }
        let of_rule = if *rule == RuleName::EVENT_OVERRIDE {
            self.event
        } else if *rule == RuleName::SERIES_OVERRIDE {
            self.series
        } else {
            None
        };
        of_rule.map(|set| set.at)
    }

    /// Whether they say that the event is not recorded, as far as the policy does not say more:
    /// a no to the whole meeting goes before the event's own override, then come a yes to the
    /// meeting, the override of the series, and a pause.
    #[must_use]
    pub fn deny(&self, now: Timestamp) -> bool {
        let of = |set: Option<&Override>| set.map(|set| set.choice);
        let meeting = self.meeting.and_then(MeetingOverride::choice);
        let no = meeting.filter(|choice| *choice == OverrideChoice::Skip);
        let choices = [no, of(self.event), meeting, of(self.series)];
        let mut choices = choices.into_iter().flatten();
        match choices.find(|choice| *choice != OverrideChoice::Clear) {
            Some(choice) => choice == OverrideChoice::Skip,
            None => self.pause.is_some_and(|pause| now < pause.until),
        }
    }
}

impl Override {
    /// Whether setting this choice again by the same person would change nothing.
    #[must_use]
    pub fn is_same(&self, choice: OverrideChoice, by: &Actor) -> bool {
        self.choice == choice && self.by.as_ref() == Some(by)
    }

    /// Who set it, as a sentence names them.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        self.by.as_ref().map_or("a person", Actor::as_str)
    }
}

impl PauseEnd {
    /// The end of a pause that is set at an instant; none if it is past all time.
    #[must_use]
    pub fn of_pause_set_at(&self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(until) => Some(*until),
            Self::After(length, zone) => {
                let end = at.to_zoned(zone.clone()).checked_add(*length);
                end.ok().map(|end| end.timestamp())
            }
        }
    }
}

impl Pause {
    /// Whether pausing until an end, or resuming, by the same person would change nothing at
    /// `now`. A length counts from when the pause was set, not again from each repetition.
    #[must_use]
    pub fn is_same(&self, end: Option<&PauseEnd>, by: &Actor, now: Timestamp) -> bool {
        let has_end = match end {
            None => self.until <= now,
            Some(end) => self.until > now && end.of_pause_set_at(self.at) == Some(self.until),
        };
        has_end && self.by.as_ref() == Some(by)
    }

    /// Who set it, as a sentence names them.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        self.by.as_ref().map_or("a person", Actor::as_str)
    }
}
