//! One call's way from arrival to outcome.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use super::call::Call;
use super::{Answer, bots, calendars, events, gate};
use crate::clock;
use crate::faults::{FaultEffect, Struck};
use crate::model::Violation;
use crate::operation::{Found, Operation};
use crate::state::{InFlight, Inner, Reply, Shared};

/// How long an answer is given again for its idempotency key.
const REPLIES_ARE_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How a call ends.
pub(super) enum Outcome {
    Answer(Answer),
    Cut,
}

pub(super) async fn take(
    shared: &Shared,
    call: &Call,
    sequence: u64,
    received_at: Timestamp,
) -> Outcome {
    let violated = |detail: String| {
        let subject = call.subject();
        let violation = Violation {
            at: received_at,
            call: Some(sequence),
            subject,
            detail,
        };
        shared.lock().calls.violated(false, violation);
    };
    if let Some(blocked) = gate::firewall(call) {
        violated(String::from(
            "stopped by the firewall: a GET with a body, or `localhost`",
        ));
        return Outcome::Answer(blocked);
    }
    let operation = match call.found {
        Found::Operation(operation, _) => operation,
        Found::OtherMethod => {
            violated(String::from("this path does not know this method"));
            let detail = format!("Method \"{}\" not allowed.", call.method);
            return Outcome::Answer(Answer::coded(405, "method_not_allowed", &detail));
        }
        Found::Nothing => {
            violated(String::from("there is no such path"));
            return Outcome::Answer(Answer::not_found());
        }
    };
    if !gate::authorized(call, &shared.options.api_key) {
        return Outcome::Answer(Answer::unauthorized());
    }
    for detail in shared.specification.check_request(operation, call) {
        violated(detail);
    }
    let struck = match admit(shared, call, operation, sequence, received_at) {
        Ok(struck) => struck,
        Err(answer) => return Outcome::Answer(answer),
    };
    let outcome = carry_out(shared, call, operation, &struck, &violated).await;
    if let Outcome::Answer(answer) = &outcome
        && struck.effect.is_none()
        && let Some(detail) = shared.specification.check_answer(operation, answer)
    {
        let subject = call.subject();
        let violation = Violation {
            at: clock::now(),
            call: Some(sequence),
            subject,
            detail,
        };
        shared.lock().calls.violated(true, violation);
    }
    outcome
}

/// The limit, then what faults have in store for this call.
fn admit(
    shared: &Shared,
    call: &Call,
    operation: Operation,
    sequence: u64,
    now: Timestamp,
) -> Result<Struck, Answer> {
    let mut guard = shared.lock();
    let inner = &mut *guard;
    let limit = inner.limits.of(operation);
    inner
        .limiter
        .admit(operation, limit, now)
        .map_err(Answer::throttled)?;
    let calendar = call.calendar_in(&inner.world);
    let mut struck = inner
        .faults
        .strike(operation, call.event, calendar, &mut inner.random);
    if struck.any() {
        inner.calls.mark_faulted(sequence);
    }
    let latency = inner.latency;
    struck.before_ms += inner
        .random
        .u64(latency.min_ms..=latency.max_ms.max(latency.min_ms));
    Ok(struck)
}

async fn carry_out(
    shared: &Shared,
    call: &Call,
    operation: Operation,
    struck: &Struck,
    violated: &impl Fn(String),
) -> Outcome {
    let Some(_held) = Held::take(shared, call, operation) else {
        return Outcome::Answer(Answer::conflict());
    };
    if let Some(reply) = known_reply(shared, call, operation) {
        if reply.event != call.event || reply.body != call.body {
            violated(String::from(
                "an idempotency key that was used for another request",
            ));
        }
        wait(struck.before_ms).await;
        return Outcome::Answer(reply.answer);
    }
    wait(struck.before_ms).await;
    match struck.effect {
        Some(FaultEffect::CutBefore) => return Outcome::Cut,
        Some(FaultEffect::Status {
            status,
            retry_after,
            after_effect: false,
        }) => {
            let answer = Answer::faulted(status, retry_after);
            keep_reply(shared, call, operation, &answer);
            return Outcome::Answer(answer);
        }
        _ => {}
    }
    let answer =
        shared.change(|inner, now| perform(inner, call, operation, shared.options.page_size, now));
    keep_reply(shared, call, operation, &answer);
    wait(struck.after_ms).await;
    match struck.effect {
        Some(FaultEffect::CutAfter) => Outcome::Cut,
        Some(FaultEffect::NotJson) => Outcome::Answer(Answer::html(200)),
        Some(FaultEffect::Status {
            status,
            retry_after,
            ..
        }) => Outcome::Answer(Answer::faulted(status, retry_after)),
        _ => Outcome::Answer(answer),
    }
}

