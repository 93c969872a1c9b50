//! Compares the decisions of two policies.

use std::collections::BTreeMap;

use callsheet_api::preview::{CalendarPreview, Comparison, Counts, MeetingPreview};
use callsheet_app::{ActivePolicy, Change, Effect, preview};
use callsheet_domain::{Decision, Email, Policy, PolicyRevision, Timestamp, Wanted, WantedBot};

use super::inputs::PreviewInputs;

/// What the previewed policy is compared with.
pub(crate) enum Baseline {
    /// The stored decisions.
    Decisions(Vec<Decision>),
    /// What another policy would decide.
    Policy,
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
    let changes = changes(rows, (policy, next));
    Comparison {
        compared_revision: compared_with.revision.0,
        unreadable: inputs.unreadable.clone(),
        unreadable_decisions: inputs.unreadable_decisions.clone(),
        unreadable_calendars: inputs.unreadable_calendars.clone(),
        changes_deduplication: compared_with.policy.scheme() != policy.scheme(),
        is_summary: false,
        ..by_calendar(inputs, changes)
    }
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
        warnings: Vec::new(),
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
