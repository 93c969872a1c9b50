//! Prints a policy as it was pushed, without comments and the order of keys.

use callsheet_api::policy_file::to_yaml;
use callsheet_app::document;
use callsheet_app::ports::{Calendars, Policies};
use callsheet_domain::{PolicyDocument, PolicyRevision};

use crate::arguments::Format;
use crate::error::CliError;
use crate::render::in_one_line;
use crate::screen::Screen;

/// The policy of `revision`, or the active one.
pub(crate) async fn pull<S: Policies + Calendars>(
    state: &S,
    revision: Option<u64>,
    format: Format,
) -> Result<String, CliError> {
    let active_revision = state.active_revision().await?;
    let revision = revision.map_or(active_revision, PolicyRevision);
    let stored = state.policy(revision).await?;
    if stored.is_none() && revision != PolicyRevision::default() && revision != active_revision {
        return Err(CliError::Refused(format!(
            "there is no revision {} of the policy: `callsheet policy history` lists the revisions",
            revision.0
        )));
    }
    let document = document(state, revision).await?;
    match format {
        Format::Json => to_json(&document),
        Format::Yaml => {
            let heading = match stored {
                Some(stored) => format!(
                    "# Revision {}, pushed {} by {}.\n",
                    revision.0,
                    Screen::default().instant(stored.at),
                    in_one_line(stored.by.as_str())
                ),
                None => "# The built-in policy.\n".to_owned(),
            };
            Ok(heading + &to_yaml(&document).map_err(CliError::Failed)?)
        }
    }
}

fn to_json(document: &PolicyDocument) -> Result<String, CliError> {
    serde_json::to_string_pretty(document)
        .map_err(|error| CliError::Failed(format!("the policy cannot be written as JSON: {error}")))
}
