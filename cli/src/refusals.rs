//! What a use case refuses, in words, with what to do next on this command line.

use callsheet_api::delivery::Delivery;
use callsheet_app::UseCaseError;
use callsheet_app::events::EventName;
use callsheet_domain::CalendarId;

use crate::error::CliError;
use crate::render::counted;
use crate::which_event::WhichEvent;

impl From<UseCaseError> for CliError {
    /// Adds what to do next, in terms of this command line.
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::Port(error) => Self::Port(error),
            UseCaseError::KeepsChanging(_) => Self::Failed(format!("{error}: try again")),
            UseCaseError::PerhapsCreated(_) => Self::Failed(format!(
                "{error}. `callsheet calendars list --recall` shows it if it did; connect it again only if \
                 it did not"
            )),
            UseCaseError::EndlessList(..) => Self::Failed(format!("{error}. Try again later")),
            UseCaseError::NotDecidedAgain { deleted, error } => Self::Failed(format!(
                "{} deleted, but no sync could be requested ({}). Run `callsheet resync --full`, which \
                 decides about their events again",
                counted(deleted, "row was", "rows were"),
                Self::from(*error)
            )),
            UseCaseError::ImportInterrupted { written, error } => Self::Failed(format!(
                "{}\n{} carried out before the failure: run this again, which goes on after them",
                Self::from(*error),
                counted(written, "line was", "lines were")
            )),
            UseCaseError::RedriveInterrupted { sent, .. } => Self::Failed(format!(
                "{error}\n{} sent back before the failure. The others are still in the dead-letter queue, and \
                 none is lost: run this again",
                counted(sent, "message was", "messages were")
            )),
            UseCaseError::NoPermit(_) => Self::Failed(error.to_string()),
            UseCaseError::SeveralEvents { name, events } => {
                Self::WhichEvent(WhichEvent { name, events })
            }
            UseCaseError::NoSuchEvent(name) => Self::Refused(no_such_event(&name)),
            UseCaseError::NoPlatformId(notification) => {
                Self::Refused(platform_id_is_missing(&Delivery::of(&notification)))
            }
            _ => Self::Refused(match advice(&error) {
                Some(advice) => format!("{error}{advice}"),
                None => error.to_string(),
            }),
        }
    }
}

fn no_such_event(name: &EventName) -> String {
    match name {
        EventName::Id(id) => format!(
            "no event has the id \"{id}\" or an id that begins so (at least four letters are needed). Either \
             the meeting is long over, or its calendar was not synced since the event was created: \
             `callsheet events` lists the events, and `callsheet status` shows the last sync"
        ),
        EventName::Title(title) => {
            format!("no event has \"{title}\" in its title: `callsheet events` lists the events")
        }
    }
}

/// What to do after a refusal, as the end of its sentence.
fn advice(error: &UseCaseError) -> Option<String> {
    Some(match error {
        UseCaseError::UnknownEvent(_) => {
            ". Either the meeting is long over, or its calendar \
             was not synced since the event was created (`callsheet status` shows the last sync), or \
             this is not Recall's id of an event"
                .to_owned()
        }
        UseCaseError::UnreadableDecision(row) => format!(
            ". If a later version wrote it, deploy that version again; else `callsheet rebuild {}` \
             rebuilds it from Recall",
            row.key.event_id
        ),
        UseCaseError::UnknownCalendar(_) => {
            ": `callsheet calendars list` shows the known ones".to_owned()
        }
        UseCaseError::ReadableCalendar(id) => {
            format!(": `callsheet calendars disconnect {id}`, without --at-recall, requests one")
        }
        UseCaseError::SeveralCalendars { calendars, .. } => {
            let ids: Vec<_> = calendars.iter().map(CalendarId::as_str).collect();
            format!("; give the id of one of them: {}", ids.join(", "))
        }
        UseCaseError::NoneConnected => {
            ": `callsheet status` shows the calendars and their status".to_owned()
        }
        UseCaseError::MeetingOver(_) => ", so no bot can join it any more".to_owned(),
        UseCaseError::NotBegun(event, _) => format!(
            ": `callsheet override event {event} record` has its bot join at the start"
        ),
        UseCaseError::HasBot(event, _) => format!(
            ". Two would be in one call, so none is sent: `callsheet explain {event}` shows what \
             becomes of it"
        ),
        UseCaseError::ReadableDecision(event) => {
            format!(": `callsheet explain {event}` shows it")
        }
        UseCaseError::NotAbandoned(event) => {
            format!(": `callsheet explain {event}` shows its state")
        }
        UseCaseError::PauseIsPast => ". To end a pause, use `callsheet resume`".to_owned(),
        _ => return None,
    })
}

fn platform_id_is_missing(sync_request: &Delivery) -> String {
    let advice = match sync_request {
        Delivery::Sent | Delivery::NotNeeded => {
            "A sync of its calendar was requested, which adds it: run this again in a minute"
                .to_owned()
        }
        Delivery::NotSent(reason) => format!(
            "A sync of its calendar adds it, but could not be requested: {reason}. Run this again when \
             it can"
        ),
    };
    format!(
        "an earlier version of Callsheet wrote the decision about this event, without the platform's id \
         of the event. {advice}"
    )
}
