//! Why a command failed, and with which exit code.

use std::error::Error;
use std::io;

use callsheet_app::PortError;

use crate::screen::Screen;
use crate::which_event::WhichEvent;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The answer is no: a request is refused, or the thing does not exist.
    #[error("{0}")]
    Refused(String),
    /// The answer is no: the name of an event is that of several.
    #[error("{0}")]
    WhichEvent(WhichEvent),
    /// The question cannot be answered: a setting or a file is missing or unusable.
    #[error("{0}")]
    Failed(String),
    /// A service failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CliError {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::WhichEvent(_) => 1,
            Self::Failed(_) | Self::Port(_) => 2,
        }
    }

    /// The error in UTC, for a text that is not shown on a terminal.
    #[cfg(test)]
    pub(crate) fn report(&self) -> String {
        self.report_on(&Screen::default())
    }

    /// The error with its causes, each once, and with advice where there is any.
    pub(crate) fn report_on(&self, screen: &Screen) -> String {
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
            Self::WhichEvent(question) => question.text_on(screen),
            Self::Port(PortError::Denied { .. }) => format!(
                "{text}\nCheck the names of tables and queues, the region, and the credentials in use"
            ),
            _ => text,
        }
    }
}

/// The error for a standard output that cannot be written to.
pub(crate) fn cannot_print(error: impl Into<io::Error>) -> CliError {
    CliError::Failed(format!("standard output: {}", error.into()))
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
