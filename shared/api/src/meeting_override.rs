//! A choice for a whole meeting that was made or taken back, and what a person is asked.

use callsheet_app::consent::Consent as Read;
use callsheet_app::meeting_override::MeetingOverrideSet as Set;
use callsheet_domain::{MeetingWish, OverrideChoice, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::delivery::{Delivery, RequestsSync};
use crate::overrides::{ObstacleKind, TakesEffect};

/// A choice for a whole meeting that was made or taken back. It holds for all copies of the
/// meeting, in every calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MeetingOverrideSet {
    /// Recall's id of the event.
    pub event_id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// The own choice; `clear` if there is none any more.
    #[schemars(extend("enum" = ["record", "skip", "clear"]))]
    pub choice: &'static str,
    /// Who made it.
    pub by: String,
    /// What holds for the meeting: `skip` as long as anybody says so; none if the policy decides.
    /// Participants are not told.
    #[schemars(extend("enum" = ["record", "skip", null]))]
    pub in_force: Option<&'static str>,
    /// Counts the changes of what holds for the meeting.
    pub revision: u64,
    /// Copies of the meeting that can be recorded, as many as were found in the request itself.
    /// Participants are not told.
    pub copies: Option<u64>,
    /// Whether there may be more copies. A sync goes on with them.
    pub has_more_copies: bool,
    /// Why it has no effect on the meeting for now; none if it has.
    pub obstacle: Option<ObstacleKind>,
    /// Whether the bot stays, since another meeting shares it.
    pub bot_stays: bool,
    /// When the decisions take it in. `locked` if the policy locks that the event is skipped, and
    /// no other copy can be recorded.
    pub takes_effect: TakesEffect,
    /// Name of the locked rule that decides in spite of it, `denied-domain` for locked denied
    /// domains; none unless `takes_effect` is `locked`. Participants are not told.
    pub rule: Option<String>,
    /// Whether a sync was requested.
    pub sync_request: Delivery,
}

/// What a person who takes part in a meeting is asked, and chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Consent {
    /// Recall's id of the event.
    pub event_id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The own choice; none if there is none.
    #[schemars(extend("enum" = ["record", "skip", null]))]
    pub choice: Option<&'static str>,
    /// When it was made.
    pub chosen_at: Option<Timestamp>,
}

impl RequestsSync for MeetingOverrideSet {
    fn sync_request(&mut self) -> &mut Delivery {
        &mut self.sync_request
    }
}

impl MeetingOverrideSet {
    /// Represents a choice that was made or taken back.
    #[must_use]
    pub fn of(set: &Set) -> Self {
        let choice = match set.wish {
            MeetingWish::Own(choice) => choice,
            MeetingWish::ClearAll => OverrideChoice::Clear,
        };
        Self {
            event_id: set.decision.key.event_id.to_string(),
            title: set.decision.title.clone(),
            choice: choice.as_str(),
            by: set.by.as_str().to_owned(),
            in_force: set.meeting.choice().map(OverrideChoice::as_str),
            revision: set.meeting.revision.0,
            copies: Some(set.copies),
            has_more_copies: set.has_more_copies,
            obstacle: set.obstacle.map(ObstacleKind::of),
            bot_stays: set.is_bot_kept,
            takes_effect: TakesEffect::of(set.lock(), set.is_applied),
            rule: set.lock().map(ToString::to_string),
            sync_request: Delivery::of(&set.notification),
        }
    }

    /// The same for a participant: nothing about other people and calendars.
    #[must_use]
    pub fn for_participant(mut self) -> Self {
        self.in_force = None;
        self.rule = None;
        self.copies = None;
        self.has_more_copies = false;
        self
    }
}

impl Consent {
    /// Represents what a person is asked.
    #[must_use]
    pub fn of(read: &Read) -> Self {
        let choice = read.choice.as_ref();
        Self {
            event_id: read.decision.key.event_id.to_string(),
            title: read.decision.title.clone(),
            starts_at: read.decision.starts_at,
            ends_at: read.decision.ends_at,
            choice: choice.map(|made| made.choice.as_str()),
            chosen_at: choice.map(|made| made.at),
        }
    }
}
