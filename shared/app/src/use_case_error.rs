//! Why a use case did not do what a person asked.

use callsheet_domain::{CalendarId, EventId, Phase, Timestamp};

use crate::PortError;
use crate::found_event::{EventName, FoundEvent};
use crate::notify::Notification;
use crate::paging::EndlessList;
use crate::ports::UnreadableRow;
use crate::rate_limiter::AcquireError;

/// Why a use case did not do what a person asked: the thing does not exist, cannot be
/// read, or is in another state. Who shows it adds what to do next.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// There is no decision about the event.
    #[error("no decision about event {0} is stored")]
    UnknownEvent(EventId),
    /// No event has this name.
    #[error("no event is found")]
    NoSuchEvent(EventName),
    /// Several events have this name.
    #[error("several events are found")]
    SeveralEvents {
        /// The name, as given.
        name: EventName,
        /// The events, by start.
        events: Vec<FoundEvent>,
    },
    /// The decision about the event cannot be read.
    #[error("{0}")]
    UnreadableDecision(UnreadableRow),
    /// No calendar has this id or owner.
    #[error("no calendar has the id or the owner \"{0}\"")]
    UnknownCalendar(String),
    /// The owner has several calendars.
    #[error("\"{owner}\" names several calendars")]
    SeveralCalendars {
        /// The owner, as given.
        owner: String,
        /// The ids of the calendars, in order.
        calendars: Vec<CalendarId>,
    },
    /// None of the selected calendars is connected.
    #[error("no calendar that matches is connected")]
    NoneConnected,
    /// The meeting of the event is over.
    #[error("the meeting of event {0} is over")]
    MeetingOver(EventId),
    /// So many people have made a choice for the meeting of the event that no more are kept.
    #[error("300 people have made a choice for the meeting of event {0}, and no more are kept")]
    TooManyChoices(EventId),
    /// The meeting of the event has not begun: it starts at this instant.
    #[error("the meeting of event {0} has not begun")]
    NotBegun(EventId, Timestamp),
    /// The bot of the event may be on its way or in the call: it is in this phase, if anything
    /// was reported of it.
    #[error("the meeting of event {0} has a bot already: {phase}", phase = in_words(*.1))]
    HasBot(EventId, Option<Phase>),
    /// The decision about the event is not abandoned.
    #[error("the decision on event {0} is not abandoned")]
    NotAbandoned(EventId),
    /// The pause would end before now.
    #[error("the end of the pause is in the past")]
    PauseIsPast,
    /// An earlier version wrote the decision, without the platform's id of the event. A sync,
    /// whose request is given, adds it.
    #[error("the platform's id of the event is not stored")]
    NoPlatformId(Notification),
    /// Other writers were always first.
    #[error("{0} could not be written, since it keeps changing")]
    KeepsChanging(String),
    /// A list at Recall has no end.
    #[error("Recall's list of {0} has no end: {1}")]
    EndlessList(String, EndlessList),
    /// Recall refuses to create a calendar with these credentials. Its code, if there is one.
    #[error("Recall refuses the credentials{}", .0.as_ref().map(|code| format!(" ({code})")).unwrap_or_default())]
    CredentialsRefused(Option<String>),
    /// A calendar may have been created, or not.
    #[error("it is unknown whether Recall created the calendar: {0}")]
    PerhapsCreated(PortError),
    /// The stored record of the calendar can be read, so it is not deleted without a sync.
    #[error("the stored record of calendar {0} can be read, so a sync disconnects it")]
    ReadableCalendar(CalendarId),
    /// The decision about the event can be read, so it is not rebuilt.
    #[error("the decision about event {0} can be read, so it is not rebuilt")]
    ReadableDecision(EventId),
    /// Unreadable decisions were deleted, and no sync could be requested that decides again.
    #[error("decisions were deleted, but no sync could be requested ({error})")]
    NotDecidedAgain {
        /// Number of rows that were deleted.
        deleted: usize,
        /// The failure.
        error: Box<UseCaseError>,
    },
    /// A collaborator failed during an import.
    #[error("{error}")]
    ImportInterrupted {
        /// Number of lines that were carried out before.
        written: usize,
        /// The failure.
        error: Box<UseCaseError>,
    },
    /// A queue failed after dead letters were handled.
    #[error("{error}")]
    RedriveInterrupted {
        /// Number of messages that were sent back before.
        sent: usize,
        /// The failure.
        error: PortError,
    },
    /// No permit for a call could be acquired.
    #[error(transparent)]
    NoPermit(AcquireError),
    /// A collaborator failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The phase of a bot, as the end of a sentence about it.
fn in_words(phase: Option<Phase>) -> &'static str {
    match phase {
        None | Some(Phase::Scheduled) => "it is at Recall, which has reported nothing of it yet",
        Some(Phase::Joining) => "it is joining the call",
        Some(Phase::WaitingRoom) => "it waits to be admitted to the call",
        Some(Phase::InCall) => "it is in the call and does not record",
        Some(Phase::Recording) => "it is recording",
        Some(Phase::Done | Phase::NotRecorded) => "it has left the call, and is shutting down",
    }
}
