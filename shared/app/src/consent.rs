//! What a person who takes part in a meeting is asked, and chose.

use callsheet_domain::{Actor, Decision, MeetingChoice};

use crate::PortError;
use crate::meeting_override::chosen_for;
use crate::ports::OverrideStore;

/// A meeting, and a person's choice for it.
#[derive(Debug, Clone)]
pub struct Consent {
    /// The decision about the event that the person was given a link for.
    pub decision: Decision,
    /// The person's own choice, if they made one.
    pub choice: Option<MeetingChoice>,
}

/// Reads what `person` chose for the meeting of a decision that was read.
///
/// # Errors
/// If a collaborator fails, or the choices cannot be read.
pub async fn read_consent<S: OverrideStore>(
    state: &S,
    decision: Decision,
    person: &Actor,
) -> Result<Consent, PortError> {
    let meeting = chosen_for(state, &decision.meeting_name()).await?;
    Ok(Consent {
        choice: meeting.choice_of(person).cloned(),
        decision,
    })
}
