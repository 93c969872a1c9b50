//! Who makes a change.

use callsheet_domain::Actor;
use clap::Args;

use super::values::actor_name;
use crate::error::CliError;

/// The person or program that makes a change.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// Who makes the change, for explanations and the history [default: your login name]
    #[arg(long, env = "CALLSHEET_BY", value_name = "NAME", value_parser = actor_name)]
    pub(crate) by: Option<Actor>,
}

impl By {
    /// The name that was given, or else the login name `user`.
    pub(crate) fn actor(self, user: Option<&str>) -> Result<Actor, CliError> {
        let user = || Actor::parse(user?).ok();
        self.by.or_else(user).ok_or_else(|| {
            CliError::Failed(
                "it is unknown who makes the change: give --by NAME, or set CALLSHEET_BY"
                    .to_owned(),
            )
        })
    }
}
