//! What a person said about meetings of a calendar, which goes before the policy.

use std::collections::HashMap;
use std::str::FromStr;

use crate::{CalendarEvent, Decision, IcalUid, PlatformEventId, SeriesId, Speaker, Timestamp};

/// A person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// Record it.
    Record,
    /// Do not record it.
    Skip,
    /// Whatever the policy says. Kept, so that the revision of a word taken back is known.
    AskPolicy,
}

/// A text that is no such word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected record, skip or ask-policy")]
pub struct UnknownWord;

impl Word {
    /// The name it is stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Skip => "skip",
            Self::AskPolicy => "ask-policy",
        }
    }
}

impl FromStr for Word {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Record, Self::Skip, Self::AskPolicy]
            .into_iter()
            .find(|word| word.as_str() == text)
            .ok_or(UnknownWord)
    }
}

/// Counts what was said about one calendar, words and pauses alike: each next
/// one is one higher than any before, so of several that concern an event the
/// highest tells how much was said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PreferenceRevision(pub u64);

impl PreferenceRevision {
    /// The revision of what is said next.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What a word is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One event, by the name that its platform gives it.
    Event(PlatformEventId),
    /// All events of an `ical_uid`: on Google a whole series, on Outlook an occurrence.
    Series(IcalUid),
    /// A whole series, by the name that its platform gives it.
    PlatformSeries(SeriesId),
}

/// A person's word about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// What they said.
    pub word: Word,
    /// The how-manieth thing said about the calendar it is.
    pub revision: PreferenceRevision,
    /// Who said it; earlier builds did not write that down.
    pub by: Option<Speaker>,
    /// When.
    pub at: Timestamp,
}

/// Nothing of the calendar is recorded for a while, unless a word says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Until when; an instant that is past says that the calendar was resumed.
    pub until: Timestamp,
    /// The how-manieth thing said about the calendar it is.
    pub revision: PreferenceRevision,
    /// Who said it.
    pub by: Option<Speaker>,
    /// When.
    pub at: Timestamp,
}

/// Everything people said about one calendar's meetings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// The last word about each subject.
    pub words: HashMap<Subject, Preference>,
    /// The last pause, over or not.
    pub pause: Option<Pause>,
    /// That of the latest word or pause; 0 if nobody spoke.
    pub revision: PreferenceRevision,
}

impl Preferences {
    /// What of it concerns `event`.
    #[must_use]
    pub fn on(&self, event: &CalendarEvent) -> Spoken<'_> {
        self.about(
            event.platform_id.as_ref(),
            &event.ical_uid,
            event.facts.series.as_ref(),
        )
    }

    /// What of it concerns the event that a decision is about.
    #[must_use]
    pub fn on_decided(&self, decision: &Decision) -> Spoken<'_> {
        self.about(
            decision.platform_id.as_ref(),
            &decision.key.ical_uid,
            decision.series.as_ref(),
        )
    }

    /// Of the two names a series may have been marked by, the one that was
    /// marked last counts.
    fn about(
        &self,
        event: Option<&PlatformEventId>,
        ical_uid: &IcalUid,
        series: Option<&SeriesId>,
    ) -> Spoken<'_> {
        let about = |subject: Subject| self.words.get(&subject);
        let series = [
            Some(Subject::Series(ical_uid.clone())),
            series.cloned().map(Subject::PlatformSeries),
        ];
        Spoken {
            event: event.cloned().map(Subject::Event).and_then(about),
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
pub struct Spoken<'a> {
    /// About the event itself.
    pub event: Option<&'a Preference>,
    /// About its series.
    pub series: Option<&'a Preference>,
    /// The calendar's last pause, over or not.
    pub pause: Option<&'a Pause>,
}

impl Spoken<'_> {
    /// The revision of the latest of it; 0 if nobody spoke.
    #[must_use]
    pub fn revision(&self) -> PreferenceRevision {
        let words = [self.event, self.series].into_iter().flatten();
        let revisions = words.map(|word| word.revision);
        let pause = self.pause.map(|pause| pause.revision);
        revisions.chain(pause).max().unwrap_or_default()
    }
}

impl Preference {
    /// Who said it, as far as that is known.
    #[must_use]
    pub fn by_whom(&self) -> &str {
        self.by.as_ref().map_or("somebody", Speaker::as_str)
    }
}

impl Pause {
    /// Who said it, as far as that is known.
    #[must_use]
    pub fn by_whom(&self) -> &str {
        self.by.as_ref().map_or("somebody", Speaker::as_str)
    }
}
