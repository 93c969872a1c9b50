//! Client of the control API, for a simulator in this process or in another one.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::change::{Change, EventChange};
use crate::draft::EventDraft;
use crate::http_client::http_client;
use crate::ids::{CalendarId, EventId};
use crate::model::control::{
    CreateCalendar, FaultAdded, ReleaseWebhooks, SetEmail, Settings, WaitQuery, WaitResult,
    WebhookSent,
};
use crate::model::{
    BotView, CalendarView, CallFilter, CallRecord, EventView, Fault, FaultView, Platform, Stats,
    Violations, WebhookFaults, WebhookRecord,
};
use crate::options::{Latency, Limits, WebhookTarget};

/// Client of the control API: makes the changes that people, the network and the service itself
/// would make, and reads the state of the simulator.
///
/// Every method fails with a [`ControlError`] if the simulator is unreachable or rejects the call.
#[derive(Debug, Clone)]
pub struct ControlClient {
    base_url: String,
    http: reqwest::Client,
}

/// A control call failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No response, or one that is not of the control API.
    #[error("cannot reach the simulator's control API: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// The simulator rejected the call, for example because there is no such event.
    #[error("the simulator rejected a control call with status {status}: {reason}")]
    Rejected {
        /// Status of the response.
        status: StatusCode,
        /// Body of the response.
        reason: String,
    },
    /// The response does not contain the changed event.
    #[error("the simulator's response does not contain the changed event")]
    Incomplete,
}

type Result<T> = std::result::Result<T, ControlError>;

/// Absent request body.
const NO_BODY: Option<&()> = None;

#[expect(
    clippy::missing_errors_doc,
    reason = "all methods fail in the same way, which the type documents"
)]
impl ControlClient {
    /// Creates a client of the simulator at `base_url`, such as `http://127.0.0.1:4010`.
    ///
    /// # Panics
    ///
    /// If no HTTP client can be created.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into().trim_end_matches('/').to_owned();
        let http = http_client(None)
            .expect("a client without TLS depends on nothing that could be missing");
        Self { base_url, http }
    }

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

    /// Lists all bots with their events, finished ones included.
    pub async fn bots(&self) -> Result<Vec<BotView>> {
        self.call(Method::GET, "bots", NO_BODY).await
    }

    /// Lists the calls to the API that match the filter, in order of arrival.
    pub async fn calls(&self, filter: &CallFilter) -> Result<Vec<CallRecord>> {
        let request = self.request(Method::GET, "calls").query(filter);
        Ok(check_status(request.send().await?).await?.json().await?)
    }

    /// Clears the logs of calls and violations. The windows of the rate limits are kept.
    pub async fn clear_calls(&self) -> Result<()> {
        self.done(Method::DELETE, "calls", NO_BODY).await
    }

    /// Gets the statistics of calls and webhooks.
    pub async fn stats(&self) -> Result<Stats> {
        self.call(Method::GET, "stats", NO_BODY).await
    }

    /// Lists the violations of the specification, by clients and by the simulator.
    pub async fn violations(&self) -> Result<Violations> {
        self.call(Method::GET, "violations", NO_BODY).await
    }

    /// Replaces the rate limits. Operations without a limit here get the published one.
    pub async fn set_limits(&self, limits: Limits) -> Result<()> {
        self.settings(Settings {
            limits: Some(limits),
            ..Settings::default()
        })
        .await
    }

    /// Replaces the range of a call's duration.
    pub async fn set_latency(&self, latency: Latency) -> Result<()> {
        self.settings(Settings {
            latency: Some(latency),
            ..Settings::default()
        })
        .await
    }

    /// Sets whether scheduling a bot changes its event's `updated_at`.
    pub async fn set_bots_touch_events(&self, touch: bool) -> Result<()> {
        self.settings(Settings {
            bots_touch_events: Some(touch),
            ..Settings::default()
        })
        .await
    }

    /// Adds a fault and returns its identifier.
    pub async fn add_fault(&self, fault: Fault) -> Result<u64> {
        let added: FaultAdded = self.call(Method::POST, "faults", Some(&fault)).await?;
        Ok(added.id)
    }

    /// Lists the active faults.
    pub async fn faults(&self) -> Result<Vec<FaultView>> {
        self.call(Method::GET, "faults", NO_BODY).await
    }

    /// Clears a fault.
    pub async fn clear_fault(&self, id: u64) -> Result<()> {
        self.done(Method::DELETE, &format!("faults/{id}"), NO_BODY)
            .await
    }

    /// Clears all faults of calls, but not those of webhooks.
    pub async fn clear_faults(&self) -> Result<()> {
        self.done(Method::DELETE, "faults", NO_BODY).await
    }

    /// Replaces the faults of webhooks.
    pub async fn set_webhook_faults(&self, faults: &WebhookFaults) -> Result<()> {
        self.done(Method::PUT, "webhooks/faults", Some(faults))
            .await
    }

    /// Replaces the receiver of webhooks. Without one they are recorded but not sent.
    pub async fn set_webhook_target(&self, target: Option<&WebhookTarget>) -> Result<()> {
        self.done(Method::PUT, "webhooks/target", Some(&target))
            .await
    }

    /// Lists all webhooks in order of creation.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRecord>> {
        self.call(Method::GET, "webhooks", NO_BODY).await
    }

    /// Sends any body as a webhook, subject to faults, and returns its id.
    pub async fn send_webhook(&self, body: &Value) -> Result<String> {
        let sent: WebhookSent = self.call(Method::POST, "webhooks", Some(body)).await?;
        Ok(sent.id)
    }

    /// Delivers a webhook once more, with the same id and body, regardless of faults.
    pub async fn resend_webhook(&self, id: &str) -> Result<()> {
        self.done(Method::POST, &format!("webhooks/{id}/resend"), NO_BODY)
            .await
    }

    /// Holds webhooks from now on. Held ones do not count as pending.
    pub async fn hold_webhooks(&self) -> Result<()> {
        self.done(Method::POST, "webhooks/hold", NO_BODY).await
    }

    /// Stops holding webhooks and delivers the held ones, oldest or newest first.
    pub async fn release_webhooks(&self, newest_first: bool) -> Result<()> {
        self.done(
            Method::POST,
            "webhooks/release",
            Some(&ReleaseWebhooks { newest_first }),
        )
        .await
    }

    /// Waits until no webhook is being batched or delivered. Returns whether that happened within
    /// `timeout`.
    pub async fn wait_for_webhooks(&self, timeout: Duration) -> Result<bool> {
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let request = self
            .request(Method::GET, "webhooks/wait")
            .query(&WaitQuery { timeout_ms });
        let result: WaitResult = check_status(request.send().await?).await?.json().await?;
        Ok(result.is_idle)
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
        };
        self.call(Method::POST, "calendars", Some(&body)).await
    }

    async fn settings(&self, settings: Settings) -> Result<()> {
        self.done(Method::PUT, "settings", Some(&settings)).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/control/{path}", self.base_url))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<reqwest::Response> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        check_status(request.send().await?).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        Ok(self.send(method, path, body).await?.json().await?)
    }

    async fn done(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Result<()> {
        self.send(method, path, body).await.map(drop)
    }
}

/// The response if its status is a success, otherwise an error with its body.
async fn check_status(response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let reason = response.text().await.unwrap_or_default();
    Err(ControlError::Rejected { status, reason })
}

fn only(mut events: Vec<EventView>) -> Result<EventView> {
    events.pop().ok_or(ControlError::Incomplete)
}
