//! What every implementation of `CalendarEvents` and `Bots` must do, and the workspace that is
//! tested on.

use callsheet_app::PortError;
use callsheet_app::ports::{
    BotReply, Bots, CalendarDirectory, CalendarEvents, CalendarRemoval, EventQuery, IdempotencyKey,
    LeaveReply, ScheduleRequest,
};
use callsheet_domain::{
    BotConfig, BotEntry, BotId, CalendarEvent, CalendarId, CalendarStatus, DeduplicationKey,
    EventId, Timestamp, WantedBot,
};

use crate::a_bot_config;

/// A workspace of Recall, and the hands of the people whose calendars are in it.
pub trait Workspace: Sync {
    /// The port under test.
    type Recall: CalendarEvents + Bots + CalendarDirectory + CalendarRemoval;

    /// The port under test, on this workspace.
    fn recall(&self) -> &Self::Recall;

    /// An instant so many hours ahead.
    fn hours_ahead(&self, hours: i64) -> Timestamp;

    /// Connects a calendar.
    fn connect(&self) -> impl Future<Output = CalendarId> + Send;

    /// Disconnects it.
    fn disconnect(&self, calendar: &CalendarId) -> impl Future<Output = ()> + Send;

    /// Puts so many meetings into a calendar, the first of them starting so
    /// many hours ahead, each an hour after the one before.
    fn meet(
        &self,
        calendar: &CalendarId,
        hours: i64,
        link: Option<&str>,
        count: usize,
    ) -> impl Future<Output = Vec<EventId>> + Send;

    /// Puts a meeting into a calendar that is under way, and says when it started.
    fn under_way(
        &self,
        calendar: &CalendarId,
        link: &str,
    ) -> impl Future<Output = (EventId, Timestamp)> + Send;

    /// From now on Recall lists the event in a shape that nobody can read.
    fn make_unreadable(&self, event: &EventId) -> impl Future<Output = ()> + Send;

    /// Deletes an event.
    fn delete(&self, event: &EventId) -> impl Future<Output = ()> + Send;
}

pub(super) const LINK: &str = "https://meet.example/contract";

/// Names nothing, wherever it is asked for.
pub(super) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

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
    }
}

pub(super) fn bot(starts_at: Timestamp) -> WantedBot {
    WantedBot {
        deduplication_key: DeduplicationKey::parse(format!("{starts_at}-{LINK}")).expect("a key"),
        starts_at,
        meeting_url: LINK.to_owned(),
        config: a_bot_config(),
    }
}

pub(super) async fn schedule<W: Workspace>(
    workspace: &W,
    event: &EventId,
    bot: &WantedBot,
    attempt: u32,
) -> BotReply {
    let answer = try_schedule(workspace, event, bot, attempt).await;
    answer.expect("an answer")
}

async fn try_schedule<W: Workspace>(
    workspace: &W,
    event: &EventId,
    bot: &WantedBot,
    attempt: u32,
) -> Result<BotReply, PortError> {
    let idempotency_key = IdempotencyKey(format!("{event}-1-{attempt}"));
    let request = ScheduleRequest {
        event_id: event,
        bot,
        idempotency_key,
    };
    workspace.recall().schedule(&request).await
}

pub(super) async fn scheduled<W: Workspace>(
    workspace: &W,
    event: &EventId,
    bot: &WantedBot,
    attempt: u32,
) -> BotEntry {
    match schedule(workspace, event, bot, attempt).await {
        BotReply::Done(bots) => {
            assert_eq!(bots.len(), 1, "{bots:?}");
            bots.into_iter().next().expect("one")
        }
        other => panic!("it was not scheduled: {other:?}"),
    }
}

