//! The agenda of a calendar: its events in order of start, with what its owner set.

use callsheet_app::agenda::Agenda as Read;
use callsheet_app::attention::EventCounts;
use callsheet_app::ports::AgendaEntry;
use callsheet_domain::{Email, MeetingOverride, OverrideChoice, Overrides, Phase, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::explain::PauseSummary;
use crate::unreadable::UnreadableDecision;

/// A page of the agenda of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Agenda {
    /// When this was read.
    pub now: Timestamp,
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// IANA's name of the time zone in which the days of the request begin.
    pub zone: String,
    /// The events start at or after this instant.
    pub from: Timestamp,
    /// They start before this instant.
    pub until: Timestamp,
    /// The present pause of the calendar.
    pub pause: Option<PauseSummary>,
    /// Counts of the events of the period: on the first page, if there are at most some 500.
    pub counts: Option<AgendaCounts>,
    /// The events, by start.
    pub events: Vec<AgendaEvent>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
    /// Decisions that cannot be read.
    pub unreadable_decisions: Vec<UnreadableDecision>,
    /// Problems of other stored rows that cannot be read: what they say is missing above.
    pub unreadable: Vec<String>,
}

/// Counts of the events of a period, by the other filters of the request than verdict and
/// attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgendaCounts {
    /// All.
    pub all: usize,
    /// Those that are to be recorded.
    pub record: usize,
    /// Those that are not.
    pub skip: usize,
    /// Those that need attention: the bot waits to be admitted; or the meeting is to be recorded,
    /// and its bot was given up or has not recorded.
    pub needs_attention: usize,
}

impl AgendaCounts {
    fn of(read: EventCounts) -> Self {
        Self {
            all: read.record + read.skip,
            record: read.record,
            skip: read.skip,
            needs_attention: read.needs_attention,
        }
    }
}

/// An event of an agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgendaEvent {
    /// Recall's id of the event.
    pub id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether the event belongs to a series.
    pub is_in_series: bool,
    /// Whether it is recorded.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub verdict: &'static str,
    /// Name of the rule that decided.
    pub rule: String,
    /// Whether the policy locks the verdict, so that no override goes before it.
    pub locked: bool,
    /// The reason, in a sentence.
    pub reason: String,
    /// The present overrides.
    pub overrides: PresentOverrides,
    /// Whether a person changed an override or a pause after this was decided. Of a locked event
    /// that changes nothing.
    pub is_outdated: bool,
    /// What became of the bot so far.
    #[schemars(extend("enum" = ["none", "due", "retrying", "uncertain", "abandoned", "scheduled", "dispatched"]))]
    pub bot: &'static str,
    /// Where the bot is in its life, by the statuses that Recall reported; none if there are none.
    #[schemars(extend("enum" = ["scheduled", "joining", "waiting_room", "in_call", "recording", "done", "not_recorded", null]))]
    pub outcome: Option<&'static str>,
}

/// The overrides of a meeting, of its event and of its series; none where the policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PresentOverrides {
    /// What people chose for the whole meeting, once the event was decided from it: `skip` as long
    /// as one of them says so.
    #[schemars(extend("enum" = ["record", "skip", null]))]
    pub meeting: Option<&'static str>,
    /// That of the event.
    #[schemars(extend("enum" = ["record", "skip", null]))]
    pub event: Option<&'static str>,
    /// That of its series.
    #[schemars(extend("enum" = ["record", "skip", null]))]
    pub series: Option<&'static str>,
}

/// The period of an agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its begin.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// IANA's name of the time zone of its days.
    pub zone: String,
}

impl Agenda {
    /// Represents a page that was read at `now`. `next` is the cursor of the next page.
    #[must_use]
    pub fn of(read: Read, period: Period, next: Option<String>, now: Timestamp) -> Self {
        let calendar = &read.record.calendar;
        let events = read.events.iter();
        let events = events.map(|entry| AgendaEvent::of(entry, &read.overrides, now));
        let pause = read.overrides.pause.as_ref();
        let pause = pause.filter(|pause| pause.until > now);
        Self {
            now,
            calendar: calendar.id.to_string(),
            owner: calendar
                .email
                .as_ref()
                .map(Email::as_str)
                .map(str::to_owned),
            zone: period.zone,
            from: period.from,
            until: period.until,
            pause: pause.map(PauseSummary::of),
            counts: read.counts.map(AgendaCounts::of),
            events: events.collect(),
            next,
            unreadable_decisions: UnreadableDecision::all_of(read.unreadable),
            unreadable: read.problems,
        }
    }
}

impl AgendaEvent {
    fn of(entry: &AgendaEntry, overrides: &Overrides, now: Timestamp) -> Self {
        let applicable = overrides.find(
            entry.platform_id.as_ref(),
            &entry.key.ical_uid,
            entry.series.as_ref(),
        );
        let present =
            |choice: OverrideChoice| (choice != OverrideChoice::Clear).then_some(choice.as_str());
        Self {
            id: entry.key.event_id.to_string(),
            title: entry.title.clone(),
            starts_at: entry.starts_at,
            ends_at: entry.ends_at,
            is_in_series: entry.series.is_some(),
            verdict: if entry.is_recorded { "record" } else { "skip" },
            rule: entry.rule.to_string(),
            locked: entry.is_locked,
            reason: entry.reason.clone(),
            overrides: PresentOverrides {
                meeting: applicable
                    .meeting
                    .and_then(MeetingOverride::choice)
                    .map(OverrideChoice::as_str),
                event: applicable.event.and_then(|set| present(set.choice)),
                series: applicable.series.and_then(|set| present(set.choice)),
            },
            is_outdated: !entry.is_locked
                && (applicable.revision() > entry.inputs.overrides
                    || applicable.meeting_revision() > entry.inputs.meeting),
            bot: entry.bot_at(now).as_str(),
            outcome: entry.phase.map(Phase::as_str),
        }
    }
}
