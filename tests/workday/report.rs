//! Final report: every event with its verdict and bot, decisions compared with the bots at
//! Recall, calls, webhooks, and violations; and the coverage of the week.

use std::collections::BTreeMap;

use callsheet_domain::{
    CountedBy, Decision, Group, GroupedTotals, MeetingCopy, MeetingCounter, MeetingTotals,
    Timestamp,
};
use comfy_table::{CellAlignment, Table};
use recall_simulator::{BotPhase, BotView, EventId, Operation, OperationStats, Platform, Stats};

use crate::demo::{ControlResult, Demo, truncated};
use crate::table::table;

/// Prints the report and adds the problems that it shows.
pub(crate) async fn print(demo: &mut Demo) -> ControlResult<()> {
    let (decisions, bots) = (demo.decisions().await, demo.stack.recall.bots().await?);
    println!("\nAll events, with Callsheet's decision and the bot at Recall\n");
    println!("{}", meetings(demo, &decisions, &bots).trim_fmt());
    println!("\nDecisions compared with the bots at Recall\n");
    comparison(demo, &decisions, &bots).await?;
    println!("\nWhat became of bots that joined, at 250 times the pace of a meeting\n");
    let running = crate::outcomes::run(demo).await?;
    let stats = demo.stack.recall.stats().await?;
    println!("\nCalls to Recall's API (limits are per minute and workspace)\n");
    println!("{}", calls(&stats).trim_fmt());
    println!("\nWebhooks from Recall to Callsheet\n");
    webhooks(demo, &stats);
    println!("\nErrors (each must be 0)\n");
    errors(demo, &stats).await?;
    println!(
        "\nCoverage, as `callsheet coverage` counts it: of the meetings that ran, and of the week to come\n"
    );
    println!("{}", coverage(&running, &decisions).trim_fmt());
    Ok(())
}

/// The meetings of each day as if all of them were over, after those that ran.
fn coverage(running: &[Decision], decisions: &[Decision]) -> Table {
    let mut table = table([
        "day (UTC)",
        "seen",
        "wanted",
        "bot",
        "joined",
        "recorded",
        "not recorded, because",
    ]);
    let mut whole = MeetingTotals::default();
    for (part, name) in [(running, Some("those that ran")), (decisions, None)] {
        for (group, totals) in by_day(part) {
            whole.add_all(&totals);
            if let Group::Day(day) = group {
                let name = name.map_or_else(|| day.to_string(), str::to_owned);
                table.add_row(counted(name, &totals));
            }
        }
    }
    table.add_row(counted("all".to_owned(), &whole));
    for column in table.column_iter_mut().skip(1).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The meetings of each day, counted as if all of them were over.
fn by_day(decisions: &[Decision]) -> GroupedTotals {
    let mut copies: Vec<_> = decisions.iter().filter_map(MeetingCopy::of).collect();
    copies.sort_by_key(|copy| copy.starts_at);
    let mut counter = MeetingCounter::new(CountedBy::Day, Timestamp::MAX);
    for copy in copies {
        counter.add(copy);
    }
    counter.finish()
}

fn counted(day: String, totals: &MeetingTotals) -> [String; 7] {
    let lost = totals.lost();
    let lost: Vec<_> = lost
        .map(|(loss, number)| format!("{}: {number}", loss.as_str()))
        .collect();
    [
        day,
        totals.seen().to_string(),
        totals.wanted().to_string(),
        totals.scheduled().to_string(),
        totals.joined().to_string(),
        totals.recorded().to_string(),
        lost.join(", "),
    ]
}

fn meetings(demo: &Demo, decisions: &[Decision], bots: &[BotView]) -> Table {
    let verdicts: BTreeMap<_, _> = decisions
        .iter()
        .map(|d| (d.key.event_id.to_string(), &d.verdict))
        .collect();
    let mut table = table([
        "calendar",
        "platform",
        "start (UTC)",
        "title",
        "verdict",
        "rule",
        "bot",
    ]);
    let mut meetings: Vec<_> = demo.meetings.iter().collect();
    meetings.sort_by_key(|meeting| (meeting.owner, meeting.starts_at));
    for meeting in meetings {
        let verdict = verdicts.get(&meeting.event.to_string());
        table.add_row([
            meeting.owner.email().to_owned(),
            platform(meeting.owner.platform()).to_owned(),
            meeting.starts_at.strftime("%a %d %b %H:%M").to_string(),
            meeting.title.clone(),
            verdict.map_or("–", |verdict| verdict.as_str()).to_owned(),
            verdict
                .map_or("–", |verdict| verdict.reason().rule.as_str())
                .to_owned(),
            bot(meeting.event, bots),
        ]);
    }
    table
}

fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::GoogleCalendar => "Google",
        Platform::MicrosoftOutlook => "Outlook",
    }
}

