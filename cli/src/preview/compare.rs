//! Compares the decisions of two policies.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::{ActivePolicy, Change, Effect, preview};
use callsheet_domain::{
    Decision, DecisionKey, DeduplicationKey, Email, Policy, PolicyRevision, Timestamp, Wanted,
    WantedBot,
};
use serde::Serialize;

use super::inputs::PreviewInputs;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};

/// What the previewed policy is compared with.
pub(crate) enum Baseline {
    /// The stored decisions.
    Decisions(Vec<Decision>),
    /// What another policy would decide.
    Policy,
}

/// What the previewed policy would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// Revision of the policy that it is compared with.
    pub(crate) compared_revision: u64,
    pub(crate) calendars: Vec<CalendarPreview>,
    pub(crate) total: Counts,
    /// Problems of events that could not be read.
    pub(crate) unreadable: Vec<String>,
    /// Decisions that cannot be read. Their events are left out.
    pub(crate) unreadable_decisions: Vec<UnreadableDecision>,
    /// Calendars whose stored rows cannot be read. Their events are left out.
    pub(crate) unreadable_calendars: Vec<UnreadableCalendar>,
    /// Whether the policies differ in which events share a bot: then a push is refused while
    /// any bot is scheduled.
    pub(crate) changes_deduplication: bool,
    /// Events that would share a bot, and have several now.
    pub(crate) newly_shared: Vec<NewlyShared>,
    #[serde(skip)]
    pub(crate) is_summary: bool,
}

/// Events that would share a bot, and have several now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewlyShared {
    pub(crate) starts_at: Timestamp,
    pub(crate) title: Option<String>,
    pub(crate) event_ids: Vec<String>,
    /// Number of their bots now.
    pub(crate) bots: usize,
}

/// What would change in one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarPreview {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) counts: Counts,
    /// The meetings that would gain, lose or change a bot.
    pub(crate) meetings: Vec<MeetingPreview>,
}

/// Number of meetings by effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Counts {
    pub(crate) gains: usize,
    pub(crate) loses: usize,
    pub(crate) changes: usize,
    pub(crate) keeps: usize,
    /// Number of these on which a rule's expression fails, so they are not recorded.
    pub(crate) failed: usize,
}

/// What would change about one meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MeetingPreview {
    pub(crate) event_id: String,
    pub(crate) starts_at: Timestamp,
    pub(crate) title: Option<String>,
    pub(crate) effect: &'static str,
    pub(crate) rule_before: Option<String>,
    pub(crate) rule_after: String,
    pub(crate) reason: String,
    /// Fields of the bot that would change, by their names in Recall's API.
    pub(crate) changed_fields: Vec<String>,
    /// Whether the rule is an expression that failed.
    pub(crate) expression_failed: bool,
}

/// Compares what `policy` would decide with the baseline.
pub(crate) fn compare(
    inputs: &PreviewInputs,
    (baseline, compared_with): (Baseline, ActivePolicy),
    policy: &Policy,
    now: Timestamp,
) -> Comparison {
    let PreviewInputs {
        calendars, events, ..
    } = inputs;
    let changes = |rows, policy| preview(calendars, events, rows, policy, now);
    let rows = match baseline {
        Baseline::Decisions(rows) => rows,
        Baseline::Policy => {
            let policy = (&*compared_with.policy, compared_with.revision);
            let first = changes(Vec::new(), policy);
            first.into_iter().map(|change| change.after).collect()
        }
    };
    let next = PolicyRevision(compared_with.revision.0 + 1);
    let before = rows.clone();
    let changes = changes(rows, (policy, next));
    let changes_deduplication = compared_with.policy.deduplication() != policy.deduplication();
    let newly_shared = if changes_deduplication {
        newly_shared(before, &changes)
    } else {
        Vec::new()
    };
    Comparison {
        newly_shared,
        compared_revision: compared_with.revision.0,
        unreadable: inputs.unreadable.clone(),
        unreadable_decisions: inputs.unreadable_decisions.clone(),
        unreadable_calendars: inputs.unreadable_calendars.clone(),
        changes_deduplication,
        is_summary: false,
        ..by_calendar(inputs, changes)
    }
}

