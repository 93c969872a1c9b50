//! Coverage of a period: how many meetings were recorded, and why the others were not.

mod spreadsheet;
#[cfg(test)]
mod tests;
mod text;

use std::io;

use callsheet_api::coverage::Coverage;
use callsheet_app::coverage::{CoverageQuery, LONGEST_PERIOD, coverage, days, utc_day};
use callsheet_app::ports::{Calendars, KeptCoverage, MeetingDays};
use callsheet_domain::Timestamp;
use jiff::ToSpan as _;

use crate::arguments::CoverageArguments;
use crate::error::CliError;
use crate::render::{Render as _, show};
use crate::terminal::print_text;
use crate::workspace::Workspace;

/// Counts the meetings that `arguments` select, and prints them.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &CoverageArguments,
    now: Timestamp,
) -> Result<io::Result<u8>, CliError> {
    let query = query(arguments, now)?;
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let coverage = read((&state, &decisions), query, now).await?;
    Ok(if arguments.csv {
        print_text(spreadsheet::table(&coverage).trim_end()).map(|()| coverage.exit_code())
    } else {
        show(&coverage, &workspace.output())
    })
}

async fn read<S, D>(
    (state, decisions): (&S, &D),
    query: CoverageQuery,
    now: Timestamp,
) -> Result<Coverage, CliError>
where
    S: Calendars + KeptCoverage,
    D: MeetingDays,
{
    let report = coverage(state, decisions, query, now).await?;
    Ok(Coverage::of(report, now))
}

/// What the arguments ask for. A week up to today, unless they say otherwise.
fn query(arguments: &CoverageArguments, now: Timestamp) -> Result<CoverageQuery, CliError> {
    let until = arguments.until.unwrap_or_else(|| utc_day(now));
    let from = arguments
        .from
        .unwrap_or_else(|| until.saturating_sub(6.days()));
    if until < from {
        return Err(CliError::Failed(format!(
            "the period ends on {until}, before it begins on {from}: give --from and --until in order"
        )));
    }
    if days(from, until).nth(LONGEST_PERIOD).is_some() {
        return Err(CliError::Failed(format!(
            "the period from {from} to {until} is longer than {LONGEST_PERIOD} days, for which totals \
             are kept: choose a shorter one"
        )));
    }
    Ok(CoverageQuery {
        from,
        until,
        by: arguments.by.into(),
    })
}
