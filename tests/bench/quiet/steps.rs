//! Steps from a change to its bot, by the time at which each was done.

use std::time::Duration;

use callsheet_app::ports::Decisions as _;
use callsheet_domain::{Applied, Decision, DecisionKey, EventId, IcalUid, Timestamp};
use recall_simulator::{
    CalendarId, CallFilter, CallRecord, EventDraft, EventView, Operation, WebhookState,
};

use crate::result::BenchResult;
use crate::testbed::Testbed;
use crate::wait;

/// Interval at which a decision is read.
const INTERVAL: Duration = Duration::from_millis(5);
const TIMEOUT: Duration = Duration::from_mins(2);

/// Times at which the steps of one change were done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps([Timestamp; 8]);

impl Steps {
    /// Names of the steps. The last is the total.
    pub(crate) const NAMES: [&str; 8] = [
        "webhook sent → answered",
        "→ list requested",
        "→ list answered",
        "→ decision written",
        "→ bot requested",
        "→ bot scheduled",
        "→ decision applied",
        "webhook sent → bot scheduled",
    ];

    /// Creates a meeting in a calendar and measures its steps.
    pub(crate) async fn measure(
        testbed: &Testbed,
        calendar: CalendarId,
        draft: EventDraft,
    ) -> BenchResult<Self> {
        let after = testbed.calls(None).await?.last().map(|call| call.sequence);
        let event = testbed.stack.recall.create_event(calendar, draft).await?;
        let written = decision_time(testbed, &event, |_| true).await?;
        let is_applied = |decision: &Decision| matches!(decision.applied, Applied::Bot(_));
        let applied = decision_time(testbed, &event, is_applied).await?;
        let (sent, answered) = webhook_times(testbed, &event).await?;
        let list = first_call(testbed, after, Operation::ListEvents).await?;
        let bot = first_call(testbed, after, Operation::ScheduleBot).await?;
        let end = |call: &CallRecord| call.answered_at.ok_or("a call was not answered");
        Ok(Self([
            sent,
            answered,
            list.received_at,
            end(&list)?,
            written,
            bot.received_at,
            end(&bot)?,
            applied,
        ]))
    }

    /// Duration of each step, in the order of the names.
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

/// Time at which the decision of an event was first seen in the state that `is_expected` selects.
async fn decision_time(
    testbed: &Testbed,
    event: &EventView,
    is_expected: impl Fn(&Decision) -> bool,
) -> BenchResult<Timestamp> {
    let keys = [DecisionKey {
        ical_uid: IcalUid::parse(event.ical_uid.as_str())?,
        event_id: EventId::parse(event.id.to_string())?,
    }];
    let attempt = async || {
        let decisions = testbed.stack.decisions.decisions(&keys).await?.decisions;
        let is_seen = decisions.first().is_some_and(&is_expected);
        Ok(is_seen.then(|| testbed.stack.now()))
    };
    let seen_at = wait::poll(INTERVAL, TIMEOUT, attempt).await?;
    Ok(seen_at.ok_or("the new meeting was not decided and applied in time")?)
}

/// Times at which the webhook that reports an event was sent and answered.
async fn webhook_times(
    testbed: &Testbed,
    event: &EventView,
) -> BenchResult<(Timestamp, Timestamp)> {
    let webhooks = testbed.stack.recall.webhooks().await?;
    let webhook = webhooks.iter().find(|webhook| {
        webhook.created_at > event.updated_at && webhook.state == WebhookState::Acknowledged
    });
    let attempt = webhook.and_then(|webhook| webhook.attempts.last());
    let attempt = attempt.ok_or("the webhook of the new meeting was not acknowledged")?;
    Ok((attempt.at, attempt.answered_at))
}

/// First call of an operation after the call with the sequence number `after`.
async fn first_call(
    testbed: &Testbed,
    after: Option<u64>,
    operation: Operation,
) -> BenchResult<CallRecord> {
    let filter = CallFilter {
        operation: Some(operation),
        after,
        ..CallFilter::default()
    };
    let calls = testbed.stack.recall.calls(&filter).await?;
    let call = calls.into_iter().next();
    Ok(call.ok_or_else(|| format!("no call of {operation} was made for the new meeting"))?)
}
