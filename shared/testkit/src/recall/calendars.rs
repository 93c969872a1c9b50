//! Listing and deleting calendars.

use callsheet_app::PortError;
use callsheet_app::ports::{
    CalendarDirectory, CalendarRemoval, Clock, PageOfCalendars, Removed, UnreadableCalendar,
};
use callsheet_domain::{Calendar, CalendarId, Operation, PageCursor, Timestamp};

use super::{Fault, MemoryRecall, cut};

impl<K: Clock> MemoryRecall<K> {
    /// Lists one more calendar on the first page, in a form that cannot be read.
    pub fn put_unreadable_calendar(&self, calendar: UnreadableCalendar) {
        self.lock().unreadable.push(calendar);
    }
}

impl<K: Clock> CalendarDirectory for MemoryRecall<K> {
    async fn calendars(
        &self,
        created_since: Option<Timestamp>,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfCalendars, PortError> {
        match self.enter(Operation::ListCalendars, "") {
            Some(Fault::Fails(error)) => return Err(error),
            Some(_) => return Err(cut()),
            None => {}
        }
        let from = cursor.map_or(0, |cursor| cursor.0.parse().expect("a cursor of this fake"));
        let workspace = self.lock();
        let created_at = |calendar: &Calendar| calendar.created_at.unwrap_or(calendar.updated_at);
        let calendars = workspace.calendars.values();
        let calendars: Vec<_> = calendars
            .filter(|calendar| created_since.is_none_or(|since| created_at(calendar) >= since))
            .collect();
        let size = workspace.page_size;
        let to = from + size;
        Ok(PageOfCalendars {
            next: (to < calendars.len()).then(|| PageCursor(to.to_string())),
            calendars: calendars
                .into_iter()
                .skip(from)
                .take(size)
                .cloned()
                .collect(),
            unreadable: match cursor {
                None => workspace.unreadable.clone(),
                Some(_) => Vec::new(),
            },
        })
    }
}

impl<K: Clock> CalendarRemoval for MemoryRecall<K> {
    async fn delete_calendar(&self, id: &CalendarId) -> Result<Removed, PortError> {
        let fault = self.enter(Operation::DeleteCalendar, id.as_str());
        if let Some(Fault::Fails(error)) = fault {
            return Err(error);
        }
        if let Some(Fault::Answers(_)) = fault {
            return Err(cut());
        }
        let removed = self.lock().remove_calendar(id);
        match fault {
            None => Ok(removed.map_or(Removed::AlreadyGone, |_| Removed::Deleted)),
            Some(_) => Err(cut()),
        }
    }
}
