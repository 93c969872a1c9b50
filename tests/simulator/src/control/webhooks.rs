//! Webhooks under control: where to, what goes wrong with them, once more, and whether all is
//! quiet.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde_json::Value;
use tokio::time::timeout;

use super::wire::{Patience, Quiet, Release, Sent};
use crate::clock;
use crate::faults::WebhookFaults;
use crate::model::WebhookRecord;
use crate::options::WebhookTarget;
use crate::state::Shared;
use crate::webhooks::sign;
use crate::world::NotThere;

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Vec<WebhookRecord>> {
    Json(shared.lock().outbox.messages().to_vec())
}

/// Sends any body, such as an event of another kind.
pub(super) async fn send(State(shared): State<Arc<Shared>>, Json(body): Json<Value>) -> Json<Sent> {
    let mut inner = shared.lock();
    let message = inner.outbox.write(&body, clock::now());
    shared.post.dispatch(&mut inner.outbox, message);
    Json(Sent {
        id: inner.outbox.message(message).id.clone(),
    })
}

pub(super) async fn resend(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, NotThere> {
    let mut inner = shared.lock();
    let message = inner.outbox.find(&id).ok_or(NotThere("webhook"))?;
    shared.post.deliver(&mut inner.outbox, message, 0);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_target(
    State(shared): State<Arc<Shared>>,
    Json(target): Json<Option<WebhookTarget>>,
) -> Result<StatusCode, (StatusCode, String)> {
    for secret in target.iter().flat_map(|target| &target.secrets) {
        sign(secret, "", 0, b"").map_err(|bad| (StatusCode::BAD_REQUEST, bad.to_string()))?;
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
    Json(how): Json<Release>,
) -> StatusCode {
    let mut inner = shared.lock();
    shared.post.release(&mut inner.outbox, how.last_first);
    StatusCode::NO_CONTENT
}

/// Answers when nothing is under way any more, or the patience is over.
pub(super) async fn quiesced(
    State(shared): State<Arc<Shared>>,
    Query(patience): Query<Patience>,
) -> Json<Quiet> {
    let mut pending = shared.lock().outbox.watch_pending();
    let limit = Duration::from_millis(patience.timeout_ms);
    let quiet = timeout(limit, pending.wait_for(|pending| *pending == 0)).await;
    Json(Quiet {
        quiet: matches!(quiet, Ok(Ok(_))),
        at: clock::now(),
    })
}
