//! What a week was like, as tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use callsheet_domain::{LISTED_AHEAD, Timestamp, plus};
use callsheet_testkit::QueueTotals;
use comfy_table::{CellAlignment, LineStyle, Table, presets};

use crate::company::days_after;
use crate::lateness::{Group, Samples};
use crate::limits::limit;
use crate::week::Week;
use crate::world::{DecidedWithin, Miss, Simulated};

/// The tables of a week.
pub(crate) fn report(week: &Week) -> String {
    let world = &week.deployed.world;
    let began = days_after(week.began, week.first_day);
    let minutes = world.now().duration_since(began).as_secs_f64() / 60.0;
    let mut text = world.with(|simulated| {
        [
            lateness(simulated, world.now()),
            pushed(&simulated.after_push),
            calls(simulated, minutes),
            starts(simulated),
        ]
        .join("\n")
    });
    let QueueTotals {
        sent,
        longest,
        dead,
    } = week.deployed.queue.totals();
    let _ = writeln!(
        text,
        "\n{sent} messages, at most {longest} waiting, {dead} dead letters."
    );
    let requests = week.deployed.requests.by_name();
    let of_all = requests.get("Calendars::listed").unwrap_or(&0);
    let all: u64 = requests.values().sum();
    let _ = writeln!(
        text,
        "{all} requests to the tables, {of_all} of them for the list of all calendars."
    );
    if let Some(peak) = peak_memory() {
        let _ = writeln!(text, "{peak} MB of memory at the peak.");
    }
    text
}

/// The most memory that the process has had, in megabytes; none where the system has no file
/// that says so.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = peak.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024)
}

pub(crate) fn table(header: &[&str], numbers_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(header);
    for column in table.column_iter_mut().skip(numbers_from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Seconds, or minutes, or hours.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.1} s"),
        ..7_200.0 => format!("{:.1} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3_600.0),
    }
}

/// The median, the 99th percentile and the worst.
fn quantiles(samples: Option<&Samples>) -> [String; 4] {
    let mut sorted = samples.cloned().unwrap_or_default();
    if sorted.is_empty() {
        return ["–", "–", "–", "–"].map(str::to_owned);
    }
    sorted.sort_unstable_by(f32::total_cmp);
    let at = |thousandths: usize| f64::from(sorted[(sorted.len() - 1) * thousandths / 1_000]);
    [
        sorted.len().to_string(),
        time(at(500)),
        time(at(990)),
        time(at(1_000)),
    ]
}

fn lateness(simulated: &Simulated, now: Timestamp) -> String {
    let header = [
        "phase",
        "what changed",
        "starts within",
        "decided",
        "median",
        "99th",
        "worst",
        "bots",
        "median",
        "99th",
        "worst",
    ];
    let mut table = table(&header, 3);
    let lateness = &simulated.lateness;
    let groups: BTreeSet<&Group> = lateness
        .decided
        .keys()
        .chain(lateness.bots.keys())
        .collect();
    for group in groups {
        let (phase, cause, distance) = group;
        let names = [phase.as_str(), cause.as_str(), distance.as_str()].map(str::to_owned);
        let decided = quantiles(lateness.decided.get(group));
        let bots = quantiles(lateness.bots.get(group));
        table.add_row(names.into_iter().chain(decided).chain(bots));
    }
    format!(
        "How late decisions and bots were, since a change at Recall or the end of an outage\n\n\
         {}\n\n{}",
        table.trim_fmt(),
        undecided(simulated, now)
    )
}

/// The changes that were not decided by the end, and how their meetings are.
fn undecided(simulated: &Simulated, now: Timestamp) -> String {
    let mut groups: BTreeMap<(Group, &str), usize> = BTreeMap::new();
    for (event, group, _) in simulated.lateness.undecided() {
        let meeting = simulated.workspace.company.meeting_of(event);
        let kind = match meeting.starts_at {
            _ if meeting.is_deleted => "is deleted",
            starts_at if starts_at >= plus(now, LISTED_AHEAD) => "is not listed yet",
            _ => "is listed",
        };
        *groups.entry((group, kind)).or_default() += 1;
    }
    let left: usize = groups.values().sum();
    let mut text = format!("{left} changes of meetings to come were not decided by the end.\n");
    for (((phase, cause, distance), kind), count) in groups {
        let (phase, cause, distance) = (phase.as_str(), cause.as_str(), distance.as_str());
        let _ = writeln!(
            text,
            "  {count}: {cause} ({phase}), starts within: {distance}; the meeting {kind}"
        );
    }
    text
}

