//! Calendars: connect, update, disconnect, reconnect, delete.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{NotFound, Notification, Workspace};
use crate::clock::precise;
use crate::ids::CalendarId;
use crate::model::{CalendarStatus, CalendarView, Platform};

const NO_CALENDAR: NotFound = NotFound("calendar");

/// A connected calendar.
#[derive(Debug)]
pub(crate) struct Calendar {
    pub(crate) id: CalendarId,
    pub(crate) platform: Platform,
    pub(crate) status: CalendarStatus,
    /// Owner's e-mail address at the platform, which the service may not know yet.
    pub(crate) owner: String,
    pub(crate) platform_email: Option<String>,
    pub(crate) oauth_email: Option<String>,
    pub(crate) oauth: OAuth,
    pub(crate) metadata: BTreeMap<String, String>,
    status_changes: Vec<StatusChange>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Change of a calendar's status.
#[derive(Debug)]
struct StatusChange {
    status: CalendarStatus,
    at: Timestamp,
    /// Code of the platform's error that caused it.
    reason: Option<String>,
}

/// OAuth credentials of a calendar, which the API returns in clear text.
#[derive(Debug, Clone)]
pub(crate) struct OAuth {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) refresh_token: String,
}

impl Default for OAuth {
    /// Values that a test can find in a log, where they must never be.
    fn default() -> Self {
        Self {
            client_id: String::from("simulated-client"),
            client_secret: String::from("never-log-me-client-secret"),
            refresh_token: String::from("never-log-me-refresh-token"),
        }
    }
}

/// Properties of a calendar to be connected.
#[derive(Debug)]
pub(crate) struct NewCalendar {
    pub(crate) platform: Platform,
    pub(crate) email: Option<String>,
    pub(crate) oauth: OAuth,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Calendar {
    fn set_status(&mut self, status: CalendarStatus, reason: Option<String>, at: Timestamp) {
        self.status = status;
        self.status_changes
            .push(StatusChange { status, at, reason });
        self.updated_at = at;
    }

    /// The calendar in the API's form.
    pub(crate) fn to_json(&self) -> Value {
        let changes: Vec<Value> = self
            .status_changes
            .iter()
            .map(StatusChange::to_json)
            .collect();
        let mut calendar = json!({
            "id": self.id,
            "oauth_client_id": self.oauth.client_id,
            "oauth_client_secret": self.oauth.client_secret,
            "oauth_refresh_token": self.oauth.refresh_token,
            "platform": self.platform,
            "platform_email": self.platform_email,
            "status": self.status,
            "status_changes": changes,
            "metadata": self.metadata,
            "created_at": precise(self.created_at),
            "updated_at": precise(self.updated_at),
        });
        // Optional and not nullable in the specification.
        if let Some(email) = &self.oauth_email {
            calendar["oauth_email"] = json!(email);
        }
        calendar
    }

    pub(crate) fn view(&self) -> CalendarView {
        CalendarView {
            id: self.id,
            platform: self.platform,
            status: self.status,
            platform_email: self.platform_email.clone(),
            owner: self.owner.clone(),
            updated_at: self.updated_at,
        }
    }
}

impl StatusChange {
    /// The specification leaves the shape open; a disconnection has details of its error.
    fn to_json(&self) -> Value {
        let mut change = json!({"status": self.status, "created_at": precise(self.at)});
        if let Some(reason) = &self.reason {
            change["sub_code"] = json!(reason);
        }
        change
    }
}

impl Workspace {
    pub(crate) fn add_calendar(&mut self, new: NewCalendar, now: Timestamp) -> CalendarId {
        let id = CalendarId::random(&mut self.random);
        let connecting = self.next_timestamp(now);
        let owner = new
            .email
            .clone()
            .unwrap_or_else(|| format!("owner-{}@example.com", &id.to_string()[..8]));
        let mut calendar = Calendar {
            id,
            platform: new.platform,
            status: CalendarStatus::Connecting,
            owner,
            platform_email: new.email.clone(),
            oauth_email: new.email,
            oauth: new.oauth,
            metadata: new.metadata,
            status_changes: vec![StatusChange {
                status: CalendarStatus::Connecting,
                at: connecting,
                reason: None,
            }],
            created_at: connecting,
            updated_at: connecting,
        };
        let connected = self.next_timestamp(now);
        calendar.set_status(CalendarStatus::Connected, None, connected);
        self.calendars.insert(id, calendar);
        self.notifications.push(Notification::CalendarUpdated(id));
        id
    }

