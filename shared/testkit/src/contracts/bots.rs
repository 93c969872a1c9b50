//! What every implementation of `Bots` and `BotReader` must do.

use callsheet_app::PortError;
use callsheet_app::ports::{
    BotReader as _, BotReply, Bots as _, IdempotencyKey, LeaveReply, ScheduleRequest,
};
use callsheet_domain::{BotConfig, BotEntry, EventId, Timestamp, WantedBot};

use super::eventually;
use super::recall::{LINK, UNKNOWN, Workspace};
use crate::{a_bot_config, id};

pub(super) fn bot(starts_at: Timestamp) -> WantedBot {
    WantedBot {
        deduplication_key: id(format!("{starts_at}-{LINK}")),
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
    let reply = try_schedule(workspace, event, bot, attempt).await;
    reply.expect("a reply")
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

/// Scheduled once or again, an event has one bot, with the key and start of the
/// request; unscheduled once or again, it has none.
///
/// # Panics
/// If the implementation does something else.
pub async fn scheduling_and_unscheduling_may_be_repeated(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(3));
    let first = scheduled(workspace, &event, &wanted, 0).await;
    assert_eq!(first.deduplication_key, wanted.deduplication_key);
    assert_eq!(first.starts_at, wanted.starts_at);
    assert_eq!(scheduled(workspace, &event, &wanted, 1).await, first);
    for _ in 0..2 {
        let reply = workspace
            .recall()
            .unschedule(&event)
            .await
            .expect("a reply");
        assert_eq!(reply, BotReply::Done(Vec::new()));
    }
}

/// Copies of a meeting share the bot of their deduplication key until the last
/// of them is unscheduled.
///
/// # Panics
/// If the implementation does something else.
pub async fn events_share_the_bot_of_a_deduplication_key(workspace: &impl Workspace) {
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
        .expect("a reply");
    assert_eq!(
        scheduled(workspace, &second, &wanted, 1).await.bot_id,
        shared.bot_id
    );
}

/// Scheduling onto an event that cannot have a bot is refused; an unknown event
/// is a result.
///
/// # Panics
/// If the implementation does something else.
pub async fn events_that_cannot_have_a_bot_are_refused(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let wanted = bot(workspace.hours_ahead(6));
    let without_link = workspace.meet(&calendar, 6, None, 1).await.remove(0);
    let deleted = workspace.meet(&calendar, 6, Some(LINK), 1).await.remove(0);
    workspace.delete(&deleted).await;
    let disconnected = workspace.connect().await;
    let of_disconnected = workspace
        .meet(&disconnected, 6, Some(LINK), 1)
        .await
        .remove(0);
    workspace.disconnect(&disconnected).await;
    for event in [&without_link, &deleted, &of_disconnected] {
        let reply = schedule(workspace, event, &wanted, 0).await;
        assert!(matches!(reply, BotReply::Refused(_)), "{reply:?}");
    }
    let unknown = id(UNKNOWN);
    assert_eq!(
        schedule(workspace, &unknown, &wanted, 0).await,
        BotReply::NoSuchEvent
    );
    let reply = workspace
        .recall()
        .unschedule(&unknown)
        .await
        .expect("a reply");
    assert_eq!(reply, BotReply::NoSuchEvent);
}

/// A payload with a `localhost` URL is blocked without effect, for a reason
/// that quotes nothing of it; other payloads for the same event are not.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_payload_with_a_localhost_url_is_blocked_and_no_other(workspace: &impl Workspace) {
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let wanted = bot(workspace.hours_ahead(3));
    let name = serde_json::json!({"bot_name": "Demo of http://localhost:3000"});
    let demo = WantedBot {
        config: BotConfig::new(name).expect("a valid configuration"),
        ..wanted.clone()
    };
    let reply = try_schedule(workspace, &event, &demo, 0).await;
    let Err(PortError::Blocked { reason, .. }) = reply else {
        panic!("it was not blocked: {reply:?}");
    };
    assert!(reason.starts_with("403"), "{reason}");
    assert!(
        !reason.contains("Demo") && !reason.contains("://"),
        "{reason}"
    );
    let bots = workspace.recall().bots_of(&event).await.expect("a reply");
    assert_eq!(bots, Some(Vec::new()));
    scheduled(workspace, &event, &wanted, 1).await;
}

/// A dispatched bot cannot be unscheduled. It is found by its event and told to
/// leave its call; then there is no bot to unschedule.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_dispatched_bot_leaves_its_call(workspace: &impl Workspace) {
    let recall = workspace.recall();
    let calendar = workspace.connect().await;
    let (event, starts_at) = workspace.in_progress(&calendar, LINK).await;
    let listed = recall.bots_of(&event).await.expect("a reply");
    assert_eq!(listed, Some(Vec::new()));
    let bot = scheduled(workspace, &event, &bot(starts_at), 0).await;
    let reply = recall.unschedule(&event).await.expect("a reply");
    assert_eq!(reply, BotReply::Dispatched);
    let listed = recall.bots_of(&event).await.expect("a reply");
    assert_eq!(listed, Some(vec![bot.clone()]));
    let left = recall.leave_call(&bot.bot_id).await.expect("a reply");
    assert_eq!(left, LeaveReply::Left);
    let again = recall.leave_call(&bot.bot_id).await.expect("a reply");
    assert_eq!(again, LeaveReply::Finished, "it has left already");
    let reply = recall.unschedule(&event).await.expect("a reply");
    assert!(matches!(reply, BotReply::Done(_)), "{reply:?}");
}

/// A bot that waits for its meeting cannot leave a call, and an unknown bot is
/// not found.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_bot_in_no_call_cannot_leave_one(workspace: &impl Workspace) {
    let recall = workspace.recall();
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let waiting = scheduled(workspace, &event, &bot(workspace.hours_ahead(3)), 0).await;
    let left = recall.leave_call(&waiting.bot_id).await.expect("a reply");
    assert!(matches!(left, LeaveReply::Refused(_)), "{left:?}");
    let unknown = id(UNKNOWN);
    let left = recall.leave_call(&unknown).await.expect("a reply");
    assert_eq!(left, LeaveReply::NoSuchBot);
    let unknown = id(UNKNOWN);
    assert_eq!(recall.bots_of(&unknown).await.expect("a reply"), None);
}

/// All statuses of a bot are read. A bot that waits for its meeting has none, and an unknown bot
/// is not found.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_statuses_of_a_bot_are_read(workspace: &impl Workspace) {
    let recall = workspace.recall();
    let calendar = workspace.connect().await;
    let event = workspace.meet(&calendar, 3, Some(LINK), 1).await.remove(0);
    let waiting = scheduled(workspace, &event, &bot(workspace.hours_ahead(3)), 0).await;
    let statuses = recall.statuses_of(&waiting.bot_id).await.expect("a reply");
    assert_eq!(statuses, Some(Vec::new()));
    let (event, starts_at) = workspace.in_progress(&calendar, LINK).await;
    let joining = scheduled(workspace, &event, &bot(starts_at), 0).await;
    workspace.block_bot(&event).await;
    eventually("the bot has failed", async || {
        let statuses = recall.statuses_of(&joining.bot_id).await.expect("a reply");
        let statuses = statuses.expect("there is a bot");
        let codes = statuses
            .iter()
            .map(|status| (status.code(), status.sub_code()));
        codes.collect::<Vec<_>>()
            == [
                ("joining_call", None),
                ("fatal", Some("google_meet_bot_blocked")),
            ]
    })
    .await;
    let unknown = recall.statuses_of(&id(UNKNOWN)).await;
    assert_eq!(unknown.expect("a reply"), None);
}
