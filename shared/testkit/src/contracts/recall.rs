//! What every implementation of `CalendarEvents` must do, and the workspace under test.

use callsheet_app::ports::{
    BotReader, Bots, CalendarCreation, CalendarDirectory, CalendarEvents, CalendarRemoval,
    EventQuery,
};
use callsheet_domain::{CalendarEvent, CalendarId, CalendarStatus, EventId, Timestamp};

use crate::id;

/// A workspace of Recall under test, and the changes that people make in its calendars.
pub trait Workspace: Sync {
    /// The port under test.
    type Recall: CalendarEvents
        + BotReader
        + Bots
        + CalendarDirectory
        + CalendarCreation
        + CalendarRemoval;

    /// The port under test, on this workspace.
    fn recall(&self) -> &Self::Recall;

    /// The instant this many hours ahead.
    fn hours_ahead(&self, hours: i64) -> Timestamp;

    /// Connects a calendar.
    fn connect(&self) -> impl Future<Output = CalendarId> + Send;

    /// Disconnects a calendar.
    fn disconnect(&self, calendar: &CalendarId) -> impl Future<Output = ()> + Send;

    /// Puts `count` meetings into a calendar, the first of them `hours` ahead,
    /// each an hour after the one before.
    fn meet(
        &self,
        calendar: &CalendarId,
        hours: i64,
        link: Option<&str>,
        count: usize,
    ) -> impl Future<Output = Vec<EventId>> + Send;

    /// Puts a meeting in progress into a calendar; returns the event and its start.
    fn in_progress(
        &self,
        calendar: &CalendarId,
        link: &str,
    ) -> impl Future<Output = (EventId, Timestamp)> + Send;

    /// Has the event's bot fail to join, since the platform blocks it.
    fn block_bot(&self, event: &EventId) -> impl Future<Output = ()> + Send;

    /// From now on Recall lists the event in a form that cannot be read.
    fn make_unreadable(&self, event: &EventId) -> impl Future<Output = ()> + Send;

    /// Deletes an event.
    fn delete(&self, event: &EventId) -> impl Future<Output = ()> + Send;
}

pub(super) const LINK: &str = "https://meet.example/contract";

/// An id that no calendar, event or bot has.
pub(super) const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

async fn listed<W: Workspace>(workspace: &W, query: &EventQuery) -> (Vec<CalendarEvent>, usize) {
    let (mut events, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = workspace
            .recall()
            .page(query, cursor.as_ref())
            .await
            .expect("a page");
        assert_eq!(page.unreadable, []);
        events.extend(page.events);
        pages += 1;
        let Some(next) = page.next else {
            return (events, pages);
        };
        cursor = Some(next);
    }
}

fn all(calendar: &CalendarId) -> EventQuery {
    EventQuery {
        calendar_id: Some(calendar.clone()),
        updated_since: None,
        starts_from: None,
        starts_until: None,
    }
}

/// A calendar is shown with its present status, and an unknown one is no error.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_is_shown_with_its_status(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let recall = workspace.recall();
    let connected = recall
        .calendar(&calendar)
        .await
        .expect("a reply")
        .expect("it is there");
    assert_eq!(
        (&connected.id, connected.status),
        (&calendar, CalendarStatus::Connected)
    );
    assert!(connected.email.is_some());
    workspace.disconnect(&calendar).await;
    let disconnected = recall
        .calendar(&calendar)
        .await
        .expect("a reply")
        .expect("it is there");
    assert_eq!(disconnected.status, CalendarStatus::Disconnected);
    assert!(disconnected.updated_at > connected.updated_at);
    let unknown = id(UNKNOWN);
    assert_eq!(recall.calendar(&unknown).await.expect("a reply"), None);
}

/// The events of a calendar are listed page by page, and no other's.
///
/// # Panics
/// If the implementation does something else.
pub async fn every_event_of_a_calendar_is_on_one_of_its_pages(workspace: &impl Workspace) {
    let (ours, other) = (workspace.connect().await, workspace.connect().await);
    let mut created = workspace.meet(&ours, 1, Some(LINK), 130).await;
    workspace.meet(&other, 1, Some(LINK), 2).await;
    let (events, pages) = listed(workspace, &all(&ours)).await;
    assert_eq!(pages, 2, "a page holds a hundred");
    let mut seen: Vec<_> = events.into_iter().map(|event| event.id).collect();
    seen.sort();
    created.sort();
    assert_eq!(seen, created);
}

