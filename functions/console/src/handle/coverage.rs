//! How many meetings were recorded, and why the others were not.

use callsheet_api::coverage::Coverage;
use callsheet_app::coverage::{CoverageQuery, coverage as count, days, utc_day};
use callsheet_domain::{CountedBy, Timestamp};
use jiff::ToSpan as _;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::page;
use crate::parameters::Parameters;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

/// The longest period, in days: so many are counted from decisions within seconds.
const LONGEST: usize = 31;

/// The coverage of a period, as `callsheet coverage` counts it.
pub(super) async fn coverage<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let query = query(asked, caller.now)?;
    let report = count(ports.state(), ports.decisions(), query, caller.now).await?;
    let coverage = Coverage::of(report, caller.now);
    let page = asked.page(caller, |view| page::coverage(&coverage, view));
    Ok(Answer::of(&coverage).with_page(page))
}

/// A week up to today, unless the request says otherwise.
fn query(asked: Asked<'_>, now: Timestamp) -> Result<CoverageQuery, Refused> {
    let mut given = Parameters::of(asked.query);
    let until = given.date("until").unwrap_or_else(|| utc_day(now));
    let from = given.date("from");
    let from = from.unwrap_or_else(|| until.saturating_sub(6.days()));
    if until < from || days(from, until).nth(LONGEST).is_some() {
        given.refuse(
            "until",
            "a date from `from` on, of a period of 31 days at most",
        );
    }
    let groups = "day, calendar, rule, policy, platform or class";
    let by = given.one("by", groups, CountedBy::parse);
    given.finish()?;
    Ok(CoverageQuery {
        from,
        until,
        by: by.unwrap_or(CountedBy::Day),
    })
}
