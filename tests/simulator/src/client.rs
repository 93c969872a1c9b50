//! A typed client of the control API, for a simulator in this process or another.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control::wire::{
    Added, CreateCalendar, Patience, Quiet, Release, Sent, SetEmail, Settings,
};
use crate::draft::{Change, EventChange, EventDraft};
use crate::faults::{Fault, FaultView, WebhookFaults};
use crate::ids::{CalendarId, EventId};
use crate::model::{
    BotView, CalendarView, CallFilter, CallRecord, EventView, Platform, Stats, Violations,
    WebhookRecord,
};
use crate::options::{Latency, Limits, WebhookTarget};
use crate::webhooks::http_client;

/// The hands on a simulator: whatever people, the network and the service itself may do.
///
/// Every method fails with a [`ControlError`] when the simulator cannot be reached or refuses.
#[derive(Debug, Clone)]
pub struct Control {
    base_url: String,
    http: reqwest::Client,
}

/// A control call failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The simulator did not answer, or not in its own words.
    #[error("the simulator cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    /// The simulator refused, for instance because it knows no such event.
    #[error("the simulator answered {status}: {reason}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// What it said.
        reason: String,
    },
    /// The simulator answered with fewer things than were asked for.
    #[error("the simulator did not show what it did")]
    Incomplete,
}

type Told<T> = Result<T, ControlError>;

const NOTHING: Option<&()> = None;