/// An event that cannot be read is reported with its calendar and its id, and
/// the other events of its page and of the next page are listed.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_unreadable_event_is_reported_and_the_others_are_listed(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let mut created = workspace.meet(&calendar, 1, Some(LINK), 105).await;
    let unreadable = created.remove(2);
    workspace.make_unreadable(&unreadable).await;
    let (recall, query) = (workspace.recall(), all(&calendar));
    let first = recall.page(&query, None).await.expect("a page");
    let reported: Vec<_> = first
        .unreadable
        .iter()
        .map(|event| (event.id.as_ref(), event.calendar_id.as_ref()))
        .collect();
    assert_eq!(reported, [(Some(&unreadable), Some(&calendar))]);
    assert!(first.next.is_some());
    let last = recall.page(&query, first.next.as_ref()).await;
    let last = last.expect("a page");
    let events = first.events.into_iter().chain(last.events);
    let mut listed: Vec<_> = events.map(|event| event.id).collect();
    listed.sort();
    created.sort();
    assert_eq!((listed, last.next), (created, None));
}

/// An event is read by its id, also a deleted one. An unknown one is not found.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_event_is_read_by_its_id(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let created = workspace.meet(&calendar, 1, Some(LINK), 2).await;
    workspace.delete(&created[1]).await;
    let recall = workspace.recall();
    let read = async |event: &EventId| {
        let page = recall.event(event).await.expect("a reply");
        assert_eq!(page.next, None);
        (page.events, page.unreadable)
    };
    for (event, is_deleted) in [(&created[0], false), (&created[1], true)] {
        let (events, unreadable) = read(event).await;
        assert_eq!((events.len(), unreadable), (1, Vec::new()));
        assert_eq!((&events[0].id, &events[0].calendar_id), (event, &calendar));
        assert_eq!(events[0].is_deleted, is_deleted);
    }
    assert_eq!(read(&id(UNKNOWN)).await, (Vec::new(), Vec::new()));
}

/// A query lists only events that changed at or after an instant, or only those
/// that start at or after one; a deleted event stays listed.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_query_filters_by_change_and_by_start(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let early = workspace.meet(&calendar, 2, Some(LINK), 1).await.remove(0);
    let late = workspace.meet(&calendar, 5, None, 1).await.remove(0);
    let (events, _) = listed(workspace, &all(&calendar)).await;
    let last = events
        .iter()
        .find(|event| event.id == late)
        .expect("it is listed");
    assert_eq!(
        (last.starts_at, &last.meeting),
        (workspace.hours_ahead(5), &None)
    );
    for query in [
        EventQuery {
            updated_since: Some(last.updated_at),
            ..all(&calendar)
        },
        EventQuery {
            starts_from: Some(last.starts_at),
            ..all(&calendar)
        },
        EventQuery {
            starts_from: Some(workspace.hours_ahead(4)),
            starts_until: Some(last.starts_at),
            ..all(&calendar)
        },
    ] {
        let (events, _) = listed(workspace, &query).await;
        let ids: Vec<_> = events.iter().map(|event| &event.id).collect();
        assert_eq!(ids, [&late], "{query:?}");
    }
    // Without a calendar too; the workspace may have events of other tests.
    let window = EventQuery {
        calendar_id: None,
        starts_until: Some(workspace.hours_ahead(4)),
        ..all(&calendar)
    };
    let (events, _) = listed(workspace, &window).await;
    let is_listed = |id| events.iter().any(|event| event.id == id);
    assert!(is_listed(early.clone()) && !is_listed(late.clone()));
    workspace.delete(&early).await;
    let (events, _) = listed(workspace, &all(&calendar)).await;
    let deleted = events
        .iter()
        .find(|event| event.id == early)
        .expect("it stays listed");
    assert!(deleted.is_deleted);
}
