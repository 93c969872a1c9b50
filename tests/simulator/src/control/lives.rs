//! Lives of bots.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::model::LifePlan;
use crate::state::Shared;

/// Has the bots of some events, or all, live from their start on.
pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    Json(plan): Json<LifePlan>,
) -> StatusCode {
    shared.lock().workspace.life_plans.add(plan);
    StatusCode::NO_CONTENT
}
