//! Reads the logs of what people did.

use callsheet_app::PortError;
use callsheet_app::ports::{ActionLog, ActionPage, ActionPlace};
use callsheet_domain::{CalendarId, CalendarOwner, MeetingName};

use super::logs::LogName;
use super::{MemoryState, State};

impl State {
    /// The logs of a calendar and its owner.
    fn logs_of(&self, calendar: &CalendarId, owner: &CalendarOwner) -> Vec<LogName> {
        let person = self.person(owner);
        let joined = self.joined.keys();
        let joined = joined.filter(|name| self.person(name) == person).cloned();
        let unknown = CalendarOwner::Unknown(calendar.clone());
        let names = joined.chain([person.clone(), unknown]);
        names.map(LogName::Owner).collect()
    }
}

impl ActionLog for MemoryState {
    async fn actions_in(
        &self,
        calendar: &CalendarId,
        owner: &CalendarOwner,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        Ok(self.read(|state| {
            let logs = state.logs_of(calendar, owner);
            state.logs.page(Some(&logs), before, most)
        }))
    }

    async fn actions_for(
        &self,
        meeting: &MeetingName,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        let log = LogName::Meeting(meeting.clone());
        Ok(self.read(|state| state.logs.page(Some(&[log]), before, most)))
    }

    async fn all_actions(
        &self,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        Ok(self.read(|state| state.logs.page(None, before, most)))
    }
}
