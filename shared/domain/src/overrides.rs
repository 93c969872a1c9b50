//! What a person said about meetings of a calendar, which goes before the policy.

use crate::revision::OverrideRevision;
use std::collections::HashMap;
use std::str::FromStr;

use crate::actor::Actor;
use crate::event::CalendarEvent;
use crate::id::{IcalUid, PlatformEventId, SeriesId};
use jiff::Timestamp;

/// A person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverrideChoice {
    /// Record it.
    Record,
    /// Do not record it.
    Skip,
    /// Whatever the policy says. WriteOutcome, so that the revision of a word taken back is known.
    Clear,
}

/// A text that is no such word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected record, skip or clear")]
pub struct UnknownChoice;

impl OverrideChoice {
    /// The name it is stored under.
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
            .find(|word| word.as_str() == text)
            .ok_or(UnknownChoice)
    }
}

/// What a word is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverrideScope {
    /// One event, by the name that its platform gives it.
    Event(PlatformEventId),
    /// All events of an `ical_uid`: on Google a whole series, on Outlook an occurrence.
    Series(IcalUid),
    /// A whole series, by the name that its platform gives it.
    PlatformSeries(SeriesId),
}

/// A person's word about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// What they said.
    pub choice: OverrideChoice,
    /// The how-manieth thing said about the calendar it is.
    pub revision: OverrideRevision,
    /// Who said it; earlier builds did not write that down.
    pub by: Option<Actor>,
    /// When.
    pub at: Timestamp,
}

/// Nothing of the calendar is recorded for a while, unless a word says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Until when; an instant that is past says that the calendar was resumed.
    pub until: Timestamp,
    /// The how-manieth thing said about the calendar it is.
    pub revision: OverrideRevision,
    /// Who said it.
    pub by: Option<Actor>,
    /// When.
    pub at: Timestamp,
}

/// Everything people said about one calendar's meetings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// The last word about each subject.
    pub by_scope: HashMap<OverrideScope, Override>,
    /// The last pause, over or not.
    pub pause: Option<Pause>,
    /// That of the latest word or pause; 0 if nobody spoke.
    pub revision: OverrideRevision,
}

impl Overrides {
    /// What of it concerns `event`.
    #[must_use]
    pub fn for_event(&self, event: &CalendarEvent) -> ApplicableOverrides<'_> {
        self.lookup(
            event.platform_id.as_ref(),
            &event.ical_uid,
            event.facts.series.as_ref(),
        )
    }

    /// Of the two names a series may have been marked by, the one that was
    /// marked last counts.
    pub(crate) fn lookup(
        &self,
        event: Option<&PlatformEventId>,
        ical_uid: &IcalUid,
        series: Option<&SeriesId>,
    ) -> ApplicableOverrides<'_> {
        let about = |subject: OverrideScope| self.by_scope.get(&subject);
        let series = [
            Some(OverrideScope::Series(ical_uid.clone())),
            series.cloned().map(OverrideScope::PlatformSeries),
        ];
        ApplicableOverrides {
            event: event.cloned().map(OverrideScope::Event).and_then(about),
            series: series
                .into_iter()
                .flatten()
                .filter_map(about)
                .max_by_key(|word| word.revision),
            pause: self.pause.as_ref(),
        }
    }
}

/// What people said that concerns one event.
#[derive(Debug, Clone, Copy)]
pub struct ApplicableOverrides<'a> {
    /// About the event itself.
    pub event: Option<&'a Override>,
    /// About its series.
    pub series: Option<&'a Override>,
    /// The calendar's last pause, over or not.
    pub pause: Option<&'a Pause>,
}

impl ApplicableOverrides<'_> {
    /// The revision of the latest of it; 0 if nobody spoke.
    #[must_use]
    pub fn revision(&self) -> OverrideRevision {
        let words = [self.event, self.series].into_iter().flatten();
        let revisions = words.map(|word| word.revision);
        let pause = self.pause.map(|pause| pause.revision);
        revisions.chain(pause).max().unwrap_or_default()
    }
}

impl Override {
    /// Who said it, as far as that is known.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        self.by.as_ref().map_or("somebody", Actor::as_str)
    }
}

impl Pause {
    /// Who said it, as far as that is known.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        self.by.as_ref().map_or("somebody", Actor::as_str)
    }
}
