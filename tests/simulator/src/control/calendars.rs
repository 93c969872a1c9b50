//! What people do: connect calendars, make meetings, change and delete them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::wire::{CreateCalendar, SetEmail};
use crate::draft::{EventChange, EventDraft};
use crate::ids::{CalendarId, EventId};
use crate::model::{CalendarView, EventView};
use crate::state::Shared;
use crate::world::{Calendar, NewCalendar, NotThere, OAuth, World};

type Here = State<Arc<Shared>>;

pub(super) async fn list(State(shared): Here) -> Json<Vec<CalendarView>> {
    Json(
        shared
            .lock()
            .world
            .calendars
            .values()
            .map(Calendar::view)
            .collect(),
    )
}

pub(super) async fn create(
    State(shared): Here,
    Json(wanted): Json<CreateCalendar>,
) -> Result<Json<CalendarView>, NotThere> {
    let new = NewCalendar {
        platform: wanted.platform,
        email: wanted.email,
        oauth: OAuth::default(),
    };
    shared.change(|inner, now| {
        let id = inner.world.add_calendar(new, now);
        if wanted.is_silent {
            inner.outbox.silence(id);
        }
        calendar(&inner.world, id)
    })
}

/// Announces nothing of a calendar from now on.
pub(super) async fn silence(
    State(shared): Here,
    Path(id): Path<CalendarId>,
) -> Result<Json<CalendarView>, NotThere> {
    shared.change(|inner, _| {
        let shown = calendar(&inner.world, id)?;
        inner.outbox.silence(id);
        Ok(shown)
    })
}

pub(super) async fn set_email(
    State(shared): Here,
    Path(id): Path<CalendarId>,
    Json(wanted): Json<SetEmail>,
) -> Result<Json<CalendarView>, NotThere> {
    shared.change(|inner, now| {
        inner.world.set_email(id, wanted.email, now)?;
        calendar(&inner.world, id)
    })
}

pub(super) async fn disconnect(
    State(shared): Here,
    Path(id): Path<CalendarId>,
) -> Result<Json<CalendarView>, NotThere> {
    shared.change(|inner, now| {
        inner.world.disconnect(id, now)?;
        calendar(&inner.world, id)
    })
}

pub(super) async fn reconnect(
    State(shared): Here,
    Path(id): Path<CalendarId>,
) -> Result<Json<CalendarView>, NotThere> {
    shared.change(|inner, now| {
        inner.world.reconnect(id, now)?;
        calendar(&inner.world, id)
    })
}

pub(super) async fn remove(
    State(shared): Here,
    Path(id): Path<CalendarId>,
) -> Result<StatusCode, NotThere> {
    shared.change(|inner, now| inner.world.remove_calendar(id, now))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn events(State(shared): Here) -> Json<Vec<EventView>> {
    let inner = shared.lock();
    let world = &inner.world;
    let events = world
        .order
        .iter()
        .filter_map(|(_, id)| world.events.get(id));
    Json(events.map(|event| world.event_view(event)).collect())
}

pub(super) async fn event(
    State(shared): Here,
    Path(id): Path<EventId>,
) -> Result<Json<EventView>, NotThere> {
    view(&shared.lock().world, id).map(Json)
}

pub(super) async fn create_events(
    State(shared): Here,
    Path(id): Path<CalendarId>,
    Json(drafts): Json<Vec<EventDraft>>,
) -> Result<Json<Vec<EventView>>, NotThere> {
    let created: Result<Vec<_>, _> = shared.change(|inner, now| {
        drafts
            .into_iter()
            .map(|draft| {
                let event = inner.world.add_event(id, draft, now)?;
                view(&inner.world, event)
            })
            .collect()
    });
    created.map(Json)
}

pub(super) async fn change_events(
    State(shared): Here,
    Json(changes): Json<Vec<EventChange>>,
) -> Result<Json<Vec<EventView>>, NotThere> {
    let views: Result<Vec<_>, _> = shared.change(|inner, now| {
        changes
            .into_iter()
            .map(|change| {
                inner.world.change_event(change.event, change.change, now)?;
                view(&inner.world, change.event)
            })
            .collect()
    });
    views.map(Json)
}

pub(super) async fn delete_event(
    State(shared): Here,
    Path(id): Path<EventId>,
) -> Result<Json<EventView>, NotThere> {
    shared.change(|inner, now| {
        inner.world.delete_event(id, now)?;
        view(&inner.world, id).map(Json)
    })
}

fn calendar(world: &World, id: CalendarId) -> Result<Json<CalendarView>, NotThere> {
    world
        .calendars
        .get(&id)
        .map(|c| Json(c.view()))
        .ok_or(NotThere("calendar"))
}

fn view(world: &World, id: EventId) -> Result<EventView, NotThere> {
    world
        .events
        .get(&id)
        .map(|event| world.event_view(event))
        .ok_or(NotThere("event"))
}
