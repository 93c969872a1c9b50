//! Listing and deleting calendars.

use callsheet_app::PortError;
use callsheet_app::ports::{
    CalendarCreation, CalendarDirectory, CalendarRemoval, Clock, Creation, NewCalendar,
    PageOfCalendars, Removed, UnreadableCalendar,
};
use callsheet_domain::{
    Calendar, CalendarId, CalendarMetadata, CalendarStatus, Operation, PageCursor, Timestamp,
};

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
        let size = workspace.calendars_on_a_page;
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

impl<K: Clock> CalendarCreation for MemoryRecall<K> {
    async fn create_calendar(&self, new: &NewCalendar) -> Result<Creation, PortError> {
        let fault = self.enter(Operation::CreateCalendar, "");
        if let Some(Fault::Fails(error)) = fault {
            return Err(error);
        }
        if let Some(Fault::Answers(_)) = fault {
            return Err(cut());
        }
        let now = self.clock.now();
        let mut workspace = self.lock();
        workspace.made += 1;
        let id = format!("calendar-of-consent-{}", workspace.made);
        let calendar = Calendar {
            id: CalendarId::parse(id).expect("letters, digits and hyphens"),
            platform: new.platform,
            email: None,
            status: CalendarStatus::Connecting,
            disconnect_reason: None,
            metadata: CalendarMetadata::shown(
                (new.metadata.iter()).map(|(key, value)| (key.clone(), Some(value.clone()))),
            ),
            created_at: Some(now),
            updated_at: now,
        };
        workspace
            .calendars
            .insert(calendar.id.clone(), calendar.clone());
        match fault {
            None => Ok(Creation::Created(calendar)),
            Some(_) => Err(cut()),
        }
    }
}
