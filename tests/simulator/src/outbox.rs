//! Outbox: every webhook of the simulator and its delivery state.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::clock::precise;
use crate::ids::{BotId, CalendarId};
use crate::model::{
    DeliveryAttempt, StatusChange, WebhookFaults, WebhookRecord, WebhookState, WebhookStats,
};
use crate::options::WebhookTarget;
use crate::workspace::Notification;

/// Job of the delivery task.
#[derive(Debug)]
pub(crate) enum Job {
    /// Wait for further changes of a calendar, then report all of them by one webhook.
    FlushBatch(CalendarId),
    /// Deliver the message with this index, after `delay_ms` milliseconds.
    Deliver { message: usize, delay_ms: u64 },
}

/// Queue of jobs for the delivery task.
#[derive(Debug)]
pub(crate) struct WebhookDispatcher(pub(crate) mpsc::UnboundedSender<Job>);

/// All messages, and the number of jobs in progress.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) target: Option<WebhookTarget>,
    pub(crate) faults: WebhookFaults,
    /// Calendars whose changes are not reported by webhook.
    disabled: BTreeSet<CalendarId>,
    is_holding: bool,
    held: Vec<usize>,
    /// Earliest change in the open batch of each calendar.
    batches: BTreeMap<CalendarId, Timestamp>,
    messages: Vec<WebhookRecord>,
    /// Number of jobs in progress.
    pending: watch::Sender<u64>,
    random: fastrand::Rng,
}

impl WebhookDispatcher {
    /// Reports a change by webhook. Changes of events are batched by calendar.
    pub(crate) fn notify(&self, outbox: &mut Outbox, notification: &Notification, now: Timestamp) {
        match notification {
            &Notification::EventsChanged(calendar, changed_at) => {
                // Timestamps only increase, so the first is the earliest.
                if let Entry::Vacant(first) = outbox.batches.entry(calendar) {
                    first.insert(changed_at);
                    self.enqueue(outbox, Job::FlushBatch(calendar));
                }
            }
            &Notification::CalendarUpdated(calendar) => {
                let body = json!({"event": "calendar.update", "data": {"calendar_id": calendar}});
                self.report(outbox, calendar, &body, now);
            }
            Notification::BotStatus {
                bot,
                metadata,
                change,
                reports,
            } => {
                let body = if reports.is_older_form {
                    older_bot_status(*bot, change)
                } else {
                    bot_status(*bot, metadata, change)
                };
                let message = outbox.create(&body, now);
                self.dispatch_under(outbox, message, &reports.faults);
            }
        }
    }

    /// Closes the batch of a calendar: creates one message for all its changes.
    pub(crate) fn flush_batch(&self, outbox: &mut Outbox, calendar: CalendarId, now: Timestamp) {
        let Some(changed_at) = outbox.batches.remove(&calendar) else {
            return;
        };
        let since = precise(changed_at).replace('Z', "+00:00");
        let body = json!({
            "event": "calendar.sync_events",
            "data": {"calendar_id": calendar, "last_updated_ts": since},
        });
        self.report(outbox, calendar, &body, now);
    }

    /// Creates a message about a calendar, and dispatches it unless the calendar's webhooks are
    /// disabled.
    fn report(&self, outbox: &mut Outbox, calendar: CalendarId, body: &Value, now: Timestamp) {
        let message = outbox.create(body, now);
        if outbox.disabled.contains(&calendar) {
            outbox.messages[message].state = WebhookState::Dropped;
        } else {
            self.dispatch(outbox, message);
        }
    }

    /// Delivers a message under the active faults; holds it while webhooks are held.
    pub(crate) fn dispatch(&self, outbox: &mut Outbox, message: usize) {
        let faults = outbox.faults.clone();
        self.dispatch_under(outbox, message, &faults);
    }

    /// Delivers a message under these faults; holds it while webhooks are held.
    fn dispatch_under(&self, outbox: &mut Outbox, message: usize, faults: &WebhookFaults) {
        if outbox.target.is_none() {
            outbox.messages[message].state = WebhookState::NoTarget;
            return;
        }
        if outbox.is_holding {
            outbox.messages[message].state = WebhookState::Held;
            outbox.held.push(message);
            return;
        }
        if outbox.random.f64() < faults.drop {
            outbox.messages[message].state = WebhookState::Dropped;
            return;
        }
        let copies = if outbox.random.f64() < faults.duplicate {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let is_delayed = outbox.random.f64() < faults.delay;
            let delay_ms = if is_delayed {
                outbox.random.u64(0..=faults.delay_ms)
            } else {
                0
            };
            self.deliver(outbox, message, delay_ms);
        }
    }

