//! What another policy would change.

use callsheet_app::{Change, Effect};
use callsheet_domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::policy::Problem;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};

/// What the previewed policy would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison {
    /// Revision of the policy that it is compared with.
    pub compared_revision: u64,
    /// The calendars.
    pub calendars: Vec<CalendarPreview>,
    /// All calendars together.
    pub total: Counts,
    /// Problems of events that could not be read.
    pub unreadable: Vec<String>,
    /// Decisions that cannot be read. Their events are left out.
    pub unreadable_decisions: Vec<UnreadableDecision>,
    /// Calendars whose stored rows cannot be read. Their events are left out.
    pub unreadable_calendars: Vec<UnreadableCalendar>,
    /// Whether the policies differ in `deduplication`: then a push is refused while any bot is
    /// scheduled.
    pub changes_deduplication: bool,
    /// What can hardly be meant in the policy.
    pub warnings: Vec<Problem>,
    /// Whether the meetings were left out.
    #[serde(skip)]
    pub is_summary: bool,
}

/// What would change in one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarPreview {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// Numbers of meetings.
    pub counts: Counts,
    /// The meetings that would gain, lose or change a bot.
    pub meetings: Vec<MeetingPreview>,
}

/// Number of meetings by effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Counts {
    /// Meetings without a bot that would get one.
    pub gains: usize,
    /// Meetings with a bot that would lose it.
    pub loses: usize,
    /// Meetings whose bot would be another.
    pub changes: usize,
    /// Meetings about whose bot nothing changes.
    pub keeps: usize,
    /// Number of these on which a rule's expression fails, so they are not recorded.
    pub failed: usize,
}

/// What would change about one meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MeetingPreview {
    /// Recall's id of the event.
    pub event_id: String,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// The meeting's title.
    pub title: Option<String>,
    /// The effect on the meeting's bot.
    #[schemars(extend("enum" = ["gains", "loses", "changes"]))]
    pub effect: &'static str,
    /// Name of the rule that decides now.
    pub rule_before: Option<String>,
    /// Name of the rule that would decide.
    pub rule_after: String,
    /// The reason, in a sentence.
    pub reason: String,
    /// Fields of the bot that would change, by their names in Recall's API.
    pub changed_fields: Vec<String>,
    /// Whether the rule is an expression that failed.
    pub expression_failed: bool,
}

impl Counts {
    /// Counts a change.
    pub fn add(&mut self, change: &Change) {
        let count = match change.effect {
            Effect::Gains => &mut self.gains,
            Effect::Loses => &mut self.loses,
            Effect::Changes => &mut self.changes,
            Effect::Keeps => &mut self.keeps,
        };
        *count += 1;
        self.failed += usize::from(change.after.verdict.reason().has_failed);
    }
}

impl Comparison {
    /// The counts alone.
    #[must_use]
    pub fn without_meetings(mut self) -> Self {
        for calendar in &mut self.calendars {
            calendar.meetings.clear();
        }
        self.is_summary = true;
        self
    }
}
