//! Activates a policy, and requests a resync so that it takes effect at once.

use callsheet_api::delivery::Delivery;
use callsheet_api::policy::{Pushed, Size};
use callsheet_api::policy_file::{PolicyFile, compile, lint, located};
use callsheet_app::notify::notify;
use callsheet_app::ports::{Calendars, Decisions, Policies, Queue};
use callsheet_app::{PushError, PushOutcome, PushedBy, policy_warnings};
use callsheet_domain::SyncJob;

use super::problem::warning_lines;
use super::size::summary;
use crate::delivery::sentence;
use crate::error::CliError;
use crate::render::Render;
use crate::screen::Screen;

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
        return Err(CliError::Refused(lint(file).text_on(&Screen::default())));
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
            resync_request: Some(Delivery::of(&notify(queue, &SyncJob::Resync).await)),
        }),
        Err(PushError::Port(error)) => Err(error.into()),
        Err(refused) => Err(CliError::Refused(refused.to_string())),
    }
}

impl Render for Pushed {
    fn text_on(&self, _screen: &Screen) -> String {
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
            summary(self.size),
            sentence(resync_request, effect)
        ));
        lines.join("\n")
    }
}