#[expect(
    clippy::missing_errors_doc,
    reason = "all fail alike, and the type says once how"
)]
impl Control {
    /// A client of the simulator at `base_url`, such as `http://127.0.0.1:4010`.
    ///
    /// # Panics
    ///
    /// When no HTTP client can be made, which on a sound machine does not happen.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into().trim_end_matches('/').to_owned();
        let http = http_client(None).expect("a client for plain http needs nothing of the machine");
        Self { base_url, http }
    }

    /// Connects a calendar. Without an address, the service does not know the owner's yet.
    pub async fn create_calendar(
        &self,
        platform: Platform,
        email: Option<&str>,
    ) -> Told<CalendarView> {
        self.connect(platform, email, false).await
    }

    /// Connects a calendar of which no webhook ever tells.
    pub async fn create_silent_calendar(
        &self,
        platform: Platform,
        email: Option<&str>,
    ) -> Told<CalendarView> {
        self.connect(platform, email, true).await
    }

    /// Loses every webhook about a calendar from now on.
    pub async fn silence_calendar(&self, id: CalendarId) -> Told<CalendarView> {
        self.call(Method::POST, &format!("calendars/{id}/silence"), NOTHING)
            .await
    }

    /// Lets the service learn the owner's address.
    pub async fn set_calendar_email(&self, id: CalendarId, email: &str) -> Told<CalendarView> {
        let body = SetEmail {
            email: email.to_owned(),
        };
        self.call(Method::PUT, &format!("calendars/{id}/email"), Some(&body))
            .await
    }

    /// Disconnects a calendar, which takes its future bots away.
    pub async fn disconnect_calendar(&self, id: CalendarId) -> Told<CalendarView> {
        self.call(Method::POST, &format!("calendars/{id}/disconnect"), NOTHING)
            .await
    }

    /// Connects a calendar again. Its bots do not come back.
    pub async fn reconnect_calendar(&self, id: CalendarId) -> Told<CalendarView> {
        self.call(Method::POST, &format!("calendars/{id}/reconnect"), NOTHING)
            .await
    }

    /// Deletes a calendar and its events. No webhook tells of it.
    pub async fn delete_calendar(&self, id: CalendarId) -> Told<()> {
        self.done(Method::DELETE, &format!("calendars/{id}"), NOTHING)
            .await
    }

    /// All calendars.
    pub async fn calendars(&self) -> Told<Vec<CalendarView>> {
        self.call(Method::GET, "calendars", NOTHING).await
    }

    /// Puts an event into a calendar.
    pub async fn create_event(&self, calendar: CalendarId, draft: EventDraft) -> Told<EventView> {
        only(self.create_events(calendar, vec![draft]).await?)
    }

    /// Puts many events into a calendar at once; one webhook tells of all of them.
    pub async fn create_events(
        &self,
        calendar: CalendarId,
        drafts: Vec<EventDraft>,
    ) -> Told<Vec<EventView>> {
        self.call(
            Method::POST,
            &format!("calendars/{calendar}/events"),
            Some(&drafts),
        )
        .await
    }

    /// Changes an event.
    pub async fn update_event(&self, event: EventId, change: Change) -> Told<EventView> {
        only(
            self.update_events(vec![EventChange { event, change }])
                .await?,
        )
    }

    /// Changes many events at once, in that order.
    pub async fn update_events(&self, changes: Vec<EventChange>) -> Told<Vec<EventView>> {
        self.call(Method::PATCH, "events", Some(&changes)).await
    }

    /// Deletes an event, which stays listed and loses its bots.
    pub async fn delete_event(&self, id: EventId) -> Told<EventView> {
        self.call(Method::DELETE, &format!("events/{id}"), NOTHING)
            .await
    }

    /// One event.
    pub async fn event(&self, id: EventId) -> Told<EventView> {
        self.call(Method::GET, &format!("events/{id}"), NOTHING)
            .await
    }

    /// All events, deleted ones among them, by start.
    pub async fn events(&self) -> Told<Vec<EventView>> {
        self.call(Method::GET, "events", NOTHING).await
    }

    /// All bots and who shares them, finished ones among them.
    pub async fn bots(&self) -> Told<Vec<BotView>> {
        self.call(Method::GET, "bots", NOTHING).await
    }

    /// The calls to the API, in order of arrival.
    pub async fn calls(&self, filter: &CallFilter) -> Told<Vec<CallRecord>> {
        let request = self.request(Method::GET, "calls").query(filter);
        Ok(accepted(request.send().await?).await?.json().await?)
    }

    /// Forgets calls and violations, as at the start of a new chapter. The limits' windows stay.
    pub async fn forget_calls(&self) -> Told<()> {
        self.done(Method::DELETE, "calls", NOTHING).await
    }

    /// Counts over all calls and webhooks.
    pub async fn stats(&self) -> Told<Stats> {
        self.call(Method::GET, "stats", NOTHING).await
    }

    /// What the specification does not allow: of the callers, and of the simulator.
    pub async fn violations(&self) -> Told<Violations> {
        self.call(Method::GET, "violations", NOTHING).await
    }

    /// Replaces the limits; those not named are the published ones again.
    pub async fn set_limits(&self, limits: Limits) -> Told<()> {
        self.settings(Settings {
            limits: Some(limits),
            ..Settings::default()
        })
        .await
    }

    /// Replaces how long calls take.
    pub async fn set_latency(&self, latency: Latency) -> Told<()> {
        self.settings(Settings {
            latency: Some(latency),
            ..Settings::default()
        })
        .await
    }

    /// Says whether scheduling a bot changes its event's `updated_at`.
    pub async fn set_bots_touch_events(&self, touch: bool) -> Told<()> {
        self.settings(Settings {
            bots_touch_events: Some(touch),
            ..Settings::default()
        })
        .await
    }

    /// Puts a fault in force and returns its number.
    pub async fn add_fault(&self, fault: Fault) -> Told<u64> {
        let added: Added = self.call(Method::POST, "faults", Some(&fault)).await?;
        Ok(added.id)
    }

    /// The faults in force.
    pub async fn faults(&self) -> Told<Vec<FaultView>> {
        self.call(Method::GET, "faults", NOTHING).await
    }

    /// Lifts one fault.
    pub async fn clear_fault(&self, id: u64) -> Told<()> {
        self.done(Method::DELETE, &format!("faults/{id}"), NOTHING)
            .await
    }

    /// Lifts all faults of calls. Those of webhooks are set as a whole.
    pub async fn clear_faults(&self) -> Told<()> {
        self.done(Method::DELETE, "faults", NOTHING).await
    }

    /// Replaces the faults of webhooks.
    pub async fn set_webhook_faults(&self, faults: &WebhookFaults) -> Told<()> {
        self.done(Method::PUT, "webhooks/faults", Some(faults))
            .await
    }

    /// Sends webhooks there from now on; with none, nowhere.
    pub async fn set_webhook_target(&self, target: Option<&WebhookTarget>) -> Told<()> {
        self.done(Method::PUT, "webhooks/target", Some(&target))
            .await
    }

    /// All webhooks, in the order they were made.
    pub async fn webhooks(&self) -> Told<Vec<WebhookRecord>> {
        self.call(Method::GET, "webhooks", NOTHING).await
    }

    /// Sends any body as a webhook, faults included, and returns its id.
    pub async fn send_webhook(&self, body: &Value) -> Told<String> {
        let sent: Sent = self.call(Method::POST, "webhooks", Some(body)).await?;
        Ok(sent.id)
    }

    /// Delivers a webhook once more, with the same id and body, whatever the faults.
    pub async fn resend_webhook(&self, id: &str) -> Told<()> {
        self.done(Method::POST, &format!("webhooks/{id}/resend"), NOTHING)
            .await
    }

    /// Holds webhooks back from now on. Held ones are not pending.
    pub async fn hold_webhooks(&self) -> Told<()> {
        self.done(Method::POST, "webhooks/hold", NOTHING).await
    }

    /// Lets webhooks go again, those held back in order or the last first.
    pub async fn release_webhooks(&self, last_first: bool) -> Told<()> {
        self.done(
            Method::POST,
            "webhooks/release",
            Some(&Release { last_first }),
        )
        .await
    }

    /// Waits until no webhook is being gathered or delivered; false when `patience` ran out.
    pub async fn quiesced(&self, patience: Duration) -> Told<bool> {
        let timeout_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let request = self
            .request(Method::GET, "webhooks/quiesced")
            .query(&Patience { timeout_ms });
        let answer: Quiet = accepted(request.send().await?).await?.json().await?;
        Ok(answer.quiet)
    }

    async fn connect(
        &self,
        platform: Platform,
        email: Option<&str>,
        is_silent: bool,
    ) -> Told<CalendarView> {
        let body = CreateCalendar {
            platform,
            email: email.map(str::to_owned),
            is_silent,
        };
        self.call(Method::POST, "calendars", Some(&body)).await
    }

    async fn settings(&self, settings: Settings) -> Told<()> {
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
    ) -> Told<reqwest::Response> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        accepted(request.send().await?).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Told<T> {
        Ok(self.send(method, path, body).await?.json().await?)
    }

    async fn done(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Told<()> {
        self.send(method, path, body).await.map(drop)
    }
}

async fn accepted(answer: reqwest::Response) -> Told<reqwest::Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let reason = answer.text().await.unwrap_or_default();
    Err(ControlError::Refused { status, reason })
}

fn only(mut events: Vec<EventView>) -> Told<EventView> {
    events.pop().ok_or(ControlError::Incomplete)
}