async fn wait(milliseconds: u64) {
    if milliseconds > 0 {
        sleep(Duration::from_millis(milliseconds)).await;
    }
}

fn perform(
    inner: &mut Inner,
    call: &Call,
    operation: Operation,
    page_size: usize,
    now: Timestamp,
) -> Answer {
    let world = &mut inner.world;
    match operation {
        Operation::ListEvents => events::list(world, call, page_size),
        Operation::GetEvent => events::show(world, call.event),
        Operation::ScheduleBot => bots::schedule(world, call, now),
        Operation::UnscheduleBot => bots::unschedule(world, call, now),
        Operation::ListCalendars => calendars::list(world, call, page_size),
        Operation::GetCalendar => calendars::show(world, call.calendar, 200),
        Operation::CreateCalendar => calendars::create(world, call, now),
        Operation::UpdateCalendar => calendars::update(world, call, now),
        Operation::DeleteCalendar => calendars::delete(world, call, now),
        Operation::AccessToken => calendars::access_token(world, call, now),
        Operation::LeaveCall => bots::leave_call(world, call, now),
    }
}

/// The keys that a call holds while it is under way. Two calls cannot hold the same.
struct Held<'s> {
    shared: &'s Shared,
    keys: Vec<InFlight>,
}

impl<'s> Held<'s> {
    fn take(shared: &'s Shared, call: &Call, operation: Operation) -> Option<Self> {
        let mut inner = shared.lock();
        let keys: Vec<InFlight> = match operation {
            Operation::ScheduleBot => {
                let key = call.deduplication_key().map(str::to_owned);
                let idempotency = call.idempotency_key.clone();
                key.map(InFlight::Deduplication)
                    .into_iter()
                    .chain(idempotency.map(InFlight::Idempotency))
                    .collect()
            }
            Operation::UnscheduleBot => {
                let now = clock::now();
                let held = call.event.map(|event| inner.world.keys_held(event, now));
                held.into_iter()
                    .flatten()
                    .map(InFlight::Deduplication)
                    .collect()
            }
            _ => Vec::new(),
        };
        if keys.iter().any(|key| inner.in_flight.contains(key)) {
            return None;
        }
        inner.in_flight.extend(keys.iter().cloned());
        drop(inner);
        Some(Self { shared, keys })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        for key in &self.keys {
            inner.in_flight.remove(key);
        }
    }
}

fn known_reply(shared: &Shared, call: &Call, operation: Operation) -> Option<Reply> {
    if operation != Operation::ScheduleBot {
        return None;
    }
    let key = call.idempotency_key.as_ref()?;
    let reply = shared.lock().replies.get(key).cloned()?;
    (clock::now().duration_since(reply.kept_at) < REPLIES_ARE_KEPT).then_some(reply)
}

/// Keeps what was decided: success, refusal, and that no bot was free. What merely failed on
/// the way is not kept.
fn keep_reply(shared: &Shared, call: &Call, operation: Operation, answer: &Answer) {
    let decided = matches!(answer.status, 200..=299 | 400 | 404 | 507);
    if let (Operation::ScheduleBot, true, Some(key)) = (operation, decided, &call.idempotency_key) {
        let reply = Reply {
            kept_at: clock::now(),
            event: call.event,
            body: call.body.to_vec(),
            answer: answer.clone(),
        };
        shared.lock().replies.insert(key.clone(), reply);
    }
}
