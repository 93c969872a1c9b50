//! Changes that people make: connect calendars; create, change and delete events.

use std::collections::BTreeMap;

use reqwest::Method;

use super::{ControlClient, ControlError, NO_BODY, Result};
use crate::change::{Change, EventChange};
use crate::draft::EventDraft;
use crate::ids::{CalendarId, EventId};
use crate::model::control::{CreateCalendar, Disconnect, SetEmail};
use crate::model::{CalendarView, EventView, Platform};

#[expect(
    clippy::missing_errors_doc,
    reason = "all methods fail in the same way, which the type documents"
)]
impl ControlClient {
    /// Connects a calendar. Without `email`, the service does not know the owner's address yet.
    pub async fn create_calendar(
        &self,
        platform: Platform,
        email: Option<&str>,
    ) -> Result<CalendarView> {
        self.connect(platform, email, false).await
    }

    /// Connects a calendar whose changes are never reported by webhook.
    pub async fn create_calendar_without_webhooks(
        &self,
        platform: Platform,
        email: Option<&str>,
    ) -> Result<CalendarView> {
        self.connect(platform, email, true).await
    }

    /// Drops every webhook about a calendar from now on.
    pub async fn disable_webhooks(&self, id: CalendarId) -> Result<CalendarView> {
        self.call(
            Method::POST,
            &format!("calendars/{id}/disable-webhooks"),
            NO_BODY,
        )
        .await
    }

    /// Sets the e-mail address of the calendar's owner in the API.
    pub async fn set_calendar_email(&self, id: CalendarId, email: &str) -> Result<CalendarView> {
        let body = SetEmail {
            email: email.to_owned(),
        };
        self.call(Method::PUT, &format!("calendars/{id}/email"), Some(&body))
            .await
    }

    /// Disconnects a calendar and removes its scheduled bots.
    pub async fn disconnect_calendar(&self, id: CalendarId) -> Result<CalendarView> {
        self.call(Method::POST, &format!("calendars/{id}/disconnect"), NO_BODY)
            .await
    }

    /// Disconnects a calendar as [`disconnect_calendar`](Self::disconnect_calendar) does, for
    /// the reason of this code.
    pub async fn disconnect_calendar_because(
        &self,
        id: CalendarId,
        reason: &str,
    ) -> Result<CalendarView> {
        let body = Disconnect {
            reason: Some(reason.to_owned()),
        };
        let path = format!("calendars/{id}/disconnect");
        self.call(Method::POST, &path, Some(&body)).await
    }

    /// Replaces the metadata of a calendar.
    pub async fn set_calendar_metadata(
        &self,
        id: CalendarId,
        metadata: &[(&str, &str)],
    ) -> Result<CalendarView> {
        let body: BTreeMap<&str, &str> = metadata.iter().copied().collect();
        let path = format!("calendars/{id}/metadata");
        self.call(Method::PUT, &path, Some(&body)).await
    }

    /// Reconnects a calendar. Its removed bots are not restored.
    pub async fn reconnect_calendar(&self, id: CalendarId) -> Result<CalendarView> {
        self.call(Method::POST, &format!("calendars/{id}/reconnect"), NO_BODY)
            .await
    }

    /// Deletes a calendar and its events, without a webhook.
    pub async fn delete_calendar(&self, id: CalendarId) -> Result<()> {
        self.done(Method::DELETE, &format!("calendars/{id}"), NO_BODY)
            .await
    }

    /// Lists all calendars.
    pub async fn calendars(&self) -> Result<Vec<CalendarView>> {
        self.call(Method::GET, "calendars", NO_BODY).await
    }

    /// Creates an event in a calendar.
    pub async fn create_event(&self, calendar: CalendarId, draft: EventDraft) -> Result<EventView> {
        only(self.create_events(calendar, vec![draft]).await?)
    }

    /// Creates several events in a calendar, which one webhook reports.
    pub async fn create_events(
        &self,
        calendar: CalendarId,
        drafts: Vec<EventDraft>,
    ) -> Result<Vec<EventView>> {
        self.call(
            Method::POST,
            &format!("calendars/{calendar}/events"),
            Some(&drafts),
        )
        .await
    }

    /// Changes an event.
    pub async fn update_event(&self, event: EventId, change: Change) -> Result<EventView> {
        only(
            self.update_events(vec![EventChange { event, change }])
                .await?,
        )
    }

    /// Changes several events, in this order.
    pub async fn update_events(&self, changes: Vec<EventChange>) -> Result<Vec<EventView>> {
        self.call(Method::PATCH, "events", Some(&changes)).await
    }

    /// Deletes an event and removes its scheduled bots. Lists still contain the event.
    pub async fn delete_event(&self, id: EventId) -> Result<EventView> {
        self.call(Method::DELETE, &format!("events/{id}"), NO_BODY)
            .await
    }

    /// Gets an event.
    pub async fn event(&self, id: EventId) -> Result<EventView> {
        self.call(Method::GET, &format!("events/{id}"), NO_BODY)
            .await
    }

    /// Lists all events by start, deleted ones included.
    pub async fn events(&self) -> Result<Vec<EventView>> {
        self.call(Method::GET, "events", NO_BODY).await
    }

    async fn connect(
        &self,
        platform: Platform,
        email: Option<&str>,
        webhooks_disabled: bool,
    ) -> Result<CalendarView> {
        let body = CreateCalendar {
            platform,
            email: email.map(str::to_owned),
            webhooks_disabled,
            metadata: BTreeMap::new(),
        };
        self.call(Method::POST, "calendars", Some(&body)).await
    }
}

fn only(mut events: Vec<EventView>) -> Result<EventView> {
    events.pop().ok_or(ControlError::Incomplete)
}
