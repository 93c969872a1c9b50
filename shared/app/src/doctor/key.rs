//! Recall's answer to the API key, in the region in use and, if it denies the key, in the others.
//!
//! Keys belong to one region, and the wrong region answers like a wrong key. So a key that is
//! denied is tried in Recall's other regions, once each.

use callsheet_domain::{Operation, Timestamp};
use futures_util::future::join_all;

use crate::PortError;
use crate::ports::{Clock, RateLimits, RecallRegion, RecallReply};
use crate::rate_limited::published_limit;
use crate::rate_limiter::{CallTerms, RateLimiter};

/// Another region in which the key is accepted: its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedElsewhere(pub String);

/// Recall's answer to a key.
#[derive(Debug)]
pub struct KeyEvidence {
    /// The answer in the region in use.
    pub answer: Result<RecallReply, PortError>,
    /// When it came.
    pub received_at: Timestamp,
    /// Another region that accepts the key, if the region in use denies it.
    pub elsewhere: Option<AcceptedElsewhere>,
}

/// Lists the first page of calendars in the region in use, with a permit of the workspace where
/// its `permits` can be read. `others` are the other regions with their addresses.
pub async fn examine_key<R: RecallRegion, S: RateLimits>(
    recall: &R,
    others: &[(String, R)],
    permits: Option<&S>,
    clock: &impl Clock,
) -> KeyEvidence {
    let operation = Operation::ListCalendars;
    let mut answer = None;
    if let Some(rate_limits) = permits {
        let limiter = RateLimiter { rate_limits, clock };
        let limit = published_limit(operation);
        // A store that fails is another check's evidence. Then the stack makes no call either.
        let permit = limiter.acquire(operation, limit, CallTerms::OPERATOR).await;
        if permit.is_ok() {
            let reply = recall.first_calendars().await;
            answer = Some(limiter.back_off(operation, reply).await);
        }
    }
    let answer = match answer {
        Some(answer) => answer,
        None => recall.first_calendars().await,
    };
    let received_at = clock.now();
    let is_denied = answer.as_ref().is_err_and(PortError::is_recall_denial);
    let others = others.iter().filter(|_| is_denied);
    let asked = others.map(|(url, region)| async move {
        let is_accepted = region.first_calendars().await.is_ok();
        is_accepted.then(|| AcceptedElsewhere(url.clone()))
    });
    KeyEvidence {
        answer,
        received_at,
        elsewhere: join_all(asked).await.into_iter().flatten().next(),
    }
}