/// A calendar is shown as it stands, and one that nobody knows is no error.
///
/// # Panics
/// If the law does not hold.
pub async fn calendars_are_shown_as_they_stand(workspace: &impl Workspace) {
    let id = workspace.connect().await;
    let recall = workspace.recall();
    let connected = recall
        .calendar(&id)
        .await
        .expect("an answer")
        .expect("it is there");
    assert_eq!(
        (&connected.id, connected.status),
        (&id, CalendarStatus::Connected)
    );
    assert!(connected.email.is_some());
    workspace.disconnect(&id).await;
    let lost = recall
        .calendar(&id)
        .await
        .expect("an answer")
        .expect("it is there");
    assert_eq!(lost.status, CalendarStatus::Disconnected);
    assert!(lost.updated_at > connected.updated_at);
    let nobody = CalendarId::parse(NOBODY).expect("an id");
    assert_eq!(recall.calendar(&nobody).await.expect("an answer"), None);
}

/// A calendar's events are listed page by page, and no other's.
///
/// # Panics
/// If the law does not hold.
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
/// If the law does not hold.
pub async fn an_unreadable_event_is_reported_and_costs_no_other(workspace: &impl Workspace) {
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

/// Only what changed since an instant is listed, that instant included; only
/// what starts from one, that one included; and a deleted event stays listed.
///
/// # Panics
/// If the law does not hold.
pub async fn a_query_leaves_out_what_it_does_not_ask_for(workspace: &impl Workspace) {
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
    ] {
        let (events, _) = listed(workspace, &query).await;
        let ids: Vec<_> = events.iter().map(|event| &event.id).collect();
        assert_eq!(ids, [&late], "{query:?}");
    }
    workspace.delete(&early).await;
    let (events, _) = listed(workspace, &all(&calendar)).await;
    let deleted = events
        .iter()
        .find(|event| event.id == early)
        .expect("it stays listed");
    assert!(deleted.is_deleted);
}

/// Scheduled once or again, an event has one bot, by the key and start it was
/// sent with; unscheduled once or again, it has none.
///
/// # Panics
/// If the law does not hold.
pub async fn both_operations_may_be_done_again(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(3));
    let first = scheduled(workspace, &event, &wanted, 0).await;
    assert_eq!(first.deduplication_key, wanted.deduplication_key);
    assert_eq!(first.starts_at, wanted.starts_at);
    assert_eq!(scheduled(workspace, &event, &wanted, 1).await, first);
    for _ in 0..2 {
        let answer = workspace
            .recall()
            .unschedule(&event)
            .await
            .expect("an answer");
        assert_eq!(answer, BotReply::Done(Vec::new()));
    }
}

/// Copies of a meeting share the bot of their key, and each holds a claim of its own.
///
/// # Panics
/// If the law does not hold.
pub async fn a_key_is_one_bot_until_its_last_claim_is_gone(workspace: &impl Workspace) {
    let (one, other) = (workspace.connect().await, workspace.connect().await);
    let first = workspace.meet(&one, 4, Some(LINK), 1).await.remove(0);
    let second = workspace.meet(&other, 4, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(4));
    let shared = scheduled(workspace, &first, &wanted, 0).await;
    assert_eq!(
        scheduled(workspace, &second, &wanted, 0).await.bot_id,
        shared.bot_id
    );
    workspace
        .recall()
        .unschedule(&first)
        .await
        .expect("an answer");
    assert_eq!(
        scheduled(workspace, &second, &wanted, 1).await.bot_id,
        shared.bot_id
    );
}

