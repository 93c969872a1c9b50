//! The rows that share a bot with those of a meeting, whatever their `ical_uid`.
//!
//! Recall shares bots by deduplication key. A Google series and an Outlook occurrence, or an
//! imported copy, have different `ical_uid`s and may still have one link and one start. So
//! the owner of a bot is found among all rows that want it.
//!
//! A sync looks up the bots of its events' rows. So what a writer left unsettled that was
//! interrupted, or that read the index before it showed another writer's row, is settled by
//! the next sync of one of the events. A row of another event whose bot is owned by a row of
//! another meeting has that one's configuration: beside the rows of its own meeting alone it
//! looks unsettled, so its bot is looked up too.

use std::collections::HashSet;

use callsheet_domain::{
    Decision, DecisionKey, DeduplicationKey, IcalUid, Timestamp, unsettled_bots,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::ports::Decisions;

/// Reads of the index that are in flight at once.
const READS: usize = 16;

/// Meetings and bots whose rows may be of two minds.
#[derive(Debug, Default)]
pub(crate) struct Unsettled {
    /// The meetings, whose rows are read all.
    pub(crate) meetings: HashSet<IcalUid>,
    /// The bots, whose rows of other meetings are read too.
    pub(crate) bots: HashSet<DeduplicationKey>,
}

impl Unsettled {
    /// Adds the meeting of a row, and the bot that it wants.
    pub(crate) fn add(&mut self, row: &Decision) {
        self.meetings.insert(row.key.ical_uid.clone());
        self.bots.extend(row.wanted_key().cloned());
    }
}

/// Adds to `stored`, all rows of some meetings, the rows of other meetings that want one of
/// `bots`, or a bot that the stored rows alone are of two minds about.
pub(crate) async fn add_sharing<D: Decisions>(
    decisions: &D,
    stored: &mut Vec<Decision>,
    mut bots: HashSet<DeduplicationKey>,
    now: Timestamp,
) -> Result<(), PortError> {
    bots.extend(unsettled_bots(stored, now));
    let found: Vec<Vec<DecisionKey>> = stream::iter(&bots)
        .map(|bot| decisions.keys_wanting(bot))
        .buffer_unordered(READS)
        .try_collect()
        .await?;
    let known: HashSet<&DecisionKey> = stored.iter().map(|row| &row.key).collect();
    let found: HashSet<DecisionKey> = found.into_iter().flatten().collect();
    let others = found.into_iter().filter(|key| !known.contains(key));
    let others: Vec<_> = others.collect();
    if others.is_empty() {
        return Ok(());
    }
    let mut others = decisions.decisions(&others).await?.decisions;
    others.retain(|row| row.wanted_key().is_some_and(|key| bots.contains(key)));
    stored.extend(others);
    Ok(())
}
