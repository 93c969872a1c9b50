//! Text of a connection.

use callsheet_api::calendars::CalendarConnected;

use crate::delivery::sentence;
use crate::render::Render;
use crate::screen::Screen;

impl Render for CalendarConnected {
    fn text_on(&self, _screen: &Screen) -> String {
        let Self { id, status, .. } = self;
        let effect = "A sync of it was requested: `callsheet calendars list` shows it, and \
                      `callsheet events` its meetings.";
        format!(
            "Calendar {id} was created at Recall: it is {status}.\n{}",
            sentence(&self.sync_request, effect)
        )
    }
}
