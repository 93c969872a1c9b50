//! What every implementation of `CalendarDirectory`, `CalendarCreation` and `CalendarRemoval`
//! must do.

use callsheet_app::ports::{
    BotReply, CalendarCreation as _, CalendarDirectory as _, CalendarEvents as _,
    CalendarRemoval as _, Creation, NewCalendar, Removed,
};
use callsheet_domain::{Calendar, CalendarId, CalendarStatus, Platform, Timestamp};

use jiff::SignedDuration;

use super::bots::{bot, schedule, scheduled};
use super::recall::{LINK, UNKNOWN, Workspace};
use crate::id;

async fn listed<W: Workspace>(workspace: &W) -> (Vec<Calendar>, usize) {
    listed_since(workspace, None).await
}

async fn listed_since<W: Workspace>(
    workspace: &W,
    since: Option<Timestamp>,
) -> (Vec<Calendar>, usize) {
    let (mut calendars, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = workspace.recall().calendars(since, cursor.as_ref()).await;
        let page = page.expect("a page");
        assert_eq!(page.unreadable, []);
        calendars.extend(page.calendars);
        pages += 1;
        let Some(next) = page.next else {
            return (calendars, pages);
        };
        cursor = Some(next);
    }
}

async fn removed<W: Workspace>(workspace: &W, id: &CalendarId) -> Removed {
    let reply = workspace.recall().delete_calendar(id).await;
    reply.expect("a reply")
}

/// Every calendar is listed, page by page, each once.
///
/// # Panics
/// If the implementation does something else.
pub async fn every_calendar_is_on_one_of_the_pages(workspace: &impl Workspace) {
    assert_eq!(listed(workspace).await, (Vec::new(), 1));
    let mut connected = Vec::new();
    for _ in 0..130 {
        connected.push(workspace.connect().await);
    }
    let (calendars, pages) = listed(workspace).await;
    assert_eq!(pages, 2, "a page holds a hundred");
    let mut seen: Vec<_> = calendars.into_iter().map(|calendar| calendar.id).collect();
    seen.sort();
    connected.sort();
    assert_eq!(seen, connected);
}

/// Only the calendars that were created since an instant are listed.
///
/// # Panics
/// If the implementation does something else.
pub async fn calendars_are_listed_since_their_creation(workspace: &impl Workspace) {
    let ids: Vec<CalendarId> = vec![workspace.connect().await, workspace.connect().await];
    let (all, _) = listed(workspace).await;
    let created = |calendar: &Calendar| calendar.created_at.expect("it is known");
    let last = all.iter().map(created).max().expect("there are two");
    let (some, _) = listed_since(workspace, Some(last)).await;
    let expected = all.iter().filter(|calendar| created(calendar) >= last);
    assert_eq!(some.len(), expected.count());
    assert!(some.iter().all(|calendar| ids.contains(&calendar.id)));
    let later = last + SignedDuration::from_hours(1);
    assert_eq!(listed_since(workspace, Some(later)).await.0, []);
}

/// A calendar is listed as it is shown by itself, also if it is disconnected.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_is_listed_as_it_is_shown(workspace: &impl Workspace) {
    let (kept, deleted) = (workspace.connect().await, workspace.connect().await);
    workspace.disconnect(&deleted).await;
    let (calendars, _) = listed(workspace).await;
    assert_eq!(calendars.len(), 2);
    for calendar in calendars {
        let status = if calendar.id == kept {
            CalendarStatus::Connected
        } else {
            CalendarStatus::Disconnected
        };
        assert_eq!(calendar.status, status);
        let shown = workspace.recall().calendar(&calendar.id).await;
        assert_eq!(shown.expect("a reply"), Some(calendar));
    }
}

/// A created calendar is listed, and creating it again makes another one.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_created_calendar_is_listed(workspace: &impl Workspace) {
    let new = NewCalendar {
        platform: Platform::Outlook,
        client_id: "client".to_owned(),
        client_secret: "never-log-me-secret".to_owned(),
        refresh_token: "never-log-me-token".to_owned(),
        metadata: [("team".to_owned(), "Vertrieb “ü”".to_owned())].into(),
    };
    let mut ids = Vec::new();
    for _ in 0..2 {
        match workspace.recall().create_calendar(&new).await {
            Ok(Creation::Created(created)) => {
                assert_eq!(created.platform, Platform::Outlook);
                assert_eq!(created.metadata.value("team"), Some("Vertrieb “ü”"));
                assert_eq!(created.metadata.value("region"), Some(""));
                ids.push(created.id);
            }
            other => panic!("{other:?}"),
        }
    }
    let (calendars, _) = listed(workspace).await;
    let mut listed: Vec<_> = calendars.into_iter().map(|calendar| calendar.id).collect();
    listed.sort();
    ids.sort();
    assert_eq!(listed, ids);
}

/// Once deleted, a calendar is not listed, not shown, and its events are gone;
/// deleting it again changes nothing.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_deleted_calendar_is_gone_with_its_events(workspace: &impl Workspace) {
    let (kept, deleted) = (workspace.connect().await, workspace.connect().await);
    let event = workspace.meet(&deleted, 3, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(3));
    scheduled(workspace, &event, &wanted, 0).await;
    assert_eq!(removed(workspace, &deleted).await, Removed::Deleted);
    let (calendars, _) = listed(workspace).await;
    let ids: Vec<_> = calendars.into_iter().map(|calendar| calendar.id).collect();
    assert_eq!(ids, [kept]);
    let shown = workspace.recall().calendar(&deleted).await;
    assert_eq!(shown.expect("a reply"), None);
    let reply = schedule(workspace, &event, &wanted, 1).await;
    assert_eq!(reply, BotReply::NoSuchEvent);
    assert_eq!(removed(workspace, &deleted).await, Removed::AlreadyGone);
}

/// Deleting an unknown calendar is no error.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_unknown_calendar_is_already_gone(workspace: &impl Workspace) {
    let unknown = id(UNKNOWN);
    assert_eq!(removed(workspace, &unknown).await, Removed::AlreadyGone);
}

/// A bot that events of two calendars share stays for the other.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_shared_bot_outlives_one_of_its_calendars(workspace: &impl Workspace) {
    let (kept, deleted) = (workspace.connect().await, workspace.connect().await);
    let ours = workspace.meet(&kept, 4, Some(LINK), 1).await.remove(0);
    let theirs = workspace.meet(&deleted, 4, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(4));
    let shared = scheduled(workspace, &ours, &wanted, 0).await;
    scheduled(workspace, &theirs, &wanted, 0).await;
    removed(workspace, &deleted).await;
    let after = scheduled(workspace, &ours, &wanted, 1).await;
    assert_eq!(after.bot_id, shared.bot_id);
}
