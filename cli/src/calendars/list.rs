//! Every known calendar, and its status at Recall.

use callsheet_api::calendars::CalendarList;
use callsheet_app::list_calendars::list_calendars;
use callsheet_app::ports::{Calendars, Decisions, Policies};
use callsheet_domain::Timestamp;

use crate::error::CliError;

/// Lists the known calendars.
pub(super) async fn list<S, D>(
    state: &S,
    decisions: &D,
    now: Timestamp,
) -> Result<CalendarList, CliError>
where
    S: Calendars + Policies,
    D: Decisions,
{
    let known = list_calendars(state, decisions, now).await?;
    Ok(CalendarList::of(known, now))
}
