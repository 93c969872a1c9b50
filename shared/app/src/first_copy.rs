//! Finds copies that share a bot, and no more of them than a question needs.
//!
//! An all-hands has thousands of copies. *Who owns the bot* and *does another copy still need
//! it* are answered by the first one or two, since the index of bots is in the order of the
//! copies' ranks. Only if those that are read do not answer, for example because they have just
//! left the bot, more are read.

use std::collections::HashSet;

use callsheet_domain::{Decision, DeduplicationKey};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::ports::Decisions;

/// Copies that are read first: the row that is concerned may be one of them.
const FIRST: usize = 2;
/// How many times more are read if these do not answer.
const MORE: usize = 8;
/// Reads of the index that are in flight at once.
const READS: usize = 16;

/// The first copy that wants the bot of `key` and is sought. A copy that cannot be read neither
/// owns nor keeps the bot: nobody can tell what it wants.
pub(crate) async fn first_copy<D: Decisions>(
    decisions: &D,
    key: &DeduplicationKey,
    is_sought: impl Fn(&Decision) -> bool + Send + Sync,
) -> Result<Option<Decision>, PortError> {
    let mut most = FIRST;
    loop {
        let first = decisions.wanting(key, most).await?;
        let sought = first.rows.decisions.into_iter().filter(&is_sought);
        let found = sought.min_by_key(Decision::bot_rank);
        if found.is_some() || !first.has_more {
            for copy in &first.rows.unreadable {
                let event = &copy.key.event_id;
                tracing::warn!(%event, problem = copy.problem, "{copy}: it neither owns nor keeps a bot");
            }
            return Ok(found);
        }
        most *= MORE;
    }
}

/// The first sought copy of each bot.
pub(crate) async fn first_copies<D: Decisions>(
    decisions: &D,
    bots: &HashSet<DeduplicationKey>,
    is_sought: impl Fn(&Decision) -> bool + Send + Sync,
) -> Result<Vec<Decision>, PortError> {
    let is_sought = &is_sought;
    let found: Vec<Option<Decision>> = stream::iter(bots.clone())
        .map(|bot| async move { first_copy(decisions, &bot, is_sought).await })
        .buffer_unordered(READS)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}
