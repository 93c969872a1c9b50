//! What waits to be sent, and what became of what was.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::clock::precise;
use crate::faults::WebhookFaults;
use crate::ids::CalendarId;
use crate::model::{Attempt, WebhookRecord, WebhookState, WebhookStats};
use crate::options::WebhookTarget;
use crate::world::Announcement;

/// Work for the task that sends.
#[derive(Debug)]
pub(crate) enum Job {
    /// Wait for further changes of a calendar, then tell of all of them at once.
    Gather(CalendarId),
    /// Deliver the message of that number, after so many milliseconds.
    Deliver { message: usize, delay_ms: u64 },
}

/// The way to the task that sends.
#[derive(Debug)]
pub(crate) struct Post(pub(crate) mpsc::UnboundedSender<Job>);

/// All messages, and what is under way.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) target: Option<WebhookTarget>,
    pub(crate) faults: WebhookFaults,
    /// Calendars of which nobody is told.
    silent: BTreeSet<CalendarId>,
    holding: bool,
    held: Vec<usize>,
    /// The earliest change of each calendar that is yet to be announced.
    gathering: BTreeMap<CalendarId, Timestamp>,
    messages: Vec<WebhookRecord>,
    /// Gatherings and deliveries under way.
    pending: watch::Sender<u64>,
    random: fastrand::Rng,
}

impl Post {
    /// Takes up an announcement. Changes of events wait for more of their kind.
    pub(crate) fn announce(&self, outbox: &mut Outbox, what: &Announcement, now: Timestamp) {
        match *what {
            Announcement::Events(calendar, changed_at) => {
                // Times only grow, so the first is the smallest.
                if let Entry::Vacant(first) = outbox.gathering.entry(calendar) {
                    first.insert(changed_at);
                    self.hand_over(outbox, Job::Gather(calendar));
                }
            }
            Announcement::Calendar(calendar) => {
                let body = json!({"event": "calendar.update", "data": {"calendar_id": calendar}});
                self.tell(outbox, calendar, &body, now);
            }
        }
    }

    /// Ends a gathering: one message for all changes since it began.
    pub(crate) fn gathered(&self, outbox: &mut Outbox, calendar: CalendarId, now: Timestamp) {
        let Some(changed_at) = outbox.gathering.remove(&calendar) else {
            return;
        };
        let since = precise(changed_at).replace('Z', "+00:00");
        let body = json!({
            "event": "calendar.sync_events",
            "data": {"calendar_id": calendar, "last_updated_ts": since},
        });
        self.tell(outbox, calendar, &body, now);
    }

    /// Writes a message about a calendar and sends it, unless nobody is to be told.
    fn tell(&self, outbox: &mut Outbox, calendar: CalendarId, body: &Value, now: Timestamp) {
        let message = outbox.write(body, now);
        if outbox.silent.contains(&calendar) {
            outbox.messages[message].state = WebhookState::Dropped;
        } else {
            self.dispatch(outbox, message);
        }
    }

    /// Sends a message on its way, or whatever the faults in force make of it.
    pub(crate) fn dispatch(&self, outbox: &mut Outbox, message: usize) {
        if outbox.target.is_none() {
            outbox.messages[message].state = WebhookState::Undirected;
            return;
        }
        if outbox.holding {
            outbox.messages[message].state = WebhookState::Held;
            outbox.held.push(message);
            return;
        }
        let faults = outbox.faults.clone();
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
            let late = outbox.random.f64() < faults.delay;
            let delay_ms = if late {
                outbox.random.u64(0..=faults.delay_ms)
            } else {
                0
            };
            self.deliver(outbox, message, delay_ms);
        }
    }

    /// Sends a message on its way, faults or not.
    pub(crate) fn deliver(&self, outbox: &mut Outbox, message: usize, delay_ms: u64) {
        outbox.messages[message].state = WebhookState::Pending;
        self.hand_over(outbox, Job::Deliver { message, delay_ms });
    }

    /// Stops holding back: what was held goes out, in order or the last first.
    pub(crate) fn release(&self, outbox: &mut Outbox, last_first: bool) {
        outbox.holding = false;
        let mut held = std::mem::take(&mut outbox.held);
        if last_first {
            held.reverse();
        }
        for message in held {
            self.dispatch(outbox, message);
        }
    }

    fn hand_over(&self, outbox: &mut Outbox, job: Job) {
        // Nobody takes jobs any more only when the simulator is being dropped.
        if self.0.send(job).is_ok() {
            outbox.pending.send_modify(|pending| *pending += 1);
        }
    }
}

impl Outbox {
    pub(crate) fn new(target: Option<WebhookTarget>, seed: u64) -> Self {
        Self {
            target,
            faults: WebhookFaults::default(),
            silent: BTreeSet::new(),
            holding: false,
            held: Vec::new(),
            gathering: BTreeMap::new(),
            messages: Vec::new(),
            pending: watch::Sender::new(0),
            random: fastrand::Rng::with_seed(seed.wrapping_add(2)),
        }
    }

    pub(crate) fn hold(&mut self) {
        self.holding = true;
    }

    /// Tells nobody of a calendar from now on.
    pub(crate) fn silence(&mut self, calendar: CalendarId) {
        self.silent.insert(calendar);
    }

    /// Writes a message down and returns its number.
    pub(crate) fn write(&mut self, body: &Value, now: Timestamp) -> usize {
        self.messages.push(WebhookRecord {
            id: format!("msg_{:032x}", self.random.u128(..)),
            created_at: now,
            body: body.to_string(),
            state: WebhookState::Pending,
            attempts: Vec::new(),
        });
        self.messages.len() - 1
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.messages.iter().position(|message| message.id == id)
    }

    pub(crate) fn message(&self, message: usize) -> &WebhookRecord {
        &self.messages[message]
    }

    pub(crate) fn messages(&self) -> &[WebhookRecord] {
        &self.messages
    }

    pub(crate) fn tried(&mut self, message: usize, attempt: Attempt) {
        self.messages[message].attempts.push(attempt);
    }

    /// A delivery ended. Acknowledged once, a message stays so.
    pub(crate) fn ended(&mut self, message: usize, state: WebhookState) {
        let known = &mut self.messages[message].state;
        if *known != WebhookState::Acknowledged {
            *known = state;
        }
    }

    pub(crate) fn done(&mut self) {
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
            let failed = message.attempts.iter().filter(|a| !acknowledges(a.status));
            stats.failed_attempts += failed.count() as u64;
            match message.state {
                WebhookState::Pending => {}
                WebhookState::Acknowledged => stats.acknowledged += 1,
                WebhookState::Failed => stats.failed += 1,
                WebhookState::Dropped => stats.dropped += 1,
                WebhookState::Held => stats.held += 1,
                WebhookState::Undirected => stats.undirected += 1,
            }
        }
        stats
    }
}

/// Only 2xx acknowledges; a redirect fails.
pub(super) fn acknowledges(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}
