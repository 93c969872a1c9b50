//! What only operators do: reopening abandoned decisions, and resyncs.

use callsheet_api::resync::ResyncRequested;
use callsheet_api::retry::Retried;
use callsheet_app::resync_now::{resync_all, resync_now};
use callsheet_app::retry::{Reopened, retry_decision, retry_first};
use serde::Deserialize;

use crate::asked::Asked;
use crate::body::body;
use crate::caller::Caller;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

use super::status::RecentStatus;

/// The most decisions that one request reopens: it has to answer within seconds.
const MOST_RETRIED: usize = 100;

/// The body of a request for a resync.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    #[serde(default)]
    full: bool,
}

/// Reopens the decision about an event, if it is abandoned.
pub(super) async fn retry_event<P: ConsolePorts>(
    (ports, recent): (&P, &RecentStatus),
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let decision = caller.event(ports.decisions(), asked.id).await?;
    let reopened = retry_decision(ports.decisions(), decision, caller.now).await?;
    recent.forget().await;
    Ok(answer(reopened, caller, asked))
}

/// Reopens the first abandoned decisions.
pub(super) async fn retry<P: ConsolePorts>(
    (ports, recent): (&P, &RecentStatus),
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let reopened = retry_first(ports.decisions(), MOST_RETRIED, caller.now).await?;
    recent.forget().await;
    Ok(answer(reopened, caller, asked))
}

fn answer(reopened: Reopened, caller: Caller<'_>, asked: Asked<'_>) -> Answer {
    let retried = caller.shown(Retried::of(reopened));
    let page = asked.page(caller, |_| page::retried(&retried));
    Answer::of(&retried).with_page(page)
}

/// Requests a resync, or a full sync of every calendar.
pub(super) async fn resync<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    let wish: Wish = body(asked.request, r#"{"full":false} or {"full":true}"#)?;
    let state = ports.state();
    let sync = ports.queues().sync.as_ref();
    let queue = sync.expect("the console has a sync queue");
    let requested = if wish.full {
        resync_all(state, queue, caller.now).await?
    } else {
        resync_now(Some(state), queue, caller.now).await?
    };
    Ok(Answer::of(&ResyncRequested::of(&requested)).accepted())
}
