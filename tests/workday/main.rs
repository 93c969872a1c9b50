//! A working week of six calendars, played against the deployed stack: what
//! people do to their meetings, and whether the right bots follow.
#![expect(clippy::print_stdout, reason = "the program is there to be watched")]

mod agenda;
mod cast;
mod chapters;
mod day;
mod expectation;
mod links;
mod meeting;
mod report;
mod week;

use std::process::ExitCode;

use callsheet_tests::Stack;
use day::{Day, Told};

#[tokio::main]
async fn main() -> ExitCode {
    match play().await {
        Ok(failures) if failures.is_empty() => {
            println!("\nEverything agreed.");
            ExitCode::SUCCESS
        }
        Ok(failures) => {
            eprintln!("\nNot everything agreed:");
            for failure in failures {
                eprintln!("- {failure}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("\nThe day could not be played to its end: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays and reports; what went wrong, in sentences.
async fn play() -> Told<Vec<String>> {
    let mut day = Day::new(Stack::of_environment());
    chapters::play(&mut day).await?;
    report::print(&mut day).await?;
    Ok(day.into_failures())
}