/// A bot that is on its way cannot be taken away. It is found by its event and
/// sent out of its call; then there is none to be taken away.
///
/// # Panics
/// If the law does not hold.
pub async fn a_bot_on_its_way_is_sent_out_of_its_call(workspace: &impl Workspace) {
    let recall = workspace.recall();
    let calendar = workspace.connect().await;
    let (event, starts_at) = workspace.under_way(&calendar, LINK).await;
    let listed = recall.bots_of(&event).await.expect("an answer");
    assert_eq!(listed, Some(Vec::new()));
    let bot = scheduled(workspace, &event, &bot(starts_at), 0).await;
    let answer = recall.unschedule(&event).await.expect("an answer");
    assert_eq!(answer, BotReply::Dispatched);
    let listed = recall.bots_of(&event).await.expect("an answer");
    assert_eq!(listed, Some(vec![bot.clone()]));
    let left = recall.leave_call(&bot.bot_id).await.expect("an answer");
    assert_eq!(left, LeaveReply::Left);
    let again = recall.leave_call(&bot.bot_id).await.expect("an answer");
    assert!(again != LeaveReply::Left, "it is in no call any more");
    let answer = recall.unschedule(&event).await.expect("an answer");
    assert!(matches!(answer, BotReply::Done(_)), "{answer:?}");
}

/// A bot that waits for its meeting is in no call, and nobody else is found.
///
/// # Panics
/// If the law does not hold.
pub async fn a_bot_in_no_call_cannot_leave_one(workspace: &impl Workspace) {
    let recall = workspace.recall();
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let waiting = scheduled(workspace, &event, &bot(workspace.hours_ahead(3)), 0).await;
    let left = recall.leave_call(&waiting.bot_id).await.expect("an answer");
    assert!(matches!(left, LeaveReply::Refused(_)), "{left:?}");
    let nobody = BotId::parse(NOBODY).expect("an id");
    let left = recall.leave_call(&nobody).await.expect("an answer");
    assert_eq!(left, LeaveReply::NoSuchBot);
    let nobody = EventId::parse(NOBODY).expect("an id");
    assert_eq!(recall.bots_of(&nobody).await.expect("an answer"), None);
}

/// What cannot have a bot is refused, and what does not exist is a result.
///
/// # Panics
/// If the law does not hold.
pub async fn what_cannot_have_a_bot_is_refused(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let wanted = bot(workspace.hours_ahead(6));
    let without_link = workspace.meet(&calendar, 6, None, 1).await.remove(0);
    let deleted = workspace.meet(&calendar, 6, Some(LINK), 1).await.remove(0);
    workspace.delete(&deleted).await;
    let lost = workspace.connect().await;
    let of_lost = workspace.meet(&lost, 6, Some(LINK), 1).await.remove(0);
    workspace.disconnect(&lost).await;
    for event in [&without_link, &deleted, &of_lost] {
        let answer = schedule(workspace, event, &wanted, 0).await;
        assert!(matches!(answer, BotReply::Refused(_)), "{answer:?}");
    }
    let nobody = EventId::parse(NOBODY).expect("an id");
    assert_eq!(
        schedule(workspace, &nobody, &wanted, 0).await,
        BotReply::NoSuchEvent
    );
    let answer = workspace
        .recall()
        .unschedule(&nobody)
        .await
        .expect("an answer");
    assert_eq!(answer, BotReply::NoSuchEvent);
}

/// A payload with a `localhost` URL is blocked without effect, for a reason
/// that quotes nothing of it; other payloads for the same event are not.
///
/// # Panics
/// If the law does not hold.
pub async fn a_payload_with_a_localhost_url_is_blocked_and_no_other(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(3));
    let name = serde_json::json!({"bot_name": "Demo of http://localhost:3000"});
    let demo = WantedBot {
        config: BotConfig::new(name).expect("a valid configuration"),
        ..wanted.clone()
    };
    let answer = try_schedule(workspace, &event, &demo, 0).await;
    let Err(PortError::Blocked { reason, .. }) = answer else {
        panic!("it was not blocked: {answer:?}");
    };
    assert!(reason.starts_with("403"), "{reason}");
    assert!(
        !reason.contains("Demo") && !reason.contains("://"),
        "{reason}"
    );
    let bots = workspace.recall().bots_of(&event).await.expect("an answer");
    assert_eq!(bots, Some(Vec::new()));
    scheduled(workspace, &event, &wanted, 1).await;
}
