//! Settings and faults.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::model::control::{FaultAdded, Settings};
use crate::model::{Fault, FaultView};
use crate::state::Shared;

pub(super) async fn update(
    State(shared): State<Arc<Shared>>,
    Json(new): Json<Settings>,
) -> StatusCode {
    let mut inner = shared.lock();
    if let Some(limits) = new.limits {
        inner.limits = limits;
    }
    if let Some(latency) = new.latency {
        inner.latency = latency;
    }
    if let Some(touch) = new.bots_touch_events {
        inner.workspace.bots_touch_events = touch;
    }
    if let Some(days) = new.listed_days {
        inner.workspace.listed_days = days;
    }
    StatusCode::NO_CONTENT
}

pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Json<Vec<FaultView>> {
    Json(shared.lock().faults.views())
}

pub(super) async fn add_fault(
    State(shared): State<Arc<Shared>>,
    Json(fault): Json<Fault>,
) -> Json<FaultAdded> {
    Json(FaultAdded {
        id: shared.lock().faults.add(fault),
    })
}

pub(super) async fn clear_faults(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.lock().faults.clear(None);
    StatusCode::NO_CONTENT
}

pub(super) async fn clear_fault(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<u64>,
) -> StatusCode {
    shared.lock().faults.clear(Some(id));
    StatusCode::NO_CONTENT
}
