//! The holder of an access token, and what the token gives access to.

use callsheet_app::list_calendars::CalendarState;
use callsheet_domain::{Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// The holder of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Me {
    /// The role.
    #[schemars(extend("enum" = ["participant", "owner", "reader", "operator"]))]
    pub role: &'static str,
    /// The name under which changes are stored.
    pub name: String,
    /// The calendars in the token of an owner that are known; none for other roles.
    pub calendars: Option<Vec<MyCalendar>>,
    /// Recall's id of the event in the token of a participant; none for other roles.
    pub event: Option<String>,
    /// IANA's name of the time zone in the token.
    pub zone: Option<String>,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// What this stack allows besides.
    pub features: Features,
}

/// What a stack may or may not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Features {
    /// Whether operators may preview a policy.
    pub preview: bool,
    /// Whether people can sign in with a company login.
    pub sign_in: bool,
}

/// A calendar of the holder of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MyCalendar {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// Its status at Recall.
    pub status: String,
    /// End of its pause, if it is paused.
    pub paused_until: Option<Timestamp>,
}

impl MyCalendar {
    /// Represents a calendar.
    #[must_use]
    pub fn of(state: &CalendarState) -> Self {
        let calendar = &state.record.calendar;
        let owner = calendar.email.as_ref().map(Email::as_str);
        Self {
            id: calendar.id.to_string(),
            owner: owner.map(str::to_owned),
            status: calendar.status.to_string(),
            paused_until: state.pause.as_ref().map(|pause| pause.until),
        }
    }
}
