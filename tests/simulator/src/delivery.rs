//! Delivery task: sends webhooks and retries them on the service's schedule.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::clock;
use crate::model::{DeliveryAttempt, Violation, WebhookState};
use crate::options::SignatureHeaders;
use crate::outbox::{Job, is_acknowledged};
use crate::sign::sign;
use crate::state::Shared;

/// Delay before each attempt, in seconds: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
const SCHEDULE: [u32; 8] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// Runs every job in a task of its own, until the queue of jobs is closed.
pub(crate) async fn run_jobs(
    shared: Arc<Shared>,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    client: reqwest::Client,
) {
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                Some(job) => {
                    running.spawn(run(Arc::clone(&shared), client.clone(), job));
                }
                None => break,
            },
            Some(_) = running.join_next() => {}
        }
    }
}

async fn run(shared: Arc<Shared>, client: reqwest::Client, job: Job) {
    match job {
        Job::FlushBatch(calendar) => {
            sleep(shared.options.coalesce).await;
            let mut inner = shared.lock();
            shared
                .dispatcher
                .flush_batch(&mut inner.outbox, calendar, clock::now());
            inner.outbox.job_done();
        }
        Job::Deliver { message, delay_ms } => {
            sleep(Duration::from_millis(delay_ms)).await;
            check(&shared, message);
            let state = deliver(&shared, &client, message).await;
            let mut inner = shared.lock();
            inner.outbox.finish_delivery(message, state);
            inner.outbox.job_done();
        }
    }
}

/// Validates a message against the published schema of its event.
fn check(shared: &Shared, message: usize) {
    let mut inner = shared.lock();
    let body = &inner.outbox.message(message).body;
    if let Some((event, detail)) = shared.specification.check_webhook(body) {
        inner.calls.add_simulator_violation(Violation {
            at: clock::now(),
            call: None,
            subject: event,
            detail,
        });
    }
}

/// Delays before each attempt, multiplied by `scale`.
fn delays(scale: f64) -> impl Iterator<Item = Duration> {
    let scaled = move |s: u32| Duration::from_secs(u64::from(s)).mul_f64(scale.max(0.0));
    SCHEDULE.into_iter().map(scaled)
}

/// Sends a message until it is acknowledged, aborted, or the schedule ends.
async fn deliver(shared: &Shared, client: &reqwest::Client, message: usize) -> WebhookState {
    for delay in delays(shared.options.retry_scale) {
        sleep(delay).await;
        match attempt(shared, client, message).await {
            Outcome::Acknowledged => return WebhookState::Acknowledged,
            Outcome::Abort => return WebhookState::Failed,
            Outcome::Retry => {}
        }
    }
    WebhookState::Failed
}

/// Outcome of one attempt.
enum Outcome {
    Acknowledged,
    Abort,
    Retry,
}

/// Sends a message once: the same id and body at every attempt, a new timestamp, one signature per
/// secret.
async fn attempt(shared: &Shared, client: &reqwest::Client, message: usize) -> Outcome {
    let at = clock::now();
    let Some(request) = signed_request(shared, client, message, at) else {
        return Outcome::Abort;
    };
    let response = request.send().await;
    let status = response.as_ref().ok().map(|r| r.status().as_u16());
    let attempt = DeliveryAttempt {
        at,
        answered_at: clock::now(),
        status,
    };
    shared.lock().outbox.record_attempt(message, attempt);
    let aborts = response.is_ok_and(|response| {
        response
            .headers()
            .get("webhook-delivery")
            .is_some_and(|value| value == "abort-message")
    });
    if is_acknowledged(status) {
        Outcome::Acknowledged
    } else if aborts {
        Outcome::Abort
    } else {
        Outcome::Retry
    }
}

/// The request that delivers a message; `None` if no target is set any more.
fn signed_request(
    shared: &Shared,
    client: &reqwest::Client,
    message: usize,
    at: Timestamp,
) -> Option<reqwest::RequestBuilder> {
    let inner = shared.lock();
    let target = inner.outbox.target.as_ref()?;
    let message = inner.outbox.message(message);
    let (id, body) = (message.id.as_str(), message.body.clone());
    let signatures: Vec<String> = target
        .secrets
        .iter()
        .filter_map(|secret| sign(secret, id, at.as_second(), body.as_bytes()).ok())
        .collect();
    let prefix = match target.headers {
        SignatureHeaders::Standard => "webhook",
        SignatureHeaders::Svix => "svix",
    };
    let mut request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .header(format!("{prefix}-id"), id)
        .header(format!("{prefix}-timestamp"), at.as_second());
    if !signatures.is_empty() {
        request = request.header(format!("{prefix}-signature"), signatures.join(" "));
    }
    Some(request.body(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_retry_schedule_is_the_services_schedule_scaled() {
        let seconds: Vec<_> = delays(0.01).map(|delay| delay.as_millis() / 10).collect();
        assert_eq!(seconds, [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
    }
}
