//! Webhooks: target, faults, holding and resending, and waiting for deliveries.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde_json::Value;
use tokio::time::timeout;

use crate::clock;
use crate::model::WebhookFaults;
use crate::model::WebhookRecord;
use crate::model::control::{ReleaseWebhooks, WaitQuery, WaitResult, WebhookSent};
use crate::options::WebhookTarget;
use crate::sign::sign;
use crate::state::Shared;
use crate::workspace::NotFound;

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Vec<WebhookRecord>> {
    Json(shared.lock().outbox.messages().to_vec())
}

/// Sends any body, such as a webhook that the simulator does not create itself.
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    Json(body): Json<Value>,
) -> Json<WebhookSent> {
    let mut inner = shared.lock();
    let message = inner.outbox.create(&body, clock::now());
    shared.dispatcher.dispatch(&mut inner.outbox, message);
    Json(WebhookSent {
        id: inner.outbox.message(message).id.clone(),
    })
}

pub(super) async fn resend(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, NotFound> {
    let mut inner = shared.lock();
    let message = inner.outbox.find(&id).ok_or(NotFound("webhook"))?;
    shared.dispatcher.deliver(&mut inner.outbox, message, 0);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_target(
    State(shared): State<Arc<Shared>>,
    Json(target): Json<Option<WebhookTarget>>,
) -> Result<StatusCode, (StatusCode, String)> {
    for secret in target.iter().flat_map(|target| &target.secrets) {
        sign(secret, "", 0, b"").map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    }
    shared.lock().outbox.target = target;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_faults(
    State(shared): State<Arc<Shared>>,
    Json(faults): Json<WebhookFaults>,
) -> StatusCode {
    shared.lock().outbox.faults = faults;
    StatusCode::NO_CONTENT
}

pub(super) async fn hold(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.lock().outbox.hold();
    StatusCode::NO_CONTENT
}

pub(super) async fn release(
    State(shared): State<Arc<Shared>>,
    Json(request): Json<ReleaseWebhooks>,
) -> StatusCode {
    let mut inner = shared.lock();
    shared
        .dispatcher
        .release(&mut inner.outbox, request.newest_first);
    StatusCode::NO_CONTENT
}

/// Responds when no batch or delivery is in progress, or after the timeout.
pub(super) async fn wait(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<WaitQuery>,
) -> Json<WaitResult> {
    let mut pending = shared.lock().outbox.watch_pending();
    let limit = Duration::from_millis(query.timeout_ms);
    let idle = timeout(limit, pending.wait_for(|pending| *pending == 0)).await;
    Json(WaitResult {
        is_idle: matches!(idle, Ok(Ok(_))),
    })
}
