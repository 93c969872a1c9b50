//! Which calendars Recall lists.

use std::collections::{BTreeMap, HashSet};

use callsheet_app::ports::{CalendarDirectory, Clock, RateLimits, UnreadableCalendar};
use callsheet_domain::{Calendar, CalendarId, Operation};

use crate::error::CliError;
use crate::paced::{Paced, published_pace};

/// What Recall lists.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) calendars: BTreeMap<CalendarId, Calendar>,
    /// They are there, and that is all that is known of them.
    pub(super) unreadable: Vec<UnreadableCalendar>,
}

impl Directory {
    /// Whether a calendar is listed that cannot be read.
    pub(super) fn holds_unreadable(&self, id: &CalendarId) -> bool {
        let mut named = self.unreadable.iter().filter_map(|odd| odd.id.as_ref());
        named.any(|odd| odd == id)
    }
}

/// Reads the whole list.
pub(super) async fn read<R, S, K>(recall: &R, state: &S, clock: &K) -> Result<Directory, CliError>
where
    R: CalendarDirectory,
    S: RateLimits,
    K: Clock,
{
    let operation = Operation::ListCalendars;
    let paced = Paced {
        state,
        clock,
        operation,
        rate_limit: published_pace(operation),
    };
    let (mut directory, mut cursor, mut followed) = (Directory::default(), None, HashSet::new());
    loop {
        let page = paced.call(async || recall.calendars(cursor.as_ref()).await);
        let page = page.await?;
        let calendars = page.calendars.into_iter();
        let named = calendars.map(|calendar| (calendar.id.clone(), calendar));
        directory.calendars.extend(named);
        directory.unreadable.extend(page.unreadable);
        let Some(next) = page.next else {
            return Ok(directory);
        };
        if !followed.insert(next.clone()) {
            return Err(CliError::Cannot(
                "Recall's pages of calendars go round in circles".to_owned(),
            ));
        }
        cursor = Some(next);
    }
}
