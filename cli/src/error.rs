//! Why a command ended without what it was asked for, and with which exit code.

use std::error::Error;

use callsheet_app::PortError;

/// A command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The answer is no: what was asked for is refused, or is not there.
    #[error("{0}")]
    Refused(String),
    /// It cannot be answered: something is missing or cannot be used.
    #[error("{0}")]
    Cannot(String),
    /// A collaborator let us down.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CliError {
    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Cannot(_) | Self::Port(_) => 2,
        }
    }

    /// What is said about it: the trouble and what is behind it, and what may help.
    pub(crate) fn report(&self) -> String {
        let mut told = self.to_string();
        let mut cause = self.source();
        while let Some(behind) = cause {
            let behind_it = behind.to_string();
            if !told.contains(&behind_it) {
                told = format!("{told}: {behind_it}");
            }
            cause = behind.source();
        }
        match self {
            Self::Port(PortError::Denied { .. }) => {
                format!("{told}\ncheck the names, the region and whose credentials are used")
            }
            _ => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_told_apart_from_what_cannot_be_answered() {
        assert_eq!(CliError::Refused("no".to_owned()).exit_code(), 1);
        assert_eq!(CliError::Cannot("how?".to_owned()).exit_code(), 2);
    }

    #[test]
    fn what_is_behind_a_failure_is_told_once() {
        let failed = PortError::Unavailable {
            service: "SQS",
            reason: "dispatch failure".to_owned(),
            source: Some("connection refused".into()),
        };
        let told = CliError::from(failed).report();
        assert_eq!(
            told,
            "SQS did not answer: dispatch failure: connection refused"
        );
    }
}
