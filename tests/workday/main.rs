//! Demonstration of `make run`: six people change their meetings, and the program checks that
//! Callsheet makes the right decisions and keeps the right bots scheduled.
//!
//! It runs against the deployed stack and a simulated Recall. The expected result is written down
//! in the scenarios, independently of Callsheet's rules.
#![expect(clippy::print_stdout, reason = "the program is meant to be watched")]

mod agenda;
mod demo;
mod expectation;
mod meeting;
mod meeting_links;
mod outcomes;
mod people;
mod report;
mod scenarios;
mod table;
mod week;

use std::process::ExitCode;

use callsheet_tests::Stack;
use demo::{ControlResult, Demo};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(problems) if problems.is_empty() => {
            println!(
                "\nResult: correct. After every scenario the decisions and the bots were as expected."
            );
            ExitCode::SUCCESS
        }
        Ok(problems) => {
            eprintln!("\nResult: {} problems:", problems.len());
            for problem in problems {
                eprintln!("- {problem}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("\nResult: the demonstration was interrupted: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all scenarios, prints the report and returns the problems.
async fn run() -> ControlResult<Vec<String>> {
    let mut demo = Demo::new(Stack::of_environment());
    scenarios::run(&mut demo).await?;
    report::print(&mut demo).await?;
    Ok(demo.into_problems())
}
