//! Processing of one call, from arrival to outcome.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::idempotency::{save_response, saved_response};
use super::key_guard::KeyGuard;
use super::{access, bots, calendars, events};
use crate::call::Call;
use crate::clock;
use crate::faults::AppliedFaults;
use crate::model::{FaultEffect, Violation};
use crate::operation::{Operation, Route};
use crate::response::ApiResponse;
use crate::state::{Inner, Shared};

/// End of a call.
pub(super) enum Outcome {
    /// A response is sent.
    Respond(ApiResponse),
    /// The connection is cut without a response.
    Cut,
}

/// Processes one call. Rejections before the operation's own effect are responses, too.
pub(super) async fn run(
    shared: &Shared,
    call: &Call,
    sequence: u64,
    received_at: Timestamp,
) -> Outcome {
    let report = |detail: String| {
        let violation = call.violation(sequence, received_at, detail);
        shared.lock().calls.add_request_violation(violation);
    };
    let operation = match check_access(shared, call, &report) {
        Ok(operation) => operation,
        Err(response) => return Outcome::Respond(response),
    };
    for detail in shared.specification.check_request(operation, call) {
        report(detail);
    }
    let faults = match admit(shared, call, operation, sequence, received_at) {
        Ok(faults) => faults,
        Err(response) => return Outcome::Respond(response),
    };
    let mut texts = Vec::new();
    let outcome = perform(shared, call, operation, &faults, &mut texts, &report).await;
    if !texts.is_empty() {
        shared.lock().calls.mark_faulted(sequence);
    }
    if let Outcome::Respond(response) = &outcome
        && faults.effect.is_none()
        && let Some(detail) = shared.specification.check_response(operation, response)
    {
        let violation = call.violation(sequence, clock::now(), detail);
        shared.lock().calls.add_simulator_violation(violation);
    }
    outcome
}

/// Firewall, route and API key: the operation that the call is for, or the rejection.
fn check_access(
    shared: &Shared,
    call: &Call,
    report: &impl Fn(String),
) -> Result<Operation, ApiResponse> {
    if let Some(rejection) = access::rejection_of_get_with_body(call) {
        report(String::from("rejected by the firewall: a GET with a body"));
        return Err(rejection);
    }
    if let Some(rejection) = access::rejection_of_localhost_url(call) {
        return Err(rejection);
    }
    let operation = match call.route {
        Route::Operation(operation, _) => operation,
        Route::MethodNotAllowed => {
            report(String::from("this path does not allow this method"));
            let detail = format!("Method \"{}\" not allowed.", call.method);
            return Err(ApiResponse::coded(405, "method_not_allowed", &detail));
        }
        Route::NotFound => {
            report(String::from("there is no such path"));
            return Err(ApiResponse::not_found());
        }
    };
    if access::is_authorized(call, &shared.options.api_key) {
        Ok(operation)
    } else {
        Err(ApiResponse::unauthorized())
    }
}

/// Applies the rate limit, then selects the faults and the latency of an admitted call.
fn admit(
    shared: &Shared,
    call: &Call,
    operation: Operation,
    sequence: u64,
    now: Timestamp,
) -> Result<AppliedFaults, ApiResponse> {
    let mut guard = shared.lock();
    let inner = &mut *guard;
    let limit = inner.limits.of(operation);
    inner
        .limiter
        .admit(operation, limit, now)
        .map_err(ApiResponse::throttled)?;
    let calendar = call.calendar_in(&inner.workspace);
    let mut faults = inner
        .faults
        .apply(operation, call.event, calendar, &mut inner.random);
    if faults.any() {
        inner.calls.mark_faulted(sequence);
    }
    let latency = inner.latency;
    faults.before_ms += inner
        .random
        .u64(latency.min_ms..=latency.max_ms.max(latency.min_ms));
    Ok(faults)
}

