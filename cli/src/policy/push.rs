//! Puts a policy into force, and has the stack sweep so that it takes effect at once.

use callsheet_app::ports::{Calendars, Decisions, Policies, Queue};
use callsheet_app::{PushError, PushOutcome, PushedBy};
use callsheet_domain::SyncJob;
use serde::Serialize;

use super::document::Written;
use super::lint::{Size, compiled, lint};
use crate::error::CliError;
use crate::notify_stack::{Asked, ask};
use crate::render::Render;

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pushed {
    pub(crate) revision: u64,
    pub(crate) is_new: bool,
    pub(crate) size: Size,
    /// Whether a sweep was asked for; none is if nothing has changed.
    pub(crate) sweep: Option<Asked>,
}

/// Pushes what is written, if nothing is wrong with it.
pub(crate) async fn push<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    written: &Written,
    pusher: PushedBy,
) -> Result<Pushed, CliError>
where
    S: Policies + Calendars,
    D: Decisions,
    Q: Queue,
{
    let Ok((document, _)) = compiled(written) else {
        return Err(CliError::Refused(lint(written).text()));
    };
    let size = Size::of(&document);
    let put = callsheet_app::push(state, decisions, &document, pusher).await;
    match put {
        Ok(PushOutcome::Unchanged(revision)) => Ok(Pushed {
            revision: revision.0,
            is_new: false,
            size,
            sweep: None,
        }),
        Ok(PushOutcome::Active(revision)) => Ok(Pushed {
            revision: revision.0,
            is_new: true,
            size,
            sweep: Some(ask(queue, &SyncJob::Resync).await),
        }),
        Err(PushError::Port(error)) => Err(error.into()),
        Err(refused) => Err(CliError::Refused(refused.to_string())),
    }
}

impl Render for Pushed {
    fn text(&self) -> String {
        let Self { revision, .. } = self;
        let Some(sweep) = &self.sweep else {
            return format!("This policy is in force already, as revision {revision}.");
        };
        let soon = "A sweep was asked for: every calendar is looked at by the new policy, as fast as \
                    Recall allows. `callsheet status` shows which are still owed a look.";
        format!(
            "Revision {revision} is in force: {}.\n{}",
            self.size.text(),
            sweep.text(soon)
        )
    }
}