/// Seconds that the pages of so many events take: sixty pages of a hundred a minute.
pub(crate) fn at_the_limit(events: usize) -> f64 {
    f64::from(u32::try_from(events).unwrap_or(u32::MAX)).max(1.0) / 100.0
}

/// How many times as long as at the limit it took, without a minute.
pub(crate) fn ratio(within: &DecidedWithin) -> Option<f64> {
    let after = within.after?.as_secs_f64();
    Some((after - 60.0).max(0.0) / at_the_limit(within.events))
}

fn pushed(decided: &[DecidedWithin]) -> String {
    let header = [
        "after the push: starts within",
        "events",
        "decided after",
        "at the limit",
        "ratio",
    ];
    let mut table = table(&header, 1);
    for one in decided {
        let after = one.after.map(|after| after.as_secs_f64());
        table.add_row([
            format!("{} h", one.hours),
            one.events.to_string(),
            after.map_or("not yet".to_owned(), time),
            time(at_the_limit(one.events)),
            ratio(one).map_or("–".to_owned(), |ratio| format!("{ratio:.2}")),
        ]);
    }
    format!("{}\n", table.trim_fmt())
}

fn calls(simulated: &Simulated, minutes: f64) -> String {
    let header = [
        "calls",
        "number",
        "a minute",
        "most in a sliding minute",
        "limit",
        "refused",
    ];
    let mut table = table(&header, 1);
    for (operation, calls) in simulated.calls.iter() {
        let total = f64::from(u32::try_from(calls.total).unwrap_or(u32::MAX));
        table.add_row([
            operation.as_str().to_owned(),
            calls.total.to_string(),
            format!("{:.1}", total / minutes),
            calls.peak.to_string(),
            limit(operation).to_string(),
            calls.refused.to_string(),
        ]);
    }
    format!("{}\n", table.trim_fmt())
}

fn starts(simulated: &Simulated) -> String {
    let started = &simulated.started;
    let mut text = format!(
        "Of the events that started, {} had the bot they should have, {} had it wrong, and {} meetings \
         had more than one.\n",
        started.right,
        started.wrong.len(),
        started.doubled.len()
    );
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for miss in &started.wrong {
        *groups.entry(reason(miss)).or_default() += 1;
    }
    for (reason, count) in groups {
        let _ = writeln!(text, "  {count} {reason}");
    }
    text
}

/// Why an event had the wrong bot, or none.
fn reason(miss: &Miss) -> String {
    let what = if miss.was_wanted {
        "without their bot"
    } else {
        "with a bot"
    };
    let phase = miss.phase.as_str();
    let Some(((_, cause, _), before)) = &miss.after else {
        return format!("{what}, and nothing had changed ({phase})");
    };
    let before = match before.as_mins() {
        ..2 => "less than 2 min",
        2..15 => "2 to 15 min",
        15..60 => "15 to 60 min",
        _ => "over an hour",
    };
    format!(
        "{what}: {}, {before} before the start ({phase})",
        cause.as_str()
    )
}

/// What must not happen in any week, in words.
pub(crate) fn faults(week: &Week) -> Vec<String> {
    let mut faults = week.deployed.world.with(|simulated| {
        let mut faults = Vec::new();
        let missed = simulated
            .started
            .wrong
            .iter()
            .filter(|miss| !miss.is_excused());
        let missed = missed.count();
        if missed > 0 {
            faults.push(format!(
                "{missed} events had the wrong bot, or none, without an excuse"
            ));
        }
        if !simulated.started.doubled.is_empty() {
            faults.push(format!(
                "{} meetings had more than one bot",
                simulated.started.doubled.len()
            ));
        }
        let refused: u64 = simulated.calls.iter().map(|(_, calls)| calls.refused).sum();
        if refused > 0 {
            faults.push(format!("{refused} calls exceeded their limit"));
        }
        faults
    });
    let dead = week.deployed.queue.totals().dead;
    if dead > 0 {
        faults.push(format!("{dead} messages became dead letters"));
    }
    faults
}
