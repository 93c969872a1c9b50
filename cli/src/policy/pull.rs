//! Reads a policy back, as it was pushed but for comments and the order of things.

use callsheet_app::document;
use callsheet_app::ports::Policies;
use callsheet_domain::{PolicyDocument, PolicyRevision};

use super::document::to_yaml;
use crate::arguments::Format;
use crate::error::CliError;
use crate::render::{in_one_line, instant};

/// The policy of a revision, or the one that is in force.
pub(crate) async fn pull<S: Policies>(
    state: &S,
    revision: Option<u64>,
    format: Format,
) -> Result<String, CliError> {
    let active_revision = state.active_revision().await?;
    let revision = revision.map_or(active_revision, PolicyRevision);
    let stored = state.policy(revision).await?;
    if stored.is_none() && revision != PolicyRevision::default() && revision != active_revision {
        return Err(CliError::Refused(format!(
            "no policy of revision {} is kept; `callsheet policy history` lists those that are",
            revision.0
        )));
    }
    let document = document(state, revision).await?;
    match format {
        Format::Json => json(&document),
        Format::Yaml => {
            let heading = match stored {
                Some(stored) => format!(
                    "# Revision {}, pushed {} by {}.\n",
                    revision.0,
                    instant(stored.at),
                    in_one_line(stored.by.as_str())
                ),
                None => "# The policy that is built in.\n".to_owned(),
            };
            Ok(heading + &to_yaml(&document)?)
        }
    }
}

fn json(document: &PolicyDocument) -> Result<String, CliError> {
    serde_json::to_string_pretty(document)
        .map_err(|error| CliError::Cannot(format!("the policy cannot be written: {error}")))
}
