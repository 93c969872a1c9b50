//! The closing report: every meeting with its verdict and its bot, what is
//! wanted beside what is there, and what it has cost.

use std::collections::BTreeMap;

use callsheet_domain::Decision;
use comfy_table::{Cell, CellAlignment, LineStyle, Table, presets};
use recall_simulator::{BotPhase, BotView, EventId, Operation, OperationStats, Platform, Stats};

use crate::day::{Day, Told, first_of};

/// Prints it all, and notes what is not as it must be.
pub(crate) async fn print(day: &mut Day) -> Told<()> {
    let (decisions, bots) = (day.decisions().await, day.stack.recall.bots().await?);
    println!("\n{}", meetings(day, &decisions, &bots).trim_fmt());
    comparison(day, &decisions, &bots).await?;
    let stats = day.stack.recall.stats().await?;
    println!("\n{}", calls(&stats).trim_fmt());
    webhooks(day, &stats);
    violations(day, &stats).await?;
    let dead = day.stack.dead_letters().await;
    if dead > 0 {
        day.fail(format!(
            "{dead} notices were given up on: they are in the dead-letter queue"
        ));
    }
    Ok(())
}

fn meetings(day: &Day, decisions: &[Decision], bots: &[BotView]) -> Table {
    let decided: BTreeMap<_, _> = decisions
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
    let mut meetings: Vec<_> = day.meetings.iter().collect();
    meetings.sort_by_key(|meeting| (meeting.desk, meeting.starts_at));
    for meeting in meetings {
        let verdict = decided.get(&meeting.event.to_string());
        table.add_row([
            meeting.desk.address().to_owned(),
            platform(meeting.desk.platform()).to_owned(),
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
    let waiting = bots.iter().filter(|bot| bot.phase == BotPhase::Scheduled);
    let sharers: Vec<_> = waiting
        .filter(|bot| bot.events.contains(&event))
        .map(|bot| bot.events.len())
        .collect();
    match sharers.as_slice() {
        [] => "–".to_owned(),
        [1] => "one".to_owned(),
        [sharers] => format!("one, shared by {sharers}"),
        several => format!("{} bots", several.len()),
    }
}

async fn comparison(day: &mut Day, decisions: &[Decision], bots: &[BotView]) -> Told<()> {
    let comparison = day.compare(decisions, bots).await?;
    let (missing, unwanted) = (comparison.missing().count(), comparison.unwanted().count());
    println!(
        "\n{} meetings; {} want a bot, {} have one, {} bots in all; {missing} missing, {unwanted} unwanted.",
        day.meetings.len(),
        comparison.wanted.len(),
        comparison.held.len(),
        comparison.bots,
    );
    for wrong in first_of(day.wrongs().await?) {
        day.fail(format!("at the end: {wrong}"));
    }
    Ok(())
}

fn calls(stats: &Stats) -> Table {
    let mut table = table(["operation", "calls", "peak a minute", "limit", "answers"]);
    for (operation, counted) in &stats.operations {
        table.add_row([
            operation.to_string(),
            counted.calls.to_string(),
            counted.peak_received.to_string(),
            operation.published_limit().to_string(),
            answers(counted),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn answers(counted: &OperationStats) -> String {
    let statuses = counted
        .statuses
        .iter()
        .map(|(status, count)| format!("{count} × {status}"));
    statuses.collect::<Vec<_>>().join(", ")
}

fn webhooks(day: &mut Day, stats: &Stats) {
    let webhooks = &stats.webhooks;
    println!(
        "\nWebhooks: {} messages, {} acknowledged; {} deliveries, {} of them not acknowledged.",
        webhooks.messages, webhooks.acknowledged, webhooks.attempts, webhooks.failed_attempts,
    );
    if webhooks.acknowledged != webhooks.messages {
        let missing = webhooks.messages - webhooks.acknowledged;
        day.fail(format!("{missing} webhooks were never acknowledged"));
    }
}

async fn violations(day: &mut Day, stats: &Stats) -> Told<()> {
    let over = |(operation, counted): &(&Operation, &OperationStats)| {
        counted.peak_received > u64::from(operation.published_limit())
    };
    let over = stats.operations.iter().filter(over).count() as u64;
    let counts = [
        (
            "requests that the published specification does not allow",
            stats.violations,
        ),
        ("calls of no known operation", stats.unknown),
        ("answers that said 429", stats.throttled),
        ("operations over their limit", over),
        (
            "answers of the simulator that the specification does not allow",
            stats.simulator_violations,
        ),
    ];
    for (what, count) in counts {
        println!("{count:>4} {what}");
        if count > 0 {
            day.fail(format!("{count} {what}"));
        }
    }
    let violations = day.stack.recall.violations().await?;
    for violation in violations
        .requests
        .iter()
        .chain(&violations.simulator)
        .take(5)
    {
        println!("     {}: {}", violation.subject, violation.detail);
    }
    Ok(())
}

/// An empty table with these names above its columns.
fn table<const N: usize>(names: [&str; N]) -> Table {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(line));
    table.set_header(names.map(Cell::new));
    table
}
