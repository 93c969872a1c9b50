//! Events of several calendars in order of start, page by page.

use callsheet_domain::{CalendarId, Email, Timestamp};

use crate::PortError;
use crate::events::{FoundEvents, Owners, owners, short_id};
use crate::find_calendar::is_selected;
use crate::found_event::FoundEvent;
use crate::ports::{Calendars, Decisions};
use crate::row_page::{PageQuery, Whose, read_page};

/// Reads a page of the events of the calendars that `selection` names, by id or owner's address,
/// or of all calendars if it names none.
///
/// # Errors
/// If a collaborator fails.
pub async fn list_page<S, D>(
    (state, decisions): (&S, &D),
    selection: &[String],
    query: &PageQuery,
    now: Timestamp,
) -> Result<FoundEvents, PortError>
where
    S: Calendars,
    D: Decisions,
{
    let calendars = owners(state)
        .await?
        .into_iter()
        .filter(|(id, owner)| is_selected(selection, id, owner.as_ref().map(Email::as_str)));
    let calendars: Owners = calendars.collect();
    let ids: Vec<CalendarId> = calendars.keys().cloned().collect();
    let whose = if selection.is_empty() {
        Whose::All
    } else {
        Whose::Calendars(&ids)
    };
    let page = read_page(decisions, whose, query, now).await?;
    let events = page.events.into_iter().map(|decision| FoundEvent {
        owner: calendars.get(&decision.calendar_id).cloned().flatten(),
        short_id: short_id(&decision.key.event_id, &page.ids),
        decision,
    });
    Ok(FoundEvents {
        events: events.collect(),
        unreadable: page.unreadable,
        next: page.next,
    })
}
