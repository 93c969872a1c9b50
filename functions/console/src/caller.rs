//! What the holder of a token may see of the things that a request names.
//!
//! A thing that does not exist and one that the token does not include are answered alike, so that
//! nobody learns by trying which ids exist.

use callsheet_api::delivery::RequestsSync;
use callsheet_api::without_titles::WithoutTitles;
use callsheet_app::ports::{Calendars, Decisions, UnreadableRow};
use callsheet_app::{UseCaseError, find_decision};
use callsheet_auth::{AccessToken, Grant};
use callsheet_domain::{Actor, CalendarId, CalendarRecord, Decision, EventId, Timestamp};

use crate::problem::Refused;
use crate::settings::Titles;

/// The holder of a token, at an instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) token: &'a AccessToken,
    pub(crate) now: Timestamp,
    /// Who sees titles of meetings.
    pub(crate) titles: Titles,
    /// Whether people can sign in to this console with a company login.
    pub(crate) can_sign_in: bool,
}

impl Caller<'_> {
    /// The calendar with the id in the path.
    pub(crate) async fn calendar<S: Calendars>(
        &self,
        state: &S,
        id: &str,
    ) -> Result<CalendarRecord, Refused> {
        let id = self.calendar_id(id)?;
        state.record(&id).await?.ok_or(Refused::NotFound)
    }

    /// The id in the path, if the token includes the calendar.
    pub(crate) fn calendar_id(&self, id: &str) -> Result<CalendarId, Refused> {
        let id = CalendarId::parse(id).map_err(|_| Refused::NotFound)?;
        let is_included = self.token.grant().includes_calendar(&id);
        is_included.then_some(id).ok_or(Refused::NotFound)
    }

    /// The decision about the event with the id in the path. A participant's token ends with the
    /// meeting.
    pub(crate) async fn event<D: Decisions>(
        &self,
        decisions: &D,
        id: &str,
    ) -> Result<Decision, Refused> {
        let id = EventId::parse(id).map_err(|_| Refused::NotFound)?;
        if let Grant::Participant { event } = self.token.grant()
            && *event != id
        {
            return Err(Refused::NotFound);
        }
        let decision = match find_decision(decisions, &id).await {
            // Whose event it is cannot be told, so it looks like another person's.
            Err(UseCaseError::UnreadableDecision(row)) if !self.may_know_of(&row) => {
                return Err(Refused::NotFound);
            }
            found => found?,
        };
        match self.token.grant() {
            Grant::Participant { .. } if decision.ends_at <= self.now => Err(Refused::TokenExpired),
            Grant::Participant { .. } | Grant::Reader | Grant::Operator => Ok(decision),
            grant @ Grant::Owner { .. } => {
                let is_theirs = grant.includes_calendar(&decision.calendar_id);
                is_theirs.then_some(decision).ok_or(Refused::NotFound)
            }
        }
    }

    /// Whether the token gives access to the event of a row that cannot be read.
    fn may_know_of(&self, row: &UnreadableRow) -> bool {
        match self.token.grant() {
            Grant::Participant { event } => *event == row.key.event_id,
            Grant::Reader | Grant::Operator => true,
            grant @ Grant::Owner { .. } => row
                .calendar_id
                .as_ref()
                .is_some_and(|calendar| grant.includes_calendar(calendar)),
        }
    }

    /// Whether the caller sees titles of meetings.
    pub(crate) fn sees_titles(&self) -> bool {
        match self.token.grant() {
            Grant::Owner { .. } | Grant::Participant { .. } => true,
            Grant::Reader | Grant::Operator => self.titles == Titles::All,
        }
    }

    /// A document as the caller sees it.
    pub(crate) fn shown<T: WithoutTitles>(&self, document: T) -> T {
        if self.sees_titles() {
            document
        } else {
            document.without_titles()
        }
    }

    /// The answer to a change as the caller sees it: only operators learn why a sync could not be
    /// requested.
    pub(crate) fn answered<T: RequestsSync>(&self, document: T) -> T {
        match self.token.grant() {
            Grant::Operator => document,
            Grant::Owner { .. } | Grant::Participant { .. } | Grant::Reader => {
                document.without_reason()
            }
        }
    }

    /// Who acts, by the name that the signing key's holder vouched for.
    pub(crate) fn author(&self) -> Actor {
        let key = self.token.key().to_owned();
        self.token.subject().clone().signed_with(Some(key))
    }

    /// Whether the token is an owner's, to whom other calendars are not named.
    pub(crate) fn is_owner(&self) -> bool {
        matches!(self.token.grant(), Grant::Owner { .. })
    }
}
