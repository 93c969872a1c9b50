//! The control API: what people do in their calendars, what shall go wrong, and what was seen.
//!
//! No key: it is meant for tests and people on this machine, and the server listens on 127.0.0.1
//! only.

mod calendars;
pub(crate) mod observe;
mod steer;
mod webhooks;
pub(crate) mod wire;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};

use crate::state::Shared;
use crate::world::NotThere;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/calendars", get(calendars::list).post(calendars::create))
        .route("/calendars/{id}", delete(calendars::remove))
        .route("/calendars/{id}/email", put(calendars::set_email))
        .route("/calendars/{id}/silence", post(calendars::silence))
        .route("/calendars/{id}/disconnect", post(calendars::disconnect))
        .route("/calendars/{id}/reconnect", post(calendars::reconnect))
        .route("/calendars/{id}/events", post(calendars::create_events))
        .route(
            "/events",
            get(calendars::events).patch(calendars::change_events),
        )
        .route(
            "/events/{id}",
            get(calendars::event).delete(calendars::delete_event),
        )
        .route("/bots", get(observe::bots))
        .route("/calls", get(observe::calls).delete(observe::forget_calls))
        .route("/stats", get(observe::stats))
        .route("/violations", get(observe::violations))
        .route("/settings", put(steer::settings))
        .route(
            "/faults",
            get(steer::faults)
                .post(steer::add_fault)
                .delete(steer::clear_faults),
        )
        .route("/faults/{id}", delete(steer::clear_fault))
        .route("/webhooks", get(webhooks::list).post(webhooks::send))
        .route("/webhooks/target", put(webhooks::set_target))
        .route("/webhooks/faults", put(webhooks::set_faults))
        .route("/webhooks/hold", post(webhooks::hold))
        .route("/webhooks/release", post(webhooks::release))
        .route("/webhooks/quiesced", get(webhooks::quiesced))
        .route("/webhooks/{id}/resend", post(webhooks::resend))
}

impl IntoResponse for NotThere {
    fn into_response(self) -> Response {
        (
            StatusCode::NOT_FOUND,
            format!("there is no such {}", self.0),
        )
            .into_response()
    }
}
