//! The steps of one change, by the instants at which each was seen done.

use std::time::Duration;

use callsheet_app::ports::Decisions as _;
use callsheet_domain::{Applied, Decision, DecisionKey, EventId, IcalUid, Timestamp};
use recall_simulator::{
    CalendarId, CallFilter, CallRecord, EventDraft, EventView, Operation, WebhookState,
};

use crate::rig::{Done, Rig};

/// How often a row is asked for.
const GLANCE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_mins(2);

/// When each step was done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps([Timestamp; 8]);

impl Steps {
    /// What lies between the instants; the whole comes last.
    pub(crate) const NAMES: [&str; 8] = [
        "webhook sent → answered",
        "→ list asked for",
        "→ list answered",
        "→ row written",
        "→ bot asked for",
        "→ bot there",
        "→ row applied",
        "webhook sent → bot there",
    ];

    /// Puts a meeting into a calendar and follows it.
    pub(crate) async fn of(rig: &Rig, calendar: CalendarId, draft: EventDraft) -> Done<Self> {
        let after = rig.calls(None).await?.last().map(|call| call.sequence);
        let event = rig.stack.recall.create_event(calendar, draft).await?;
        let written = row(rig, &event, |_| true).await?;
        let applied = row(rig, &event, |row| matches!(row.applied, Applied::Bot(_))).await?;
        let (sent, answered) = webhook(rig, &event).await?;
        let list = call(rig, after, Operation::ListEvents).await?;
        let bot = call(rig, after, Operation::ScheduleBot).await?;
        let done = |call: &CallRecord| call.answered_at.ok_or("a call without an end");
        Ok(Self([
            sent,
            answered,
            list.received_at,
            done(&list)?,
            written,
            bot.received_at,
            done(&bot)?,
            applied,
        ]))
    }

    /// How long each step took, in the order of the names.
    pub(crate) fn milliseconds(&self) -> [f64; 8] {
        let between = |from: usize, to: usize| {
            let took = self.0[to].duration_since(self.0[from]);
            took.as_secs_f64() * 1_000.0
        };
        std::array::from_fn(|index| {
            if index < 7 {
                between(index, index + 1)
            } else {
                between(0, 6)
            }
        })
    }
}

/// When the row was first seen to be as it should.
async fn row(rig: &Rig, event: &EventView, is_so: impl Fn(&Decision) -> bool) -> Done<Timestamp> {
    let key = DecisionKey {
        ical_uid: IcalUid::parse(event.ical_uid.as_str())?,
        event_id: EventId::parse(event.id.to_string())?,
    };
    let seen = async {
        loop {
            let rows = rig
                .stack
                .decisions
                .decisions(std::slice::from_ref(&key))
                .await?;
            if rows.first().is_some_and(&is_so) {
                return Ok(rig.stack.now());
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await?
}

/// When the webhook that told of it was sent, and answered.
async fn webhook(rig: &Rig, event: &EventView) -> Done<(Timestamp, Timestamp)> {
    let webhooks = rig.stack.recall.webhooks().await?;
    let told = webhooks.iter().find(|webhook| {
        webhook.created_at > event.updated_at && webhook.state == WebhookState::Acknowledged
    });
    let tried = told.and_then(|webhook| webhook.attempts.last());
    let tried = tried.ok_or("a webhook that was not answered")?;
    Ok((tried.at, tried.answered_at))
}

/// The first call of an operation after `after`.
async fn call(rig: &Rig, after: Option<u64>, operation: Operation) -> Done<CallRecord> {
    let filter = CallFilter {
        operation: Some(operation),
        after,
        ..CallFilter::default()
    };
    let calls = rig.stack.recall.calls(&filter).await?;
    Ok(calls.into_iter().next().ok_or("a call that was not made")?)
}
