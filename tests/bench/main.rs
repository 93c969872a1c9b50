//! Benchmarks of a deployed stack with Recall's rate limits: `make bench BENCH=storm`.
//!
//! The simulator counts the calls, the rejections, the most calls in a sliding minute and the
//! violations of the specification; it has no code for Callsheet. docs/benchmarks.md describes
//! each benchmark.
#![expect(clippy::print_stdout, reason = "the program prints its report")]

mod all_hands;
mod backlog;
mod calls;
mod console;
mod cost;
mod counting_proxy;
mod dataset;
mod drain;
mod dropped;
mod faults;
mod lease_hold;
mod moves;
mod newcomers;
mod numbers;
mod overtake;
mod paging;
mod plain_server;
mod previews;
mod processes;
mod push;
mod quiet;
mod report;
mod result;
mod snapshot;
mod storm;
mod testbed;
mod wait;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use result::BenchResult;
use testbed::Testbed;

/// Measures a deployed stack against a simulated Recall.
#[derive(Debug, Parser)]
struct Flags {
    /// Benchmark to run
    benchmark: Benchmark,
    /// Number of due decisions for `drain`, `overtake`, `allhands` and `faults`, or of events for `paging`, `cost` and `push`
    #[arg(long)]
    rows: Option<usize>,
    /// Rate limit of calls to schedule a bot, per minute, for `drain`
    #[arg(long, default_value_t = 600)]
    rate: u32,
    /// Run `callsheet preview` repeatedly during `storm`
    #[arg(long)]
    previews: bool,
    /// Run at the smallest size that takes every step: shows that a benchmark works, and measures nothing
    #[arg(long)]
    smallest: bool,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// Benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// 200 calendars are connected within half a minute, then their 2,000 events change
    Storm,
    /// A calendar of 10,000 events is synced for the first time
    Paging,
    /// The scheduler drains a backlog of due decisions
    #[value(name = "drain")]
    DrainBacklog,
    /// An urgent meeting overtakes a backlog
    Overtake,
    /// 1,000 copies of one meeting are due, and another meeting a minute later
    #[value(name = "allhands")]
    AllHands,
    /// 10,000 events are decided anew after a push, the nearest first
    Push,
    /// One webhook at a time, from the webhook to the bot
    Quiet,
    /// Half of the webhooks are dropped, then one resync is requested
    Dropped,
    /// Requests to DynamoDB for each decision
    Cost,
    /// Bot calls fail in nine ways while decisions are due
    Faults,
    /// An owner's agenda and overrides over the console's API, then 50 requests a second
    Console,
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

/// Runs the benchmark, then saves and prints its report.
async fn measure(flags: &Flags) -> BenchResult<()> {
    let testbed = Testbed::from_environment(flags.smallest);
    let rows = |usual, smallest| flags.rows.unwrap_or_else(|| testbed.sized(usual, smallest));
    let report = match flags.benchmark {
        Benchmark::Storm => storm::measure(&testbed, flags.previews).await?,
        Benchmark::Paging => paging::measure(&testbed, rows(10_000, 200)).await?,
        Benchmark::DrainBacklog => drain::measure(&testbed, rows(3_000, 20), flags.rate).await?,
        Benchmark::Overtake => overtake::measure(&testbed, rows(10_000, 100)).await?,
        Benchmark::AllHands => all_hands::measure(&testbed, rows(1_000, 50)).await?,
        Benchmark::Push => push::measure(&testbed, rows(10_000, 40)).await?,
        Benchmark::Quiet => quiet::measure(&testbed).await?,
        Benchmark::Dropped => dropped::measure(&testbed).await?,
        Benchmark::Cost => cost::measure(&testbed, rows(1_000, 5)).await?,
        Benchmark::Faults => faults::measure(&testbed, rows(1_000, 10)).await?,
        Benchmark::Console => console::measure(&testbed).await?,
    };
    report.save()?;
    if flags.json {
        println!("{}", report.json());
    } else {
        report.print();
    }
    let missed = report.missed();
    if flags.smallest || missed.is_empty() {
        return Ok(());
    }
    Err(format!("not every goal is met: {}", missed.join("; ")).into())
}