/// Performs the operation under its faults, while its keys are locked. Adds the texts that
/// are replaced in its response.
async fn perform(
    shared: &Shared,
    call: &Call,
    operation: Operation,
    faults: &AppliedFaults,
    texts: &mut Vec<(String, String)>,
    report: &impl Fn(String),
) -> Outcome {
    let Some(_guard) = KeyGuard::lock(shared, call, operation) else {
        return Outcome::Respond(ApiResponse::conflict());
    };
    let saved = saved_response(shared, call, operation);
    wait(faults.before_ms).await;
    if let Some(saved) = saved {
        if saved.event != call.event || saved.body != call.body {
            report(String::from(
                "the idempotency key was used for another request",
            ));
        }
        return Outcome::Respond(saved.response);
    }
    if let Some(outcome) = outcome_without_effect(faults) {
        if let Outcome::Respond(response) = &outcome {
            save_response(shared, call, operation, response);
        }
        return outcome;
    }
    let page_size = shared.options.page_size;
    let response = shared.change(|inner, now| {
        let calendar = call.calendar_in(&inner.workspace);
        let (faults, random) = (&mut inner.faults, &mut inner.random);
        *texts = faults.texts(operation, call.event, calendar, random);
        execute(inner, call, operation, page_size, now)
    });
    save_response(shared, call, operation, &response);
    wait(faults.after_ms).await;
    outcome_after_effect(faults, response, texts)
}

/// Outcome of a call that a fault prevents from taking effect.
fn outcome_without_effect(faults: &AppliedFaults) -> Option<Outcome> {
    match &faults.effect {
        Some(FaultEffect::CutBefore) => Some(Outcome::Cut),
        Some(FaultEffect::Body { status, body }) => {
            Some(Outcome::Respond(ApiResponse::with_body(*status, body)))
        }
        Some(FaultEffect::Status {
            status,
            retry_after,
            after_effect: false,
        }) => Some(Outcome::Respond(ApiResponse::faulted(
            *status,
            *retry_after,
        ))),
        _ => None,
    }
}

/// Outcome of a call that has taken effect.
fn outcome_after_effect(
    faults: &AppliedFaults,
    response: ApiResponse,
    texts: &[(String, String)],
) -> Outcome {
    match faults.effect {
        Some(FaultEffect::CutAfter) => Outcome::Cut,
        Some(FaultEffect::NotJson) => Outcome::Respond(ApiResponse::html(200)),
        Some(FaultEffect::Status {
            status,
            retry_after,
            ..
        }) => Outcome::Respond(ApiResponse::faulted(status, retry_after)),
        _ => Outcome::Respond(response.rewritten(texts)),
    }
}

async fn wait(milliseconds: u64) {
    if milliseconds > 0 {
        sleep(Duration::from_millis(milliseconds)).await;
    }
}

/// The effect of an operation on the workspace, and its response.
fn execute(
    inner: &mut Inner,
    call: &Call,
    operation: Operation,
    page_size: usize,
    now: Timestamp,
) -> ApiResponse {
    let workspace = &mut inner.workspace;
    match operation {
        Operation::ListEvents => events::list(workspace, call, page_size, now),
        Operation::GetEvent => events::get(workspace, call.event),
        Operation::ScheduleBot => bots::schedule(workspace, call, now),
        Operation::UnscheduleBot => bots::unschedule(workspace, call, now),
        Operation::ListCalendars => calendars::list(workspace, call, page_size),
        Operation::GetCalendar => calendars::get(workspace, call.calendar, 200),
        Operation::CreateCalendar => calendars::create(workspace, call, now),
        Operation::UpdateCalendar => calendars::update(workspace, call, now),
        Operation::DeleteCalendar => calendars::delete(workspace, call, now),
        Operation::AccessToken => calendars::access_token(workspace, call, now),
        Operation::LeaveCall => bots::leave_call(workspace, call, now),
        Operation::GetBot => bots::get(workspace, call, now),
    }
}

impl Call {
    fn violation(&self, sequence: u64, at: Timestamp, detail: String) -> Violation {
        Violation {
            at,
            call: Some(sequence),
            subject: self.subject(),
            detail,
        }
    }
}