    /// Delivers a message regardless of faults.
    pub(crate) fn deliver(&self, outbox: &mut Outbox, message: usize, delay_ms: u64) {
        outbox.messages[message].state = WebhookState::Pending;
        self.enqueue(outbox, Job::Deliver { message, delay_ms });
    }

    /// Stops holding webhooks and dispatches the held ones, oldest or newest first.
    pub(crate) fn release(&self, outbox: &mut Outbox, newest_first: bool) {
        outbox.is_holding = false;
        let mut held = std::mem::take(&mut outbox.held);
        if newest_first {
            held.reverse();
        }
        for message in held {
            self.dispatch(outbox, message);
        }
    }

    fn enqueue(&self, outbox: &mut Outbox, job: Job) {
        // The delivery task is gone only while the simulator is being dropped.
        if self.0.send(job).is_ok() {
            outbox.pending.send_modify(|pending| *pending += 1);
        }
    }
}

/// The webhook of a bot's status.
fn bot_status(bot: BotId, metadata: &Value, change: &StatusChange) -> Value {
    json!({
        "event": format!("bot.{}", change.code),
        "data": {
            "bot": {"id": bot, "metadata": metadata},
            "data": {
                "code": change.code,
                "sub_code": change.sub_code,
                "updated_at": precise(change.created_at),
            },
        },
    })
}

/// The same in the older form.
fn older_bot_status(bot: BotId, change: &StatusChange) -> Value {
    json!({
        "event": "bot.status_change",
        "data": {
            "bot_id": bot,
            "status": {
                "code": change.code,
                "sub_code": change.sub_code,
                "created_at": precise(change.created_at),
                "message": null,
            },
        },
    })
}

impl Outbox {
    pub(crate) fn new(target: Option<WebhookTarget>, seed: u64) -> Self {
        Self {
            target,
            faults: WebhookFaults::default(),
            disabled: BTreeSet::new(),
            is_holding: false,
            held: Vec::new(),
            batches: BTreeMap::new(),
            messages: Vec::new(),
            pending: watch::Sender::new(0),
            random: fastrand::Rng::with_seed(seed.wrapping_add(2)),
        }
    }

    /// Holds every webhook that is created from now on.
    pub(crate) fn hold(&mut self) {
        self.is_holding = true;
    }

    /// Stops reporting changes of a calendar.
    pub(crate) fn disable(&mut self, calendar: CalendarId) {
        self.disabled.insert(calendar);
    }

    /// Creates a message and returns its index.
    pub(crate) fn create(&mut self, body: &Value, now: Timestamp) -> usize {
        self.messages.push(WebhookRecord {
            id: format!("msg_{:032x}", self.random.u128(..)),
            created_at: now,
            body: body.to_string(),
            state: WebhookState::Pending,
            attempts: Vec::new(),
        });
        self.messages.len() - 1
    }

    /// Index of the message with this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.messages.iter().position(|message| message.id == id)
    }

    pub(crate) fn message(&self, message: usize) -> &WebhookRecord {
        &self.messages[message]
    }

    pub(crate) fn messages(&self) -> &[WebhookRecord] {
        &self.messages
    }

    /// Adds an attempt to a message.
    pub(crate) fn record_attempt(&mut self, message: usize, attempt: DeliveryAttempt) {
        self.messages[message].attempts.push(attempt);
    }

    /// Sets the state at the end of a delivery. An acknowledged message stays acknowledged.
    pub(crate) fn finish_delivery(&mut self, message: usize, state: WebhookState) {
        let current = &mut self.messages[message].state;
        if *current != WebhookState::Acknowledged {
            *current = state;
        }
    }

    /// Counts a job as done.
    pub(crate) fn job_done(&mut self) {
        self.pending.send_modify(|pending| *pending -= 1);
    }

    pub(crate) fn watch_pending(&self) -> watch::Receiver<u64> {
        self.pending.subscribe()
    }

    pub(crate) fn stats(&self) -> WebhookStats {
        let mut stats = WebhookStats {
            messages: self.messages.len() as u64,
            pending: *self.pending.borrow(),
            ..WebhookStats::default()
        };
        for message in &self.messages {
            stats.attempts += message.attempts.len() as u64;
            let failed = message
                .attempts
                .iter()
                .filter(|a| !is_acknowledged(a.status));
            stats.failed_attempts += failed.count() as u64;
            match message.state {
                WebhookState::Pending => {}
                WebhookState::Acknowledged => stats.acknowledged += 1,
                WebhookState::Failed => stats.failed += 1,
                WebhookState::Dropped => stats.dropped += 1,
                WebhookState::Held => stats.held += 1,
                WebhookState::NoTarget => stats.no_target += 1,
            }
        }
        stats
    }
}

/// Whether a status acknowledges a webhook: only 2xx does; a redirect does not.
pub(crate) fn is_acknowledged(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}
