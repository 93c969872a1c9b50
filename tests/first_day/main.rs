//! Runs docs/first-day.md command by command against a deployed stack, and compares what each
//! prints with the page: `make first-day`.
#![expect(clippy::print_stdout, reason = "the program is meant to be read")]

mod page;
mod run;
mod stable;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use callsheet_tests::Stack;
use clap::Parser;
use page::{Page, Step};
use run::Run;

/// Columns of the page.
const PAGE_COLUMNS: usize = 80;

/// Runs the commands of a page.
#[derive(Debug, Parser)]
struct Flags {
    /// The page
    page: PathBuf,
    /// Write what was printed to the page, instead of comparing
    #[arg(long)]
    write: bool,
    /// Columns of the terminal; only with 80 is the page compared or written
    #[arg(long, default_value_t = PAGE_COLUMNS)]
    columns: usize,
    /// Write the page as it is with these columns to a file
    #[arg(long)]
    copy: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    match first_day(&flags).await {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            eprintln!("first-day: {problems}");
            ExitCode::FAILURE
        }
    }
}

async fn first_day(flags: &Flags) -> Result<String, String> {
    let path = flags.page.display();
    let text = fs::read_to_string(&flags.page).map_err(|error| format!("{path}: {error}"))?;
    let page = Page::parse(&text).map_err(|problem| format!("{path}: {problem}"))?;
    let mut run = Run::new(Stack::of_environment(), flags.columns)?;
    let printed = run.page(&page).await?;
    if let Some(copy) = &flags.copy {
        let written = fs::write(copy, printed.text());
        written.map_err(|error| format!("{}: {error}", copy.display()))?;
    }
    let commands = page.steps().count();
    let done = format!("{commands} commands at {} columns", flags.columns);
    let mut problems = too_wide(&printed, flags.columns);
    if flags.write && flags.columns == PAGE_COLUMNS {
        let written = fs::write(&flags.page, printed.text());
        written.map_err(|error| format!("{path}: {error}"))?;
    } else {
        problems.extend(differences(&page, &printed, flags.columns == PAGE_COLUMNS));
    }
    if problems.is_empty() {
        return Ok(format!("{done}: as on the page"));
    }
    Err(format!(
        "{done}, {} problems. `make first-day WRITE=1` writes the page.\n\n{}",
        problems.len(),
        problems.join("\n\n")
    ))
}

/// The commands that print another text than on the page, or, unless `is_whole`, another exit code.
fn differences(page: &Page, printed: &Page, is_whole: bool) -> Vec<String> {
    let differs = |(expected, found): &(&Step, &Step)| {
        expected.exit_code() != found.exit_code() || is_whole && expected.output != found.output
    };
    let pairs = page.steps().zip(printed.steps()).filter(differs);
    pairs
        .map(|(expected, found)| {
            format!(
                "$ {}\nThe page:\n{}\nThis run:\n{}",
                expected.command,
                expected.output.join("\n"),
                found.output.join("\n")
            )
        })
        .collect()
}

/// The lines that do not fit `columns`.
fn too_wide(printed: &Page, columns: usize) -> Vec<String> {
    let lines = printed.steps().flat_map(|step| {
        let wide = step
            .output
            .iter()
            .filter(move |line| line.chars().count() > columns);
        wide.map(move |line| {
            format!(
                "$ {}\nis wider than {columns} columns:\n{line}",
                step.command
            )
        })
    });
    lines.collect()
}
