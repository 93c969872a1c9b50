//! Changes that people make: connect calendars; create, change and delete events.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::change::EventChange;
use crate::draft::EventDraft;
use crate::ids::{CalendarId, EventId};
use crate::model::control::{CreateCalendar, Disconnect, SetEmail};
use crate::model::{CalendarView, EventView};
use crate::state::Shared;
use crate::workspace::{Calendar, NewCalendar, NotFound, OAuth, Workspace};

/// Extractor of the simulator's state.
type Simulator = State<Arc<Shared>>;

pub(super) async fn list(State(shared): Simulator) -> Json<Vec<CalendarView>> {
    Json(
        shared
            .lock()
            .workspace
            .calendars
            .values()
            .map(Calendar::view)
            .collect(),
    )
}

pub(super) async fn create(
    State(shared): Simulator,
    Json(body): Json<CreateCalendar>,
) -> Result<Json<CalendarView>, NotFound> {
    let new = NewCalendar {
        platform: body.platform,
        email: body.email,
        oauth: OAuth::default(),
        metadata: body.metadata,
    };
    shared.change(|inner, now| {
        let id = inner.workspace.add_calendar(new, now);
        if body.webhooks_disabled {
            inner.outbox.disable(id);
        }
        calendar_view(&inner.workspace, id)
    })
}

/// Stops reporting changes of a calendar by webhook.
pub(super) async fn disable_webhooks(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
) -> Result<Json<CalendarView>, NotFound> {
    shared.change(|inner, _| {
        let view = calendar_view(&inner.workspace, id)?;
        inner.outbox.disable(id);
        Ok(view)
    })
}

pub(super) async fn set_email(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
    Json(body): Json<SetEmail>,
) -> Result<Json<CalendarView>, NotFound> {
    shared.change(|inner, now| {
        inner.workspace.set_email(id, body.email, now)?;
        calendar_view(&inner.workspace, id)
    })
}

pub(super) async fn set_metadata(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
    Json(metadata): Json<BTreeMap<String, String>>,
) -> Result<Json<CalendarView>, NotFound> {
    shared.change(|inner, now| {
        inner.workspace.set_metadata(id, metadata, now)?;
        calendar_view(&inner.workspace, id)
    })
}

pub(super) async fn disconnect(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
    body: Option<Json<Disconnect>>,
) -> Result<Json<CalendarView>, NotFound> {
    let reason = body.and_then(|Json(body)| body.reason);
    shared.change(|inner, now| {
        inner.workspace.disconnect(id, reason, now)?;
        calendar_view(&inner.workspace, id)
    })
}

pub(super) async fn reconnect(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
) -> Result<Json<CalendarView>, NotFound> {
    shared.change(|inner, now| {
        inner.workspace.reconnect(id, now)?;
        calendar_view(&inner.workspace, id)
    })
}

pub(super) async fn delete(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
) -> Result<StatusCode, NotFound> {
    shared.change(|inner, now| inner.workspace.delete_calendar(id, now))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn events(State(shared): Simulator) -> Json<Vec<EventView>> {
    let inner = shared.lock();
    let workspace = &inner.workspace;
    let events = workspace
        .order
        .iter()
        .filter_map(|(_, id)| workspace.events.get(id));
    Json(events.map(|event| workspace.event_view(event)).collect())
}

pub(super) async fn event(
    State(shared): Simulator,
    Path(id): Path<EventId>,
) -> Result<Json<EventView>, NotFound> {
    event_view(&shared.lock().workspace, id).map(Json)
}

pub(super) async fn create_events(
    State(shared): Simulator,
    Path(id): Path<CalendarId>,
    Json(drafts): Json<Vec<EventDraft>>,
) -> Result<Json<Vec<EventView>>, NotFound> {
    let created: Result<Vec<_>, _> = shared.change(|inner, now| {
        drafts
            .into_iter()
            .map(|draft| {
                let event = inner.workspace.add_event(id, draft, now)?;
                event_view(&inner.workspace, event)
            })
            .collect()
    });
    created.map(Json)
}

pub(super) async fn change_events(
    State(shared): Simulator,
    Json(changes): Json<Vec<EventChange>>,
) -> Result<Json<Vec<EventView>>, NotFound> {
    let views: Result<Vec<_>, _> = shared.change(|inner, now| {
        changes
            .into_iter()
            .map(|change| {
                inner
                    .workspace
                    .change_event(change.event, change.change, now)?;
                event_view(&inner.workspace, change.event)
            })
            .collect()
    });
    views.map(Json)
}

pub(super) async fn delete_event(
    State(shared): Simulator,
    Path(id): Path<EventId>,
) -> Result<Json<EventView>, NotFound> {
    shared.change(|inner, now| {
        inner.workspace.delete_event(id, now)?;
        event_view(&inner.workspace, id).map(Json)
    })
}

fn calendar_view(workspace: &Workspace, id: CalendarId) -> Result<Json<CalendarView>, NotFound> {
    workspace
        .calendars
        .get(&id)
        .map(|c| Json(c.view()))
        .ok_or(NotFound("calendar"))
}

fn event_view(workspace: &Workspace, id: EventId) -> Result<EventView, NotFound> {
    workspace
        .events
        .get(&id)
        .map(|event| workspace.event_view(event))
        .ok_or(NotFound("event"))
}
