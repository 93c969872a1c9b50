//! What another policy would change.

use std::collections::BTreeMap;

use callsheet_app::policy_preview::{NewlyShared, PolicyPreview, PreviewInputs};
use callsheet_app::{Change, Effect};
use callsheet_domain::{Email, PolicyProblem, Timestamp, WantedBot};
use schemars::JsonSchema;
use serde::Serialize;

use crate::policy::Problem;
pub use crate::spending_forecast::{ExceededCap, SpendingForecast};
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
    /// Whether the policies differ in which events share a bot: then a push is refused while
    /// any bot is scheduled.
    pub changes_deduplication: bool,
    /// Events that would share a bot, and have several now.
    pub newly_shared: Vec<SharedBot>,
    /// What the bots of upcoming meetings would amount to, before the caps on spending.
    pub spending: SpendingForecast,
    /// What can hardly be meant in the policy.
    pub warnings: Vec<Problem>,
    /// Whether the meetings were left out.
    #[serde(skip)]
    pub is_summary: bool,
}

/// Events that would share a bot, and have several now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SharedBot {
    /// When the bot would join.
    pub starts_at: Timestamp,
    /// The title of one of the events.
    pub title: Option<String>,
    /// Recall's ids of the events.
    pub event_ids: Vec<String>,
    /// Number of their bots now.
    pub bots: usize,
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
    fn add(&mut self, change: &Change) {
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

impl SharedBot {
    fn of(shared: NewlyShared) -> Self {
        Self {
            starts_at: shared.starts_at,
            title: shared.title,
            event_ids: shared.events.iter().map(ToString::to_string).collect(),
            bots: shared.bots,
        }
    }
}

impl Comparison {
    /// Represents a preview, with what can hardly be meant in the policy.
    #[must_use]
    pub fn of(preview: PolicyPreview, warnings: Vec<PolicyProblem>) -> Self {
        let PolicyPreview {
            inputs, changes, ..
        } = preview;
        let mut total = Counts::default();
        for change in &changes {
            total.add(change);
        }
        Self {
            compared_revision: preview.compared_with.0,
            calendars: CalendarPreview::all_of(&inputs, changes),
            total,
            unreadable: inputs.unreadable.iter().map(ToString::to_string).collect(),
            unreadable_decisions: UnreadableDecision::all_of(inputs.unreadable_decisions),
            unreadable_calendars: UnreadableCalendar::all_of(inputs.unreadable_calendars),
            changes_deduplication: preview.changes_deduplication,
            newly_shared: preview
                .newly_shared
                .into_iter()
                .map(SharedBot::of)
                .collect(),
            spending: SpendingForecast::of(&preview.spending),
            warnings: Problem::all_of(warnings),
            is_summary: false,
        }
    }

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

impl CalendarPreview {
    /// Represents the changes of each calendar.
    fn all_of(inputs: &PreviewInputs, changes: Vec<Change>) -> Vec<Self> {
        let known = inputs.calendars.values().map(|context| {
            let calendar = &context.record.calendar;
            let owner = calendar.email.as_ref().map(Email::as_str);
            let preview = Self::empty(calendar.id.as_str(), owner);
            (calendar.id.to_string(), preview)
        });
        let mut calendars: BTreeMap<String, Self> = known.collect();
        for change in changes {
            let id = change.after.calendar_id.as_str();
            let calendar = calendars.entry(id.to_owned());
            let calendar = calendar.or_insert_with(|| Self::empty(id, None));
            calendar.counts.add(&change);
            if change.effect != Effect::Keeps {
                calendar.meetings.push(MeetingPreview::of(change));
            }
        }
        let mut calendars: Vec<_> = calendars.into_values().collect();
        calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
        calendars
    }

    fn empty(id: &str, owner: Option<&str>) -> Self {
        Self {
            id: id.to_owned(),
            owner: owner.map(str::to_owned),
            counts: Counts::default(),
            meetings: Vec::new(),
        }
    }
}

impl MeetingPreview {
    fn of(change: Change) -> Self {
        let Change {
            effect,
            before,
            after,
            bot_before,
            bot_after,
        } = change;
        let bots = bot_before.zip(bot_after);
        let changed_fields = bots.map(|(before, after)| changed_fields_of(&before, &after));
        let reason = after.verdict.reason();
        Self {
            event_id: after.key.event_id.to_string(),
            starts_at: after.starts_at,
            effect: effect.as_str(),
            rule_before: before.map(|row| row.verdict.reason().rule.to_string()),
            rule_after: reason.rule.to_string(),
            reason: reason.reason.clone(),
            changed_fields: changed_fields.unwrap_or_default(),
            expression_failed: reason.has_failed,
            title: after.title,
        }
    }
}

/// Names of the fields in which two bots differ.
fn changed_fields_of(before: &WantedBot, after: &WantedBot) -> Vec<String> {
    let mut fields = Vec::new();
    let mut note = |differs: bool, name: &str| {
        if differs {
            fields.push(name.to_owned());
        }
    };
    note(before.starts_at != after.starts_at, "join_at");
    note(before.meeting_url != after.meeting_url, "meeting_url");
    note(
        before.deduplication_key != after.deduplication_key,
        "deduplication_key",
    );
    let (one, other) = (before.config.json(), after.config.json());
    for name in one.keys() {
        note(one.get(name) != other.get(name), name);
    }
    for name in other.keys() {
        note(!one.contains_key(name), name);
    }
    fields
}
