//! Sends another bot to a running meeting in place of one that has ended, as the policy says.
//!
//! All copies of the meeting that are known are looked at together, so that they agree on one
//! bot. A copy whose person has said no since its row was decided gets none: the sync that takes
//! the no in may be on its way. Only a bot that ended in such a way that another one may be sent
//! costs more than what its statuses cost anyway.

use callsheet_domain::{
    BotId, Decision, DeduplicationKey, Retries, Timestamp, retry_copies, share_ended,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::meetings::with_meetings;
use crate::owner::owner_of;
use crate::ports::{Calendars, Decisions, OverrideStore};

/// Copies whose owners' overrides are read at once.
const READS: usize = 16;
/// The most copies of a meeting that are looked at.
const MOST_ROWS: usize = 20_000;

/// Sends other bots in place of those that have ended.
pub(super) struct BotRetries<'a, S> {
    /// Storage of calendars and overrides.
    pub(super) state: &'a S,
    /// When another bot is sent.
    pub(super) policy: &'a Retries,
}

impl<S: Calendars + OverrideStore> BotRetries<'_, S> {
    /// `copies`, all that are known of the meeting of `bot`, with those that want another bot as
    /// they want it now.
    pub(super) async fn fold(
        &self,
        bot: &BotId,
        copies: Vec<Decision>,
        now: Timestamp,
    ) -> Result<Vec<Decision>, PortError> {
        let retried = retry_copies(&copies, bot, self.policy, now);
        let allowed = stream::iter(retried)
            .map(async |row| Ok::<_, PortError>((!self.is_denied(&row, now).await?).then_some(row)))
            .buffer_unordered(READS);
        let allowed: Vec<Option<Decision>> = allowed.try_collect().await?;
        let mut folded = copies;
        for row in allowed.into_iter().flatten() {
            log(bot, &row);
            replace(&mut folded, row);
        }
        Ok(folded)
    }

    /// Whether the owner of the row's calendar has said no, or anybody to the whole meeting. If
    /// that cannot be read, nobody can tell.
    async fn is_denied(&self, row: &Decision, now: Timestamp) -> Result<bool, PortError> {
        let overrides = async {
            let owner = owner_of(self.state, &row.calendar_id).await?;
            let overrides = self.state.overrides(&owner).await?;
            with_meetings(self.state, overrides, [row])
                .await?
                .readable()
        };
        match overrides.await {
            Ok(overrides) => Ok(overrides.for_decision(row).deny(now)),
            Err(PortError::Unreadable { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

fn log(bot: &BotId, row: &Decision) {
    let event = &row.key.event_id;
    let retry = row.wanted_key().map_or(0, DeduplicationKey::retry);
    tracing::info!(
        %bot,
        %event,
        retry,
        "bot {bot} has ended, so event {event} gets another one: retry {retry}"
    );
}

/// `copies`, with those that were due for `bot` sharing it, if it has ended.
pub(super) fn with_end_shared(
    bot: &BotId,
    mut copies: Vec<Decision>,
    now: Timestamp,
) -> Vec<Decision> {
    for row in share_ended(&copies, bot, now) {
        replace(&mut copies, row);
    }
    copies
}

/// The row, which shares the end of `bot` if it was due for it, and it or `holder` knows that end;
/// see [`with_end_shared`].
pub(super) fn ended_for(
    row: Decision,
    (bot, holder): (&BotId, Option<&Decision>),
    now: Timestamp,
) -> Decision {
    if !row.is_due() {
        return row;
    }
    let holder = holder.filter(|holder| holder.key != row.key).cloned();
    let copies: Vec<_> = holder.into_iter().chain([row.clone()]).collect();
    let shared = share_ended(&copies, bot, now);
    shared
        .into_iter()
        .find(|shared| shared.key == row.key)
        .unwrap_or(row)
}

fn replace(copies: &mut [Decision], row: Decision) {
    if let Some(copy) = copies.iter_mut().find(|copy| copy.key == row.key) {
        *copy = row;
    }
}

/// `held`, the rows that hold a bot, and the other copies of its meeting.
pub(super) async fn with_copies<D: Decisions>(
    decisions: &D,
    held: Vec<Decision>,
) -> Result<Vec<Decision>, PortError> {
    let mut copies = held;
    let mut keys = Vec::new();
    for key in copies.iter().filter_map(Decision::wanted_key) {
        if !keys.iter().any(|other| key.is_of_same_meeting(other)) {
            keys.push(key.clone());
        }
    }
    for key in keys {
        let wanting = decisions.wanting(&key, MOST_ROWS).await?;
        for row in wanting.rows.decisions {
            if !copies.iter().any(|copy| copy.key == row.key) {
                copies.push(row);
            }
        }
    }
    Ok(copies)
}