fn bot(event: EventId, bots: &[BotView]) -> String {
    let scheduled = bots.iter().filter(|bot| bot.phase == BotPhase::Scheduled);
    let copies: Vec<_> = scheduled
        .filter(|bot| bot.events.contains(&event))
        .map(|bot| bot.events.len())
        .collect();
    match copies.as_slice() {
        [] => "–".to_owned(),
        [1] => "scheduled".to_owned(),
        [copies] => format!("scheduled, shared by {copies} calendars"),
        several => format!("{} bots", several.len()),
    }
}

async fn comparison(
    demo: &mut Demo,
    decisions: &[Decision],
    bots: &[BotView],
) -> ControlResult<()> {
    let comparison = demo.compare(decisions, bots).await?;
    counts([
        (
            "events in the calendars (copies included)",
            demo.meetings.len(),
        ),
        ("events that should have a bot", comparison.wanted.len()),
        ("events that have a bot", comparison.held.len()),
        ("events whose bot is missing", comparison.missing().count()),
        (
            "events with a bot that no decision wants",
            comparison.unwanted().count(),
        ),
        (
            "bots at Recall (copies of a meeting share one)",
            comparison.bots,
        ),
    ]);
    for difference in truncated(demo.differences().await?) {
        demo.add_problem(format!("at the end: {difference}"));
    }
    Ok(())
}

fn calls(stats: &Stats) -> Table {
    let mut table = table([
        "operation",
        "calls",
        "most in a minute",
        "limit",
        "responses by HTTP status",
    ]);
    for (operation, counted) in &stats.operations {
        table.add_row([
            operation.to_string(),
            counted.calls.to_string(),
            counted.peak_received.to_string(),
            operation.published_limit().to_string(),
            responses(counted),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn responses(counted: &OperationStats) -> String {
    let statuses = counted
        .statuses
        .iter()
        .map(|(status, count)| format!("{status}: {count}"));
    statuses.collect::<Vec<_>>().join(", ")
}

fn webhooks(demo: &mut Demo, stats: &Stats) {
    let webhooks = &stats.webhooks;
    counts([
        ("webhooks created", webhooks.messages),
        ("webhooks acknowledged by Callsheet", webhooks.acknowledged),
        ("deliveries, repeated ones included", webhooks.attempts),
        ("deliveries that failed", webhooks.failed_attempts),
    ]);
    if webhooks.acknowledged != webhooks.messages {
        let missing = webhooks.messages - webhooks.acknowledged;
        demo.add_problem(format!("{missing} webhooks were never acknowledged"));
    }
}

/// Prints the counts of errors, each of which is a problem unless it is zero.
async fn errors(demo: &mut Demo, stats: &Stats) -> ControlResult<()> {
    let exceeds = |(operation, counted): &(&Operation, &OperationStats)| {
        counted.peak_received > u64::from(operation.published_limit())
    };
    let exceeded = stats.operations.iter().filter(exceeds).count() as u64;
    let errors = [
        (
            "requests that violate Recall's published specification",
            stats.violations,
        ),
        ("requests to unknown paths or methods", stats.unknown),
        (
            "requests rejected for the rate limit (HTTP 429)",
            stats.throttled,
        ),
        ("operations called more often than their limit", exceeded),
        (
            "responses of the simulator that violate the specification",
            stats.simulator_violations,
        ),
        (
            "messages in the dead-letter queue",
            demo.stack.dead_letters().await,
        ),
    ];
    counts(errors);
    for (name, count) in errors.into_iter().filter(|(_, count)| *count > 0) {
        demo.add_problem(format!("{count} {name}"));
    }
    let violations = demo.stack.recall.violations().await?;
    let violations = violations.requests.iter().chain(&violations.simulator);
    for violation in violations.take(5) {
        println!("  {}: {}", violation.subject, violation.detail);
    }
    Ok(())
}

/// Prints named counts in two columns.
fn counts<const N: usize, T: std::fmt::Display>(counts: [(&str, T); N]) {
    for (name, count) in counts {
        println!("{name:<60}{count:>6}");
    }
}
