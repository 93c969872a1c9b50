//! Reads what people chose for whole meetings together with the overrides of an owner.

use callsheet_domain::{Decision, MeetingName, Overrides};

use crate::ports::OverrideStore;
use crate::{PortError, Service};

/// The overrides of an owner with what people chose for the meetings of some decisions.
#[derive(Debug, Clone, Default)]
pub(crate) struct WithMeetings {
    /// The overrides, as far as they could be read.
    pub(crate) overrides: Overrides,
    /// The problems of those that could not.
    pub(crate) unreadable: Vec<String>,
}

impl WithMeetings {
    /// The overrides.
    ///
    /// # Errors
    /// If a part of them cannot be read.
    pub(crate) fn readable(self) -> Result<Overrides, PortError> {
        match self.unreadable.into_iter().next() {
            None => Ok(self.overrides),
            Some(reason) => Err(PortError::Unreadable {
                service: Service::DynamoDb,
                reason,
            }),
        }
    }
}

/// `overrides`, with what people chose for the meetings of `rows`.
pub(crate) async fn with_meetings<S: OverrideStore>(
    state: &S,
    overrides: Overrides,
    rows: impl IntoIterator<Item = &Decision>,
) -> Result<WithMeetings, PortError> {
    let names: Vec<_> = rows.into_iter().map(Decision::meeting_name).collect();
    with_named_meetings(state, overrides, &names).await
}

/// `overrides`, with what people chose for the meetings of these names.
pub(crate) async fn with_named_meetings<S: OverrideStore>(
    state: &S,
    mut overrides: Overrides,
    names: &[MeetingName],
) -> Result<WithMeetings, PortError> {
    let chosen = state.meeting_overrides(names).await?;
    overrides.meetings.extend(chosen.known);
    Ok(WithMeetings {
        overrides,
        unreadable: chosen.unreadable.into_values().collect(),
    })
}
