//! The task that sends webhooks, and tries again on the service's schedule.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::outbox::{Job, acknowledges};
use super::sign::sign;
use crate::clock;
use crate::model::{Attempt, Violation, WebhookState};
use crate::options::SignatureHeaders;
use crate::state::Shared;

/// How long after the one before it each try is made, in seconds: at once, 5 s, 5 min, 30 min,
/// 2 h, 5 h, 10 h, 10 h.
const SCHEDULE: [u32; 8] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// An HTTP client for plain http to this machine.
pub(crate) fn http_client(timeout: Option<Duration>) -> Result<reqwest::Client, reqwest::Error> {
    // Without a provider of cryptography the client does not build, though it is never used
    // here. An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none());
    match timeout {
        Some(timeout) => client.timeout(timeout),
        None => client,
    }
    .build()
}

/// Takes jobs until there can be no more, each in a task of its own.
pub(crate) async fn deliveries(
    shared: Arc<Shared>,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    client: reqwest::Client,
) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                Some(job) => {
                    under_way.spawn(run(Arc::clone(&shared), client.clone(), job));
                }
                None => break,
            },
            Some(_) = under_way.join_next() => {}
        }
    }
}

async fn run(shared: Arc<Shared>, client: reqwest::Client, job: Job) {
    match job {
        Job::Gather(calendar) => {
            sleep(shared.options.coalesce).await;
            let mut inner = shared.lock();
            shared
                .post
                .gathered(&mut inner.outbox, calendar, clock::now());
            inner.outbox.done();
        }
        Job::Deliver { message, delay_ms } => {
            sleep(Duration::from_millis(delay_ms)).await;
            check(&shared, message);
            let state = deliver(&shared, &client, message).await;
            let mut inner = shared.lock();
            inner.outbox.ended(message, state);
            inner.outbox.done();
        }
    }
}

/// Holds a message against the published schema of its event.
fn check(shared: &Shared, message: usize) {
    let mut inner = shared.lock();
    let body = &inner.outbox.message(message).body;
    if let Some((event, detail)) = shared.specification.check_webhook(body) {
        let at = clock::now();
        let violation = Violation {
            at,
            call: None,
            subject: event,
            detail,
        };
        inner.calls.violated(true, violation);
    }
}

/// The schedule, every delay multiplied with `scale`.
fn delays(scale: f64) -> impl Iterator<Item = Duration> {
    let scaled = move |s: u32| Duration::from_secs(u64::from(s)).mul_f64(scale.max(0.0));
    SCHEDULE.into_iter().map(scaled)
}

async fn deliver(shared: &Shared, client: &reqwest::Client, message: usize) -> WebhookState {
    for delay in delays(shared.options.retry_scale) {
        sleep(delay).await;
        match attempt(shared, client, message).await {
            Outcome::Acknowledged => return WebhookState::Acknowledged,
            Outcome::Abort => return WebhookState::Failed,
            Outcome::Again => {}
        }
    }
    WebhookState::Failed
}

enum Outcome {
    Acknowledged,
    Abort,
    Again,
}

/// One try: the same id and body, a new timestamp, one signature for each secret.
async fn attempt(shared: &Shared, client: &reqwest::Client, message: usize) -> Outcome {
    let at = clock::now();
    let (id, body, target) = {
        let inner = shared.lock();
        let message = inner.outbox.message(message);
        (
            message.id.clone(),
            message.body.clone(),
            inner.outbox.target.clone(),
        )
    };
    let Some(target) = target else {
        return Outcome::Abort;
    };
    let signatures: Vec<String> = target
        .secrets
        .iter()
        .filter_map(|secret| sign(secret, &id, at.as_second(), body.as_bytes()).ok())
        .collect();
    let family = match target.headers {
        SignatureHeaders::Standard => "webhook",
        SignatureHeaders::Svix => "svix",
    };
    let mut request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .header(format!("{family}-id"), &id)
        .header(format!("{family}-timestamp"), at.as_second());
    if !signatures.is_empty() {
        request = request.header(format!("{family}-signature"), signatures.join(" "));
    }
    let answer = request.body(body).send().await;
    let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
    let tried = Attempt {
        at,
        answered_at: clock::now(),
        status,
    };
    shared.lock().outbox.tried(message, tried);
    let aborts = answer.is_ok_and(|answer| {
        answer
            .headers()
            .get("webhook-delivery")
            .is_some_and(|told| told == "abort-message")
    });
    if acknowledges(status) {
        Outcome::Acknowledged
    } else if aborts {
        Outcome::Abort
    } else {
        Outcome::Again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_services_own_scaled() {
        let seconds: Vec<_> = delays(0.01).map(|delay| delay.as_millis() / 10).collect();
        assert_eq!(seconds, [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
    }
}
