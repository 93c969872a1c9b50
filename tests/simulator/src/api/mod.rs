//! The simulated Recall API.
//!
//! Every call passes the same pipeline: firewall, operation, API key, specification check, rate
//! limit, faults, locked keys, latency, effect, response. A call runs to its end even if the
//! client closes the connection, as it does at the real service, so a client that closes early
//! does not know the outcome.

mod access;
mod bots;
mod calendars;
mod events;
mod idempotency;
mod key_guard;
mod paging;
mod pipeline;
mod query;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;

use self::pipeline::Outcome;
use crate::call::Call;
use crate::clock;
use crate::response::{ApiResponse, ConnectionCut};
use crate::state::Shared;

/// Largest accepted request body, in bytes.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Handles one call to the API, in a task that outlives the connection.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let finished = tokio::spawn(process(shared, request)).await;
    finished.unwrap_or_else(|_| ConnectionCut::response())
}

async fn process(shared: Arc<Shared>, request: Request) -> Response<Body> {
    let received_at = clock::now();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return ApiResponse::html(413).into_response();
    };
    let call = Call::new(&parts, body);
    let sequence = {
        let mut inner = shared.lock();
        let record = call.record(&inner.workspace, received_at);
        inner.calls.begin(record)
    };
    let outcome = pipeline::run(&shared, &call, sequence, received_at).await;
    let status = match &outcome {
        Outcome::Respond(response) => Some(response.status),
        Outcome::Cut => None,
    };
    shared.lock().calls.finish(sequence, status, clock::now());
    match outcome {
        Outcome::Respond(response) => response.into_response(),
        Outcome::Cut => ConnectionCut::response(),
    }
}