    /// Applies `change` to a calendar. It returns whether the calendar changed; if so,
    /// `updated_at` is set and a notification is left.
    pub(crate) fn edit_calendar(
        &mut self,
        id: CalendarId,
        now: Timestamp,
        change: impl FnOnce(&mut Calendar, Timestamp) -> bool,
    ) -> Result<(), NotFound> {
        let at = self.next_timestamp(now);
        let calendar = self.calendars.get_mut(&id).ok_or(NO_CALENDAR)?;
        if change(calendar, at) {
            calendar.updated_at = at;
            self.notifications.push(Notification::CalendarUpdated(id));
        }
        Ok(())
    }

    /// Sets the owner's e-mail address.
    pub(crate) fn set_email(
        &mut self,
        id: CalendarId,
        email: String,
        now: Timestamp,
    ) -> Result<(), NotFound> {
        self.edit_calendar(id, now, |calendar, _| {
            calendar.owner.clone_from(&email);
            calendar.platform_email = Some(email);
            true
        })
    }

    /// Replaces the metadata.
    pub(crate) fn set_metadata(
        &mut self,
        id: CalendarId,
        metadata: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<(), NotFound> {
        self.edit_calendar(id, now, |calendar, _| {
            let is_new = calendar.metadata != metadata;
            calendar.metadata = metadata;
            is_new
        })
    }

    /// Disconnects a calendar, for the reason of this code, and removes its scheduled bots.
    pub(crate) fn disconnect(
        &mut self,
        id: CalendarId,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<(), NotFound> {
        self.edit_calendar(id, now, |calendar, at| {
            let was_connected = calendar.status != CalendarStatus::Disconnected;
            if was_connected {
                calendar.set_status(CalendarStatus::Disconnected, reason, at);
            }
            was_connected
        })?;
        self.remove_scheduled_bots_of_calendar(id, now);
        Ok(())
    }

    /// Reconnects a calendar. Its removed bots are not restored.
    pub(crate) fn reconnect(&mut self, id: CalendarId, now: Timestamp) -> Result<(), NotFound> {
        self.edit_calendar(id, now, |calendar, at| {
            let was_disconnected = calendar.status != CalendarStatus::Connected;
            if was_disconnected {
                calendar.set_status(CalendarStatus::Connected, None, at);
            }
            was_disconnected
        })
    }

    /// Deletes a calendar and its events. Leaves no notification.
    pub(crate) fn delete_calendar(
        &mut self,
        id: CalendarId,
        now: Timestamp,
    ) -> Result<(), NotFound> {
        self.calendars.remove(&id).ok_or(NO_CALENDAR)?;
        self.remove_scheduled_bots_of_calendar(id, now);
        let events: Vec<_> = self
            .events
            .values()
            .filter(|event| event.calendar == id)
            .map(|e| e.id)
            .collect();
        for event in events {
            self.remove_event(event);
        }
        Ok(())
    }

    fn remove_scheduled_bots_of_calendar(&mut self, id: CalendarId, now: Timestamp) {
        let events: Vec<_> = self
            .events
            .values()
            .filter(|event| event.calendar == id)
            .map(|e| e.id)
            .collect();
        for event in events {
            self.remove_scheduled_bots(event, now);
        }
    }
}
