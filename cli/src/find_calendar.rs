//! Finds the calendar that an argument names, by Recall's id or by its owner's address.

use std::collections::BTreeSet;

use callsheet_app::ports::Calendars;
use callsheet_domain::{CalendarId, CalendarRecord};

use crate::error::CliError;

/// The connected calendar that `name` names: by its id, or by its owner. Of several
/// calendars of one owner it is any.
pub(crate) async fn find_connected<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<CalendarId, CliError> {
    let matches = match find_matches(state, name).await? {
        Matches::ById(record) => vec![*record],
        Matches::ByOwner(mut records) => {
            records.retain(|record| record.calendar.status.holds_bots());
            records.sort_by(|a, b| a.calendar.id.cmp(&b.calendar.id));
            records.dedup_by_key(|record| record.calendar.owner());
            records
        }
    };
    let record = only_one(name, matches)?;
    Ok(record.ok_or_else(|| unknown_calendar(name))?.calendar.id)
}

/// The calendar that `name` names: by its id, or as the only connected calendar
/// of its owner, or else as the owner's only calendar. None if none is stored.
pub(crate) async fn find_any<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<Option<CalendarRecord>, CliError> {
    match find_matches(state, name).await? {
        Matches::ById(record) => Ok(Some(*record)),
        Matches::ByOwner(records) => {
            let (connected, lost): (Vec<_>, Vec<_>) = records
                .into_iter()
                .partition(|record| record.calendar.status.holds_bots());
            only_one(
                name,
                if connected.is_empty() {
                    lost
                } else {
                    connected
                },
            )
        }
    }
}

/// The ids of all known calendars, whether or not their records can be read.
pub(crate) async fn known_calendars<S: Calendars>(
    state: &S,
) -> Result<BTreeSet<CalendarId>, CliError> {
    let listed = state.listed().await?.into_iter();
    let listed = listed.map(|listed| listed.record.calendar.id);
    let unreadable = state.unreadable().await?.into_iter();
    Ok(listed
        .chain(unreadable.map(|record| record.calendar_id))
        .collect())
}

/// The error for a name that no calendar has.
pub(crate) fn unknown_calendar(name: &str) -> CliError {
    CliError::Refused(format!(
        "no calendar has the id or the owner \"{name}\": `callsheet calendars list` shows the known ones"
    ))
}

/// Whether a calendar is among those that `--calendar` selects, by id or owner's
/// address. An empty selection selects all.
pub(crate) fn is_selected(selection: &[String], id: &CalendarId, owner: Option<&str>) -> bool {
    let names = |text: &String| {
        text == id.as_str() || owner.is_some_and(|owner| owner.eq_ignore_ascii_case(text))
    };
    selection.is_empty() || selection.iter().any(names)
}

enum Matches {
    ById(Box<CalendarRecord>),
    ByOwner(Vec<CalendarRecord>),
}

async fn find_matches<S: Calendars>(state: &S, name: &str) -> Result<Matches, CliError> {
    if let Ok(id) = CalendarId::parse(name)
        && let Some(record) = state.record(&id).await?
    {
        return Ok(Matches::ById(Box::new(record)));
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
    Ok(Matches::ByOwner(owned.collect()))
}

fn only_one(
    name: &str,
    mut records: Vec<CalendarRecord>,
) -> Result<Option<CalendarRecord>, CliError> {
    if records.len() < 2 {
        return Ok(records.pop());
    }
    let mut ids: Vec<_> = records
        .iter()
        .map(|record| record.calendar.id.as_str())
        .collect();
    ids.sort_unstable();
    Err(CliError::Refused(format!(
        "\"{name}\" has several calendars; give the id of one of them: {}",
        ids.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(&[], true; "no selection")]
    #[test_case(&["calendar-sales"], true; "its id")]
    #[test_case(&["x", "Sales@acme.example"], true; "its owner")]
    #[test_case(&["acme.example"], false; "another calendar")]
    fn a_calendar_is_selected_by_its_id_or_its_owner(selection: &[&str], expected: bool) {
        let selection: Vec<_> = selection.iter().map(|text| (*text).to_owned()).collect();
        let id = CalendarId::parse("calendar-sales").expect("an id");
        assert_eq!(
            is_selected(&selection, &id, Some("sales@acme.example")),
            expected
        );
    }
}
