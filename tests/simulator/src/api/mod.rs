//! The API that stands in for the service's: every call takes the same way.
//!
//! Firewall, key, operation, specification, limit, faults, keys in flight, latency, effect,
//! answer. A call runs to its end even when the caller hangs up, as it does at the service:
//! whoever hangs up does not know the outcome.

mod answer;
mod bots;
mod calendars;
mod call;
mod events;
mod gate;
mod limits;
mod paging;
mod query;
mod specification;
mod turn;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;

pub(crate) use self::answer::Answer;
use self::call::Call;
pub(crate) use self::limits::Limiter;
pub(crate) use self::specification::{Specification, SpecificationError};
use self::turn::Outcome;
use crate::clock;
use crate::server::Cut;
use crate::state::Shared;

/// More than any honest request carries.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// Answers one call to the API.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let finished = tokio::spawn(run(shared, request)).await;
    finished.unwrap_or_else(|_| Cut::response())
}

async fn run(shared: Arc<Shared>, request: Request) -> Response<Body> {
    let received_at = clock::now();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Answer::html(413).into_response();
    };
    let call = Call::new(&parts, body);
    let sequence = {
        let mut inner = shared.lock();
        let record = call.record(&inner.world, received_at);
        inner.calls.begin(record)
    };
    let outcome = turn::take(&shared, &call, sequence, received_at).await;
    let status = match &outcome {
        Outcome::Answer(answer) => Some(answer.status),
        Outcome::Cut => None,
    };
    shared.lock().calls.finish(sequence, status, clock::now());
    match outcome {
        Outcome::Answer(answer) => answer.into_response(),
        Outcome::Cut => Cut::response(),
    }
}
