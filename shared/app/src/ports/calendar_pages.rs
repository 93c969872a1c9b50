//! The list of calendars, page by page.

use std::future::Future;

use callsheet_domain::{CalendarId, CalendarRecord};

use super::calendars::UnreadableRecord;
use crate::PortError;

/// A page of the list of all calendars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordPage {
    /// The records, in order of id.
    pub records: Vec<CalendarRecord>,
    /// The calendars of this page whose record cannot be read.
    pub unreadable: Vec<UnreadableRecord>,
    /// The id after which the next page begins; none on the last page.
    pub next: Option<CalendarId>,
}

/// The list of calendars, page by page.
pub trait CalendarPages: Send + Sync {
    /// At most `most` calendars whose ids come after `after`, in order of id. The list may
    /// lag behind the writes by a moment.
    fn records_after(
        &self,
        after: Option<&CalendarId>,
        most: usize,
    ) -> impl Future<Output = Result<RecordPage, PortError>> + Send;
}
