//! Simulates a week of a workspace of any size, with the real use cases, at Recall's
//! published limits, and prints how late decisions and bots were.
//!
//! Time passes as fast as the work is done: the functions wait on a clock that advances when
//! all of them wait.

mod bots;
mod company;
mod goals;
mod lambda;
mod lateness;
mod limits;
mod log;
mod recall;
mod report;
mod week;
mod workspace;
mod world;

use std::io::{Result, Write as _};
use std::process::ExitCode;

use callsheet_domain::Timestamp;
use callsheet_testkit::PausedClock;
use clap::Parser;
use company::{Company, Size};
use lambda::Deployed;
use mimalloc::MiMalloc;
use tokio::task::LocalSet;
use week::Week;
use world::World;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Simulates a week of a workspace at Recall's published limits.
///
/// Prints how late decisions and bots were, the calls against the limits, the goals, and whether
/// anything was missed.
#[derive(Debug, Clone, Copy, Parser)]
#[command(version)]
struct Flags {
    /// Calendars of the workspace
    #[arg(long, default_value_t = 1_000)]
    calendars: u32,
    /// Events of each calendar on a workday
    #[arg(long, default_value_t = 8)]
    events_a_day: u32,
    /// How many days ahead meetings are planned
    #[arg(long, default_value_t = 28)]
    days_ahead: i32,
    /// Days that are simulated, from Saturday on
    #[arg(long, default_value_t = 7)]
    days: i32,
    /// The day on which it begins, as days after Saturday: the calendars are connected then, and
    /// what happens before the next day is left out
    #[arg(long, default_value_t = 0)]
    first_day: i32,
    /// Of a hundred calendars so many are connected on Wednesday, 3,000 at most
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(..100))]
    later: u32,
    /// Write the log lines of the functions to standard error
    #[arg(long)]
    log: bool,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The midnight before a Saturday.
const SATURDAY: &str = "2090-03-04T00:00:00Z";

/// Plays the week. Gives its tables, and what must not have happened: faults, and goals that are
/// not met.
async fn simulate(flags: Flags) -> (String, Vec<String>) {
    let began: Timestamp = SATURDAY.parse().expect("an instant");
    let clock = PausedClock::at(company::days_after(began, flags.first_day));
    if flags.log {
        log::init(clock);
    }
    let size = Size {
        calendars: flags.calendars,
        events_a_day: flags.events_a_day,
    };
    let world = World::new(Company::new(size, flags.seed), clock, flags.seed);
    let week = Week {
        deployed: Deployed::start(&world),
        began,
        first_day: flags.first_day,
        days_ahead: flags.days_ahead,
        calendars: flags.calendars,
        later: flags.later,
    };
    week.play(flags.days).await;
    let (goals, missed) = week.world().with(|simulated| goals::goals(simulated));
    let text = [report::report(&week), goals].join("\n");
    let mut faults = report::faults(&week);
    faults.extend(missed);
    (text, faults)
}

fn main() -> Result<ExitCode> {
    let flags = Flags::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    let (text, faults) = LocalSet::new().block_on(&runtime, simulate(flags));
    let mut output = std::io::stdout();
    output.write_all(text.as_bytes())?;
    for fault in &faults {
        writeln!(output, "Fault: {fault}.")?;
    }
    let is_right = faults.is_empty();
    writeln!(
        output,
        "Result: {}",
        if is_right { "correct" } else { "not correct" }
    )?;
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
