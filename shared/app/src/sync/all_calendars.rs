//! The list of all calendars, read only if it is asked for.

use std::sync::OnceLock;

use callsheet_domain::CalendarRecord;

use crate::PortError;
use crate::ports::{Calendars, ListedCalendar};
use crate::sync_counts::count;

/// The list of all calendars.
pub(super) struct AllCalendars<'a, S> {
    state: &'a S,
    known: Option<&'a [ListedCalendar]>,
    read: OnceLock<Vec<ListedCalendar>>,
}

impl<'a, S: Calendars> AllCalendars<'a, S> {
    /// The list, if it is `known` already.
    pub(super) fn new(state: &'a S, known: Option<&'a [ListedCalendar]>) -> Self {
        Self {
            state,
            known,
            read: OnceLock::new(),
        }
    }

    /// The list, as it was first read.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn get(&self) -> Result<&[ListedCalendar], PortError> {
        if let Some(known) = self.known {
            return Ok(known);
        }
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let listed = self.state.listed().await?;
        Ok(self.read.get_or_init(|| listed))
    }
}

/// The number of calendars that can have bots.
pub(super) fn connected(calendars: &[ListedCalendar]) -> u32 {
    let holds_bots = |record: &CalendarRecord| record.calendar.status.holds_bots();
    let connected = calendars.iter().filter(|listed| holds_bots(&listed.record));
    count(connected.count())
}
