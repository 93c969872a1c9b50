//! Benchmarks on a deployed stack with Recall's limits: `make bench BENCH=storm`.
//!
//! What is reported is counted by the simulator, which stands outside: calls,
//! refusals, the most in a sliding minute, violations. docs/benchmarks.md says
//! what each measures, and how.
#![expect(clippy::print_stdout, reason = "the program is there to be read")]

mod beside;
mod cost;
mod counter;
mod dataset;
mod drain;
mod dropped;
mod faults;
mod gate;
mod numbers;
mod overtake;
mod paging;
mod plain;
mod processes;
mod quiet;
mod report;
mod rig;
mod storm;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use rig::{Done, Rig};

/// What is to be measured, and how it is told.
#[derive(Debug, Parser)]
struct Flags {
    /// Which one
    benchmark: Benchmark,
    /// How many rows are due, for `drain`, `overtake` and `faults`, or events there are, for `paging`
    #[arg(long)]
    rows: Option<usize>,
    /// Calls to schedule a bot that `drain` may make a minute
    #[arg(long, default_value_t = 600)]
    rate: u32,
    /// Somebody previews a policy all the while, in `storm`
    #[arg(long)]
    previews: bool,
    /// Run at the smallest size that takes every step: shows that a benchmark works, and measures nothing
    #[arg(long)]
    smallest: bool,
    /// Print JSON in place of tables
    #[arg(long)]
    json: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// 2,000 events of 200 calendars change within half a minute
    Storm,
    /// 10,000 events of one calendar are looked at for the first time
    Paging,
    /// A backlog of bots is scheduled
    Drain,
    /// An urgent meeting overtakes a backlog
    Overtake,
    /// One webhook at a time
    Quiet,
    /// Half of the webhooks never come, and a sweep makes up for it
    Dropped,
    /// What a decision asks of the tables
    Cost,
    /// Bot calls fail in every way they can
    Faults,
}

#[tokio::main]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    match measure(&flags).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(flags: &Flags) -> Done<()> {
    let rig = Rig::of_environment(flags.smallest);
    let rows = |usual, smallest| flags.rows.unwrap_or_else(|| rig.sized(usual, smallest));
    let report = match flags.benchmark {
        Benchmark::Storm => storm::measure(&rig, flags.previews).await?,
        Benchmark::Paging => paging::measure(&rig, rows(10_000, 200)).await?,
        Benchmark::Drain => drain::measure(&rig, rows(3_000, 20), flags.rate).await?,
        Benchmark::Overtake => overtake::measure(&rig, rows(10_000, 100)).await?,
        Benchmark::Quiet => quiet::measure(&rig).await?,
        Benchmark::Dropped => dropped::measure(&rig).await?,
        Benchmark::Cost => cost::measure(&rig, rows(1_000, 5)).await?,
        Benchmark::Faults => faults::measure(&rig, rows(1_000, 10)).await?,
    };
    report.save()?;
    if flags.json {
        println!("{}", report.json());
    } else {
        report.print();
    }
    Ok(())
}
