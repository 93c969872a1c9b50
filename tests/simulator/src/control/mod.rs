//! Control API: changes calendars as people would, injects faults, and shows the state.
//!
//! It needs no key, because it is for tests and people on this machine and the server listens on
//! 127.0.0.1 only.

mod calendars;
mod inspect;
mod lives;
mod settings;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};

use crate::state::Shared;
use crate::workspace::NotFound;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/calendars", get(calendars::list).post(calendars::create))
        .route("/calendars/{id}", delete(calendars::delete))
        .route("/calendars/{id}/email", put(calendars::set_email))
        .route("/calendars/{id}/metadata", put(calendars::set_metadata))
        .route(
            "/calendars/{id}/disable-webhooks",
            post(calendars::disable_webhooks),
        )
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
        .route("/bots", get(inspect::bots))
        .route("/lives", post(lives::add))
        .route("/calls", get(inspect::calls).delete(inspect::clear_calls))
        .route("/stats", get(inspect::stats))
        .route("/violations", get(inspect::violations))
        .route("/settings", put(settings::update))
        .route(
            "/faults",
            get(settings::faults)
                .post(settings::add_fault)
                .delete(settings::clear_faults),
        )
        .route("/faults/{id}", delete(settings::clear_fault))
        .route("/webhooks", get(webhooks::list).post(webhooks::send))
        .route("/webhooks/target", put(webhooks::set_target))
        .route("/webhooks/faults", put(webhooks::set_faults))
        .route("/webhooks/hold", post(webhooks::hold))
        .route("/webhooks/release", post(webhooks::release))
        .route("/webhooks/wait", get(webhooks::wait))
        .route("/webhooks/{id}/resend", post(webhooks::resend))
}

impl IntoResponse for NotFound {
    fn into_response(self) -> Response {
        (
            StatusCode::NOT_FOUND,
            format!("there is no such {}", self.0),
        )
            .into_response()
    }
}
