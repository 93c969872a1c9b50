//! Finds the calendar that an argument names, by Recall's id, the beginning of it, or its owner's
//! address.

use std::collections::BTreeSet;

use callsheet_domain::{CalendarId, CalendarOwner, CalendarRecord, CalendarStatus, Email};

use crate::PortError;
use crate::ports::Calendars;
use crate::use_case_error::UseCaseError;

/// The connected calendar that `name` names: by its id, or by its owner. Of several
/// calendars of one owner it is any.
///
/// # Errors
/// If there is none, owners on several platforms have the name, or a collaborator fails.
pub async fn find_connected<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<CalendarId, UseCaseError> {
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
    Ok(record
        .ok_or_else(|| UseCaseError::UnknownCalendar(name.to_owned()))?
        .calendar
        .id)
}

/// The calendar that `name` names: by its id, or as the only connected calendar
/// of its owner, or else as the owner's only calendar. None if none is stored.
///
/// # Errors
/// If the owner has several, or a collaborator fails.
pub async fn find_any<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<Option<CalendarRecord>, UseCaseError> {
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

/// The calendars that access for `name` covers: the one that it names, or those of a mailbox, as
/// [`calendars_at_recall`] gives them.
///
/// # Errors
/// If there is none, several calendars have the name, or a collaborator fails.
pub async fn find_for_access<S: Calendars>(
    state: &S,
    name: &str,
) -> Result<Vec<CalendarId>, UseCaseError> {
    let Ok(address) = Email::parse(name) else {
        return Ok(vec![find_connected(state, name).await?]);
    };
    let calendars = calendars_at_recall(state, &address).await?;
    if calendars.is_empty() {
        return Err(UseCaseError::UnknownCalendar(name.to_owned()));
    }
    Ok(calendars)
}

/// The ids of all known calendars, whether or not their records can be read.
///
/// # Errors
/// If a collaborator fails.
pub async fn known_calendars<S: Calendars>(state: &S) -> Result<BTreeSet<CalendarId>, PortError> {
    let listed = state.listed().await?.into_iter();
    let listed = listed.map(|listed| listed.record.calendar.id);
    let unreadable = state.unreadable().await?.into_iter();
    Ok(listed
        .chain(unreadable.map(|record| record.calendar_id))
        .collect())
}

/// Whether a calendar is among those that `--calendar` selects, by id or owner's
/// address. An empty selection selects all.
#[must_use]
pub fn is_selected(selection: &[String], id: &CalendarId, owner: Option<&str>) -> bool {
    let names = |text: &String| {
        text == id.as_str() || owner.is_some_and(|owner| owner.eq_ignore_ascii_case(text))
    };
    selection.is_empty() || selection.iter().any(names)
}

/// Length of the shortest beginning of an id that is looked for.
const SHORTEST_GIVEN: usize = 4;

enum Matches {
    ById(Box<CalendarRecord>),
    ByOwner(Vec<CalendarRecord>),
}

async fn find_matches<S: Calendars>(state: &S, name: &str) -> Result<Matches, UseCaseError> {
    if let Ok(id) = CalendarId::parse(name)
        && let Some(record) = state.record(&id).await?
    {
        return Ok(Matches::ById(Box::new(record)));
    }
    if let Ok(email) = Email::parse(name) {
        return Ok(Matches::ByOwner(calendars_of_mailbox(state, &email).await?));
    }
    if name.chars().count() < SHORTEST_GIVEN {
        return Ok(Matches::ByOwner(Vec::new()));
    }
    let listed = state.listed().await?.into_iter();
    let records = listed.map(|listed| listed.record);
    let begins = |record: &CalendarRecord| record.calendar.id.as_str().starts_with(name);
    let mut begun: Vec<_> = records.filter(begins).collect();
    Ok(match begun.len() {
        1 => Matches::ById(Box::new(begun.remove(0))),
        _ => Matches::ByOwner(begun),
    })
}

/// The calendars of the mailbox of this address, on any platform, whatever their status, in any
/// order. They are found by the person's name, without a list of all calendars.
///
/// # Errors
/// If a collaborator fails.
async fn calendars_of_mailbox<S: Calendars>(
    state: &S,
    email: &Email,
) -> Result<Vec<CalendarRecord>, PortError> {
    let mut owned = Vec::new();
    for person in CalendarOwner::persons(email) {
        let theirs = state.of_owner(&person).await?.into_iter();
        // The person may have calendars of other addresses.
        let theirs = theirs.filter(|listed| listed.record.calendar.email.as_ref() == Some(email));
        owned.extend(theirs.map(|listed| listed.record));
    }
    Ok(owned)
}

/// The calendars of the mailbox of this address that exist at Recall, connected ones first.
///
/// # Errors
/// If a collaborator fails.
pub async fn calendars_at_recall<S: Calendars>(
    state: &S,
    address: &Email,
) -> Result<Vec<CalendarId>, PortError> {
    let records = calendars_of_mailbox(state, address).await?.into_iter();
    let calendars = records.map(|record| record.calendar);
    let mut calendars: Vec<_> = calendars
        .filter(|calendar| calendar.status != CalendarStatus::Deleted)
        .map(|calendar| (!calendar.status.holds_bots(), calendar.id))
        .collect();
    calendars.sort_unstable();
    calendars.dedup();
    Ok(calendars.into_iter().map(|(_, id)| id).collect())
}

fn only_one(
    name: &str,
    mut records: Vec<CalendarRecord>,
) -> Result<Option<CalendarRecord>, UseCaseError> {
    if records.len() < 2 {
        return Ok(records.pop());
    }
    let mut calendars: Vec<_> = records
        .into_iter()
        .map(|record| record.calendar.id)
        .collect();
    calendars.sort_unstable();
    Err(UseCaseError::SeveralCalendars {
        owner: name.to_owned(),
        calendars,
    })
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
