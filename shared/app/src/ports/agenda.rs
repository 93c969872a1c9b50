//! The decisions of one calendar, as an index shows them: what an agenda and its counts need,
//! without loading rows. The index may lag behind the writes by a moment, so nothing is written
//! from what it shows.

use std::future::Future;

use callsheet_domain::{
    CalendarId, Decision, DecisionInputs, DecisionKey, MeetingName, Outcome, Phase,
    PlatformEventId, RuleName, SeriesId, Timestamp, Verdict,
};

use super::decisions::{StartEntry, UnreadableRow};
use crate::PortError;
use crate::bot_state::BotState;

/// A decision, as the index by calendar shows it: a part of one write of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaEntry {
    /// The key of the row.
    pub key: DecisionKey,
    /// The platform's id of the event, which overrides name.
    pub platform_id: Option<PlatformEventId>,
    /// The platform's id of the series that the event belongs to.
    pub series: Option<SeriesId>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The meeting's title.
    pub title: Option<String>,
    /// Whether it is to be recorded.
    pub is_recorded: bool,
    /// Name of the rule that decided.
    pub rule: RuleName,
    /// The reason, in a sentence.
    pub reason: String,
    /// Whether the policy locks the verdict.
    pub is_locked: bool,
    /// The state that the verdict was made from.
    pub inputs: DecisionInputs,
    /// What became of its bot, [whenever its call may be made](BotState::at_any_time).
    pub bot: BotState,
    /// When its call may be made.
    pub not_before: Option<Timestamp>,
    /// Where its bot is in its life, by the statuses that Recall reported.
    pub phase: Option<Phase>,
}

impl AgendaEntry {
    /// The entry of a row.
    #[must_use]
    pub fn of(row: &Decision) -> Self {
        let reason = row.verdict.reason();
        Self {
            key: row.key.clone(),
            platform_id: row.platform_id.clone(),
            series: row.series.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            title: row.title.clone(),
            is_recorded: matches!(row.verdict, Verdict::Record(_)),
            rule: reason.rule.clone(),
            reason: reason.reason.clone(),
            is_locked: reason.is_locked,
            inputs: row.inputs,
            bot: BotState::at_any_time(row),
            not_before: row.attempts.not_before,
            phase: row.bot_outcome().map(Outcome::phase),
        }
    }

    /// What became of the bot, as of `now`.
    #[must_use]
    pub fn bot_at(&self, now: Timestamp) -> BotState {
        self.bot.waiting(self.not_before, now)
    }

    /// Whether another row of the event decides.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.rule == RuleName::SUPERSEDED
    }

    /// The name of the meeting, if the verdict was made from what people chose for it.
    #[must_use]
    pub fn chosen_meeting(&self) -> Option<MeetingName> {
        let is_chosen = self.inputs.meeting.0 > 0;
        is_chosen.then(|| MeetingName::of(&self.key.ical_uid, self.platform_id.as_ref()))
    }
}

/// An entry in its place by start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedEntry {
    /// Its place.
    pub place: StartEntry,
    /// The entry, or why it cannot be read, such as that of a row of a later version.
    pub entry: Result<AgendaEntry, UnreadableRow>,
}

/// A page of the entries of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgendaPage {
    /// The entries, in order of start.
    pub entries: Vec<PlacedEntry>,
    /// The last one of them; none after the last page.
    pub next: Option<StartEntry>,
}

/// Reads of the index by calendar.
pub trait AgendaIndex: Send + Sync {
    /// A page of at most `most` entries of a calendar's meetings that start at or after `from` and
    /// before `until`, behind the last one of the page before. It may have fewer and yet have a
    /// next one.
    fn agenda_page(
        &self,
        calendar: &CalendarId,
        span: (Timestamp, Timestamp),
        after: Option<&StartEntry>,
        most: usize,
    ) -> impl Future<Output = Result<AgendaPage, PortError>> + Send;

    /// All entries of a calendar's meetings that end after `after`, in order of start.
    fn agenda_from(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> impl Future<Output = Result<Vec<PlacedEntry>, PortError>> + Send;
}
