//! Why a command failed, and with which exit code.

use std::error::Error;

use callsheet_api::delivery::Delivery;
use callsheet_app::{PortError, UseCaseError};
use callsheet_domain::CalendarId;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The answer is no: a request is refused, or the thing does not exist.
    #[error("{0}")]
    Refused(String),
    /// The question cannot be answered: a setting or a file is missing or unusable.
    #[error("{0}")]
    Failed(String),
    /// A service failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<UseCaseError> for CliError {
    /// Adds what to do next, in terms of this command line.
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::Port(error) => Self::Port(error),
            UseCaseError::KeepsChanging(_) => Self::Failed(format!("{error}: try again")),
            UseCaseError::EndlessList(..) => Self::Failed(format!("{error}. Try again later")),
            UseCaseError::NoPermit(_) => Self::Failed(error.to_string()),
            UseCaseError::NoPlatformId(notification) => {
                Self::Refused(platform_id_is_missing(&Delivery::of(&notification)))
            }
            _ => Self::Refused(match advice(&error) {
                Some(advice) => format!("{error}{advice}"),
                None => error.to_string(),
            }),
        }
    }
}

/// What to do after a refusal, as the end of its sentence.
fn advice(error: &UseCaseError) -> Option<String> {
    Some(match error {
        UseCaseError::UnknownEvent(_) => {
            ". Either the meeting is long over, or its calendar \
             was not synced since the event was created (`callsheet status` shows the last sync), or \
             this is not Recall's id of an event"
                .to_owned()
        }
        UseCaseError::UnreadableDecision(row) => format!(
            ". If a later version wrote it, deploy that version again; else `callsheet rebuild {}` \
             rebuilds it from Recall",
            row.key.event_id
        ),
        UseCaseError::UnknownCalendar(_) => {
            ": `callsheet calendars list` shows the known ones".to_owned()
        }
        UseCaseError::SeveralCalendars { calendars, .. } => {
            let ids: Vec<_> = calendars.iter().map(CalendarId::as_str).collect();
            format!("; give the id of one of them: {}", ids.join(", "))
        }
        UseCaseError::MeetingOver(_) => ", so there is nothing to retry".to_owned(),
        UseCaseError::NotAbandoned(event) => {
            format!(": `callsheet explain {event}` shows its state")
        }
        UseCaseError::PauseIsPast => ". To end a pause, use `callsheet resume`".to_owned(),
        _ => return None,
    })
}

fn platform_id_is_missing(sync_request: &Delivery) -> String {
    let advice = match sync_request {
        Delivery::Sent => {
            "A sync of its calendar was requested, which adds it: run this again in a minute"
                .to_owned()
        }
        Delivery::NotSent(reason) => format!(
            "A sync of its calendar adds it, but could not be requested: {reason}. Run this again when \
             it can"
        ),
    };
    format!(
        "an earlier version of Callsheet wrote the decision about this event, without the platform's id \
         of the event. {advice}"
    )
}

impl CliError {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Failed(_) | Self::Port(_) => 2,
        }
    }

    /// The error with its causes, each once, and with advice where there is any.
    pub(crate) fn report(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            let cause = error.to_string();
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
            source = error.source();
        }
        match self {
            Self::Port(PortError::Denied { .. }) => format!(
                "{text}\nCheck the names of tables and queues, the region, and the credentials in use"
            ),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_app::Service;

    #[test]
    fn a_refusal_and_a_failure_have_different_exit_codes() {
        assert_eq!(CliError::Refused("no".to_owned()).exit_code(), 1);
        assert_eq!(CliError::Failed("how?".to_owned()).exit_code(), 2);
    }

    #[test]
    fn the_cause_of_a_failure_is_reported_once() {
        let unavailable = PortError::Unavailable {
            service: Service::Sqs,
            reason: "dispatch failure".to_owned(),
            source: Some("connection refused".into()),
        };
        let shown = unavailable.to_string();
        let report = CliError::from(unavailable).report();
        assert_eq!(report, format!("{shown}: connection refused"));
    }
}
