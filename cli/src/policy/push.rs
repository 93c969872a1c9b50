//! Activates a policy, and requests a resync so that it takes effect at once.

use callsheet_api::delivery::Delivery;
use callsheet_api::policy::{Pushed, Size};
use callsheet_app::notify::notify;
use callsheet_app::ports::{Calendars, Decisions, Policies, Queue};
use callsheet_app::{PushError, PushOutcome, PushedBy};
use callsheet_domain::SyncJob;

use super::document::PolicyFile;
use super::lint::{compile, lint};
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
    let outcome = callsheet_app::push(state, decisions, &document, pushed_by).await;
    match outcome {
        Ok(PushOutcome::Unchanged(revision)) => Ok(Pushed {
            revision: revision.0,
            is_new: false,
            size,
            resync_request: None,
        }),
        Ok(PushOutcome::Active(revision)) => Ok(Pushed {
            revision: revision.0,
            is_new: true,
            size,
            resync_request: Some(Delivery::of(&notify(queue, &SyncJob::Resync).await)),
        }),
        Err(PushError::Port(error)) => Err(error.into()),
        Err(refused) => Err(CliError::Refused(refused.to_string())),
    }
}

impl Render for Pushed {
    fn text_on(&self, _screen: &Screen) -> String {
        let Self { revision, .. } = self;
        let Some(resync_request) = &self.resync_request else {
            return format!("This policy is already active, as revision {revision}.");
        };
        let effect = "A resync was requested. `callsheet status` shows which calendars still need a full \
                      sync.";
        format!(
            "Revision {revision} is active: {}.\n{}",
            summary(self.size),
            sentence(resync_request, effect)
        )
    }
}
