//! What would become of each meeting, and counts of it.

use std::collections::BTreeMap;

use callsheet_app::{ActivePolicy, Change, Effect, preview};
use callsheet_domain::{Decision, Email, Policy, PolicyRevision, Timestamp, Wanted, WantedBot};
use serde::Serialize;

use super::Scene;

/// What is compared with.
pub(crate) enum Over {
    /// The stored rows.
    Rows(Vec<Decision>),
    /// What the policy before would decide.
    Policy,
}

/// What another policy would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Previewing {
    /// The policy before, by its revision.
    pub(crate) before: u64,
    pub(crate) calendars: Vec<CalendarPreview>,
    pub(crate) total: Counts,
    /// What was wrong with events that could not be read.
    pub(crate) unreadable: Vec<String>,
    /// The two policies tell bots apart differently: a push is refused while any is scheduled.
    pub(crate) is_another_scheme: bool,
    #[serde(skip)]
    pub(crate) is_summary: bool,
}

/// What would change in one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarPreview {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) counts: Counts,
    /// Those whose bot would come, go or change.
    pub(crate) meetings: Vec<MeetingPreview>,
}

/// How many meetings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Counts {
    pub(crate) gains: usize,
    pub(crate) loses: usize,
    pub(crate) changes: usize,
    pub(crate) keeps: usize,
    /// Of all these, those that a rule's expression failed on: they are not recorded.
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
    /// What of the bot would be another, by its name in Recall's Create Bot.
    pub(crate) differs: Vec<String>,
    pub(crate) has_failed: bool,
}

/// Compares what `policy` would decide with what was decided before.
pub(crate) fn compare(
    scene: &Scene,
    (over, before): (Over, ActivePolicy),
    policy: &Policy,
    now: Timestamp,
) -> Previewing {
    let Scene {
        calendars, events, ..
    } = scene;
    let decided = |rows, policy| preview(calendars, events, rows, policy, now);
    let rows = match over {
        Over::Rows(rows) => rows,
        Over::Policy => {
            let first = decided(Vec::new(), (&*before.policy, before.revision));
            first.into_iter().map(|change| change.after).collect()
        }
    };
    let next = PolicyRevision(before.revision.0 + 1);
    let changes = decided(rows, (policy, next));
    Previewing {
        before: before.revision.0,
        unreadable: scene.unreadable.clone(),
        is_another_scheme: before.policy.scheme() != policy.scheme(),
        is_summary: false,
        ..folded(scene, changes)
    }
}

fn folded(scene: &Scene, changes: Vec<Change>) -> Previewing {
    let mut calendars: BTreeMap<String, CalendarPreview> = scene
        .calendars
        .values()
        .map(|known| {
            let calendar = &known.record.calendar;
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
    Previewing {
        before: 0,
        calendars,
        total,
        unreadable: Vec::new(),
        is_another_scheme: false,
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
    let differs = match (before.as_ref().map(|row| &row.wanted), &after.wanted) {
        (Some(Wanted::Bot(before)), Wanted::Bot(after)) => differences(before, after),
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
        differs,
        has_failed: reason.has_failed,
        title: after.title,
    }
}

/// Which parts of a bot differ.
fn differences(before: &WantedBot, after: &WantedBot) -> Vec<String> {
    let mut differs = Vec::new();
    let mut note = |is_other: bool, name: &str| {
        if is_other {
            differs.push(name.to_owned());
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
    differs
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

impl Previewing {
    /// The counts alone.
    pub(crate) fn without_meetings(mut self) -> Self {
        for calendar in &mut self.calendars {
            calendar.meetings.clear();
        }
        self.is_summary = true;
        self
    }
}
