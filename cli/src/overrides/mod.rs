//! Writes down what a person wants recorded, and has their calendar looked at.
//!
//! A word is about names that the calendar's platform gives, since Recall's own
//! id of an event changes with the calendar's connection. The decision on the
//! event knows them.
//!
//! A series is spoken about by its platform's name where it has one, else by the
//! meeting's `ical_uid`. Never by both: two words said one after the other would
//! be two revisions for one wish, and only the last counts anyway.

#[cfg(test)]
mod tests;
mod text;

use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Queue};
use callsheet_domain::{Actor, Decision, EventId, OverrideChoice, OverrideScope, Timestamp};
use clap::ValueEnum;
use serde::Serialize;

use crate::arguments::{CalendarChange, PreferCommand};
use crate::error::CliError;
use crate::find_calendar::recordable;
use crate::notify_stack::{Asked, ask, look};
use crate::policy::actor;
use crate::workspace::Workspace;

/// What may be said about meetings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Say {
    /// Record it
    Record,
    /// Do not record it
    Skip,
    /// Whatever the policy says: takes an earlier word back
    Ask,
}

/// What a word was asked to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Event,
    Series,
}

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    pub(crate) calendar: String,
    pub(crate) title: Option<String>,
    #[serde(flatten)]
    pub(crate) what: What,
    pub(crate) by: String,
    /// How much was said about the calendar by now.
    pub(crate) revision: u64,
    pub(crate) look: Asked,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub(crate) enum What {
    /// About one event.
    Event { word: &'static str },
    /// About a series, by the name its platform gives it.
    PlatformSeries { word: &'static str },
    /// About all events of an `ical_uid`.
    IcalUid { word: &'static str },
    /// The calendar is paused.
    Paused { until: Timestamp },
    /// It is not any more.
    Resumed,
}

impl Say {
    fn word(self) -> OverrideChoice {
        match self {
            Self::Record => OverrideChoice::Record,
            Self::Skip => OverrideChoice::Skip,
            Self::Ask => OverrideChoice::Clear,
        }
    }
}

/// Does what is asked.
pub(crate) async fn run(
    workspace: &Workspace,
    command: PreferCommand,
    now: Timestamp,
) -> Result<Said, CliError> {
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let (queue, user) = (queue.as_ref(), workspace.user());
    match command {
        PreferCommand::Event { event, say, by } => {
            let (decisions, by) = (workspace.decisions().await?, actor(by, user)?);
            word(
                (&state, &decisions, queue),
                (About::Event, &event),
                say,
                &by,
                now,
            )
            .await
        }
        PreferCommand::Series { event, say, by } => {
            let (decisions, by) = (workspace.decisions().await?, actor(by, user)?);
            word(
                (&state, &decisions, queue),
                (About::Series, &event),
                say,
                &by,
                now,
            )
            .await
        }
        PreferCommand::Calendar { calendar, change } => {
            let (until, by) = match change {
                CalendarChange::Pause { span, by } => (span.end(now), by),
                CalendarChange::Resume { by } => (None, by),
            };
            pause((&state, queue), &calendar, until, &actor(by, user)?, now).await
        }
    }
}

/// Writes a word down, by the names in the decision on `event`.
pub(crate) async fn word<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    (about, event): (About, &EventId),
    say: Say,
    by: &Actor,
    now: Timestamp,
) -> Result<Said, CliError>
where
    S: OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let Some(decision) = decisions.of_event(event).await? else {
        return Err(unknown(event));
    };
    let calendar = &decision.calendar_id;
    let Some(subject) = subject(&decision, about) else {
        let asked = ask(queue, &look(calendar, now)).await;
        let soon =
            "The calendar is being looked at, which makes it good: say it again in a minute.";
        return Err(CliError::Refused(format!(
            "the decision on this event was written by an earlier build, and does not tell by which \
             name its platform knows it. {}",
            asked.text(soon)
        )));
    };
    let revision = state
        .set_override(calendar, &subject, say.word(), by, now)
        .await?;
    let word = say.word().as_str();
    Ok(Said {
        calendar: calendar.to_string(),
        title: decision.title.clone(),
        what: match subject {
            OverrideScope::Event(_) => What::Event { word },
            OverrideScope::PlatformSeries(_) => What::PlatformSeries { word },
            OverrideScope::Series(_) => What::IcalUid { word },
        },
        by: by.as_str().to_owned(),
        revision: revision.0,
        look: ask(queue, &look(calendar, now)).await,
    })
}

/// What a word is to be about; none if the row is too old to tell. A row that
/// knows the event's name also knew whether there is a series.
fn subject(decision: &Decision, about: About) -> Option<OverrideScope> {
    let event = decision.platform_id.clone();
    match (about, decision.series.clone()) {
        (About::Event, _) => event.map(OverrideScope::Event),
        (About::Series, Some(series)) => Some(OverrideScope::PlatformSeries(series)),
        (About::Series, None) => {
            event.map(|_| OverrideScope::Series(decision.key.ical_uid.clone()))
        }
    }
}

/// Pauses a calendar until an instant, or resumes it.
pub(crate) async fn pause<S, Q>(
    (state, queue): (&S, Option<&Q>),
    calendar: &str,
    until: Option<Timestamp>,
    by: &Actor,
    now: Timestamp,
) -> Result<Said, CliError>
where
    S: OverrideStore + Calendars,
    Q: Queue,
{
    if until.is_some_and(|until| until <= now) {
        return Err(CliError::Refused(
            "the pause would be over already; to record again, use resume".to_owned(),
        ));
    }
    let calendar = recordable(state, calendar).await?;
    let revision = state
        .pause(&calendar, until.unwrap_or(now), by, now)
        .await?;
    Ok(Said {
        calendar: calendar.to_string(),
        title: None,
        what: until.map_or(What::Resumed, |until| What::Paused { until }),
        by: by.as_str().to_owned(),
        revision: revision.0,
        look: ask(queue, &look(&calendar, now)).await,
    })
}

/// What is said where no decision is kept.
pub(crate) fn unknown(event: &EventId) -> CliError {
    CliError::Refused(format!(
        "nothing was decided about event {event}: it is over and forgotten, or its calendar has not \
         been looked at since it came, or it is an id of something else than an event of Recall"
    ))
}
