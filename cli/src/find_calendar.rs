//! Which calendar a person means: by Recall's id, or by its owner's address.

use callsheet_app::ports::Calendars;
use callsheet_domain::{CalendarId, CalendarRecord};

use crate::error::CliError;

/// The calendar of this id, or of this owner if they have but one that may have bots.
pub(crate) async fn recordable<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<CalendarId, CliError> {
    let named = of_name(state, name).await?;
    let named = match named {
        Named::ById(record) => vec![*record],
        Named::ByOwner(mut records) => {
            records.retain(|record| record.calendar.status.holds_bots());
            records
        }
    };
    Ok(one(name, named)?.ok_or_else(|| unknown(name))?.calendar.id)
}

/// The calendar of this id, or of this owner: the one that may have bots if
/// only one of theirs does, or else the only one. None if nothing is remembered
/// by that name.
pub(crate) async fn remembered<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<Option<CalendarRecord>, CliError> {
    match of_name(state, name).await? {
        Named::ById(record) => Ok(Some(*record)),
        Named::ByOwner(records) => {
            let (live, lost): (Vec<_>, Vec<_>) = records
                .into_iter()
                .partition(|record| record.calendar.status.holds_bots());
            one(name, if live.is_empty() { lost } else { live })
        }
    }
}

/// What is said where no calendar goes by `name`.
pub(crate) fn unknown(name: &str) -> CliError {
    CliError::Refused(format!(
        "no calendar is known by \"{name}\": `callsheet calendars list` shows them"
    ))
}

enum Named {
    ById(Box<CalendarRecord>),
    ByOwner(Vec<CalendarRecord>),
}

async fn of_name<S: Calendars>(state: &S, name: &str) -> Result<Named, CliError> {
    if let Ok(id) = CalendarId::parse(name)
        && let Some(record) = state.record(&id).await?
    {
        return Ok(Named::ById(Box::new(record)));
    }
    let records = state
        .listed()
        .await?
        .into_iter()
        .map(|listed| listed.record);
    let owned = records.filter(|record| {
        let owner = record.calendar.email.as_ref();
        owner.is_some_and(|owner| owner.as_str().eq_ignore_ascii_case(name))
    });
    Ok(Named::ByOwner(owned.collect()))
}

fn one(name: &str, mut records: Vec<CalendarRecord>) -> Result<Option<CalendarRecord>, CliError> {
    if records.len() < 2 {
        return Ok(records.pop());
    }
    let mut ids: Vec<_> = records
        .iter()
        .map(|record| record.calendar.id.as_str())
        .collect();
    ids.sort_unstable();
    Err(CliError::Refused(format!(
        "\"{name}\" has several calendars, say which: {}",
        ids.join(", ")
    )))
}