/// The events that would share a bot, by its key, of which not all share one before. One
/// that has none before would have had that of its link.
fn newly_shared(before: Vec<Decision>, changes: &[Change]) -> Vec<NewlyShared> {
    let key = |row: &Decision| row.wanted_key().cloned();
    let mut rows: BTreeMap<DecisionKey, (Option<DeduplicationKey>, Decision)> = before
        .into_iter()
        .map(|row| (row.key.clone(), (key(&row), row)))
        .collect();
    for Change { before, after, .. } in changes {
        let before = before.as_ref().and_then(key);
        rows.insert(after.key.clone(), (before, after.clone()));
    }
    let mut by_bot: BTreeMap<DeduplicationKey, Vec<(Option<DeduplicationKey>, Decision)>> =
        BTreeMap::new();
    for (before, row) in rows.into_values() {
        if let Some(key) = key(&row) {
            by_bot.entry(key).or_default().push((before, row));
        }
    }
    let mut shared: Vec<_> = by_bot.into_values().filter_map(shared_by).collect();
    shared.sort_by(|one, other| {
        (one.starts_at, &one.event_ids).cmp(&(other.starts_at, &other.event_ids))
    });
    shared
}

/// What the events of one bot are, each with the key of its bot before; none if they shared
/// that one.
fn shared_by(rows: Vec<(Option<DeduplicationKey>, Decision)>) -> Option<NewlyShared> {
    let bot = |(before, row): &(Option<DeduplicationKey>, Decision)| match (before, &row.wanted) {
        (Some(key), _) => Some(key.to_string()),
        (None, Wanted::Bot(bot)) => Some(format!("{}-{}", bot.starts_at, bot.meeting_url)),
        (None, Wanted::Nothing) => None,
    };
    let bots: BTreeSet<_> = rows.iter().filter_map(bot).collect();
    let (_, first) = rows.first()?;
    (bots.len() > 1).then(|| NewlyShared {
        starts_at: first.starts_at,
        title: first.title.clone(),
        event_ids: rows
            .iter()
            .map(|(_, row)| row.key.event_id.to_string())
            .collect(),
        bots: bots.len(),
    })
}

fn by_calendar(inputs: &PreviewInputs, changes: Vec<Change>) -> Comparison {
    let mut calendars: BTreeMap<String, CalendarPreview> = inputs
        .calendars
        .values()
        .map(|context| {
            let calendar = &context.record.calendar;
            let owner = calendar.email.as_ref().map(Email::as_str);
            (calendar.id.to_string(), empty(calendar.id.as_str(), owner))
        })
        .collect();
    let mut total = Counts::default();
    for change in changes {
        let id = change.after.calendar_id.as_str();
        let calendar = calendars
            .entry(id.to_owned())
            .or_insert_with(|| empty(id, None));
        calendar.counts.add(&change);
        total.add(&change);
        if change.effect != Effect::Keeps {
            calendar.meetings.push(meeting(change));
        }
    }
    let mut calendars: Vec<_> = calendars.into_values().collect();
    calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
    Comparison {
        compared_revision: 0,
        calendars,
        total,
        unreadable: Vec::new(),
        unreadable_decisions: Vec::new(),
        unreadable_calendars: Vec::new(),
        changes_deduplication: false,
        newly_shared: Vec::new(),
        is_summary: false,
    }
}

fn empty(id: &str, owner: Option<&str>) -> CalendarPreview {
    CalendarPreview {
        id: id.to_owned(),
        owner: owner.map(str::to_owned),
        counts: Counts::default(),
        meetings: Vec::new(),
    }
}

fn meeting(change: Change) -> MeetingPreview {
    let Change {
        effect,
        before,
        after,
    } = change;
    let changed_fields = match (before.as_ref().map(|row| &row.wanted), &after.wanted) {
        (Some(Wanted::Bot(before)), Wanted::Bot(after)) => changed_fields_of(before, after),
        _ => Vec::new(),
    };
    let reason = after.verdict.reason();
    MeetingPreview {
        event_id: after.key.event_id.to_string(),
        starts_at: after.starts_at,
        effect: effect.as_str(),
        rule_before: before.map(|row| row.verdict.reason().rule.to_string()),
        rule_after: reason.rule.to_string(),
        reason: reason.reason.clone(),
        changed_fields,
        expression_failed: reason.has_failed,
        title: after.title,
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

impl Comparison {
    /// The counts alone.
    pub(crate) fn without_meetings(mut self) -> Self {
        for calendar in &mut self.calendars {
            calendar.meetings.clear();
        }
        self.is_summary = true;
        self
    }
}
