//! What was seen: bots, calls, counts, violations.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;

use crate::clock;
use crate::model::{BotView, CallFilter, CallRecord, Stats, Violations};
use crate::state::{Inner, Shared};

pub(super) async fn bots(State(shared): State<Arc<Shared>>) -> Json<Vec<BotView>> {
    let inner = shared.lock();
    let now = clock::now();
    Json(
        inner
            .world
            .bots
            .values()
            .map(|bot| inner.world.bot_view(bot, now))
            .collect(),
    )
}

pub(super) async fn calls(
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<CallFilter>,
) -> Json<Vec<CallRecord>> {
    Json(shared.lock().calls.filtered(&filter))
}

pub(super) async fn forget_calls(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.lock().calls.forget();
    StatusCode::NO_CONTENT
}

pub(super) async fn stats(State(shared): State<Arc<Shared>>) -> Json<Stats> {
    Json(stats_of(&shared.lock()))
}

pub(super) async fn violations(State(shared): State<Arc<Shared>>) -> Json<Violations> {
    Json(shared.lock().calls.violations.clone())
}

pub(crate) fn stats_of(inner: &Inner) -> Stats {
    Stats {
        webhooks: inner.outbox.stats(),
        ..inner.calls.stats()
    }
}
