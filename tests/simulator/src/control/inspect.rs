//! State of the simulator: bots, calls, statistics, violations.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;

use crate::clock;
use crate::model::{BotView, CallFilter, CallRecord, Stats, Violations};
use crate::state::Shared;

pub(super) async fn bots(State(shared): State<Arc<Shared>>) -> Json<Vec<BotView>> {
    let inner = shared.lock();
    let now = clock::now();
    Json(
        inner
            .workspace
            .bots
            .values()
            .map(|bot| inner.workspace.bot_view(bot, now))
            .collect(),
    )
}

pub(super) async fn calls(
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<CallFilter>,
) -> Json<Vec<CallRecord>> {
    Json(shared.lock().calls.filtered(&filter))
}

pub(super) async fn clear_calls(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.lock().calls.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn stats(State(shared): State<Arc<Shared>>) -> Json<Stats> {
    Json(shared.lock().stats())
}

pub(super) async fn violations(State(shared): State<Arc<Shared>>) -> Json<Violations> {
    Json(shared.lock().calls.violations.clone())
}
