//! What people chose for the whole meetings of a calendar's events.

use std::collections::HashSet;

use callsheet_domain::{
    Calendar, Decision, Email, MeetingChoice, MeetingName, MeetingRevision, Overrides, Platform,
};

use crate::PortError;
use crate::meetings::with_meetings;
use crate::ports::OverrideStore;

/// A person's choice for a whole meeting that is not taken back.
#[derive(Debug, Clone)]
pub struct StoredChoice {
    /// The platform of the calendar of the copy.
    pub platform: Platform,
    /// The owner of that calendar, if known.
    pub owner: Option<Email>,
    /// The choice.
    pub made: MeetingChoice,
    /// A copy of the meeting.
    pub decision: Decision,
    /// The number of the choice among those for the meeting.
    pub(crate) number: usize,
}

/// What was found, each meeting with the first of its copies that was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    /// The choices, also those that were taken back.
    pub(super) found: Vec<StoredChoice>,
    /// Problems of stored rows that cannot be read.
    pub(super) unreadable: Vec<String>,
    /// The meetings of which the choices were read.
    read: HashSet<MeetingName>,
}

impl Choices {
    /// Adds what people chose for the meetings of `rows`, which are of `calendars`. An event whose
    /// decision has not taken anything of it in is left out.
    pub(super) async fn add<S: OverrideStore>(
        &mut self,
        state: &S,
        (calendars, mut rows): (&[Calendar], Vec<Decision>),
    ) -> Result<(), PortError> {
        rows.retain(|row| {
            let has_choices = row.inputs.meeting > MeetingRevision::default();
            has_choices && !row.is_superseded() && self.read.insert(row.meeting_name())
        });
        let with_meetings = with_meetings(state, Overrides::default(), &rows).await?;
        self.unreadable.extend(with_meetings.unreadable);
        for row in rows {
            let meetings = &with_meetings.overrides.meetings;
            let meeting = meetings.get(&row.meeting_name());
            let calendar = calendars.iter().find(|one| one.id == row.calendar_id);
            let (Some(meeting), Some(calendar)) = (meeting, calendar) else {
                continue;
            };
            let choices = meeting.choices.iter().enumerate();
            self.found
                .extend(choices.map(|(number, made)| StoredChoice {
                    platform: calendar.platform,
                    owner: calendar.email.clone(),
                    made: made.clone(),
                    decision: row.clone(),
                    number,
                }));
        }
        Ok(())
    }
}
