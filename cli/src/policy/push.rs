//! Activates a policy, and requests a resync so that it takes effect at once.

use callsheet_app::ports::{Calendars, Decisions, Policies, Queue};
use callsheet_app::{PushError, PushOutcome, PushedBy, policy_warnings};
use callsheet_domain::SyncJob;
use serde::Serialize;

use super::document::PolicyFile;
use super::lint::{compile, lint, located};
use super::problem::{Problem, warning_lines};
use super::size::Size;
use crate::error::CliError;
use crate::notify_stack::{Delivery, notify};
use crate::render::Render;

/// Result of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pushed {
    /// The active revision.
    pub(crate) revision: u64,
    /// False if the policy was already active.
    pub(crate) is_new: bool,
    pub(crate) size: Size,
    /// What can hardly be meant, also given the connected calendars.
    pub(crate) warnings: Vec<Problem>,
    /// Request of a resync; none if the policy was already active.
    pub(crate) resync_request: Option<Delivery>,
}

/// Pushes a policy file, if it has no problems.
pub(crate) async fn push<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    file: &PolicyFile,
    pushed_by: PushedBy,
) -> Result<Pushed, CliError>
where
    S: Policies + Calendars,
    D: Decisions,
    Q: Queue,
{
    let Ok((document, _)) = compile(file) else {
        return Err(CliError::Refused(lint(file).text()));
    };
    let size = Size::of(&document);
    let warnings = located(file, policy_warnings(state, &document).await?);
    let outcome = callsheet_app::push(state, decisions, &document, pushed_by).await;
    match outcome {
        Ok(PushOutcome::Unchanged(revision)) => Ok(Pushed {
            revision: revision.0,
            is_new: false,
            size,
            warnings,
            resync_request: None,
        }),
        Ok(PushOutcome::Active(revision)) => Ok(Pushed {
            revision: revision.0,
            is_new: true,
            size,
            warnings,
            resync_request: Some(notify(queue, &SyncJob::Resync).await),
        }),
        Err(PushError::Port(error)) => Err(error.into()),
        Err(refused) => Err(CliError::Refused(refused.to_string())),
    }
}

impl Render for Pushed {
    fn text(&self) -> String {
        let Self { revision, .. } = self;
        let mut lines = warning_lines(&self.warnings);
        let Some(resync_request) = &self.resync_request else {
            lines.push(format!(
                "This policy is already active, as revision {revision}."
            ));
            return lines.join("\n");
        };
        let effect = "A resync was requested. `callsheet status` shows which calendars still need a full \
                      sync.";
        lines.push(format!(
            "Revision {revision} is active: {}.\n{}",
            self.size.summary(),
            resync_request.sentence(effect)
        ));
        lines.join("\n")
    }
}
