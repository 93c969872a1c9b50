//! Has the copies of a meeting take in what people chose for all of it.
//!
//! A *no* needs no fact of an event, so it is folded into the copies at once: they are due, and
//! the bot goes without any sync. Anything else needs the events, so a sync of each copy's event
//! is requested.
//!
//! The copies of one `ical_uid` are read page by page. Those in calendars of the other platform
//! may have another one: they are found by the bot that they share. A copy that begins to want a
//! bot at the same moment is decided about by a sync that reads what people chose.

use std::collections::{BTreeSet, HashSet};

use callsheet_domain::{
    CalendarId, Decision, DecisionKey, DeduplicationKey, MeetingName, MeetingOverride,
    OverrideChoice, RowChange, Timestamp, skip_meeting_at_once,
};

use crate::PortError;
use crate::kept_by::keeps_a_bot;
use crate::notify::{Notification, request_event};
use crate::ports::{Clock, Decisions, Queue};
use crate::retire_calendar::CalendarRetirer;
use crate::sync_error::SyncError;

/// Bots whose copies are looked for beside those of the `ical_uid`: usually the copies share one.
const MOST_BOTS: usize = 20;
/// Copies of one bot that are read.
const MOST_OF_BOT: usize = 500;

/// What became of a change in the copies of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spread {
    /// Copies that were found, in all calendars.
    pub(crate) copies: u64,
    /// Whether no copy is left that has not taken the change in, or has a request to do so.
    pub(crate) is_done: bool,
    /// Whether a meeting that shares the bot, but is another one, keeps it.
    pub(crate) is_bot_kept: bool,
}

/// Spreads what people chose for a meeting.
#[derive(Debug)]
pub(crate) struct MeetingSpread<'a, D, Q, K> {
    /// Storage of decisions.
    pub(crate) decisions: &'a D,
    /// Takes the requests of syncs. Without it, copies are found and a no is folded.
    pub(crate) queue: Option<&'a Q>,
    /// Source of the time.
    pub(crate) clock: &'a K,
}

/// The copies that were found so far.
struct Found<'a> {
    name: MeetingName,
    meeting: &'a MeetingOverride,
    copies: HashSet<DecisionKey>,
    bots: BTreeSet<DeduplicationKey>,
    is_bot_kept: bool,
}

impl<D: Decisions, Q: Queue, K: Clock> MeetingSpread<'_, D, Q, K> {
    /// Spreads what people chose for the meeting of `decision`, to the copies on the first
    /// `pages` of its `ical_uid`.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, other workers kept writing to them, or no
    /// sync can be requested.
    pub(crate) async fn spread(
        &self,
        decision: &Decision,
        meeting: &MeetingOverride,
        pages: usize,
    ) -> Result<Spread, SyncError> {
        let mut found = Found {
            name: decision.meeting_name(),
            meeting,
            copies: HashSet::new(),
            bots: bots_of(decision).cloned().collect(),
            is_bot_kept: false,
        };
        self.take(&mut found, vec![decision.clone()]).await?;
        let (mut after, mut read) = (None, 0);
        let is_last_page = loop {
            if read == pages {
                break false;
            }
            let page = self
                .decisions
                .copies_page(&decision.key.ical_uid, after.as_ref());
            let page = page.await?;
            read += 1;
            self.take(&mut found, page.rows.decisions).await?;
            after = page.next;
            if after.is_none() {
                break true;
            }
        };
        let has_few_bots = found.bots.len() <= MOST_BOTS;
        let bots: Vec<_> = found.bots.iter().take(MOST_BOTS).cloned().collect();
        let mut are_all_read = is_last_page && has_few_bots;
        for bot in bots {
            let wanting = self.decisions.wanting(&bot, MOST_OF_BOT).await?;
            are_all_read &= !wanting.has_more;
            self.take(&mut found, wanting.rows.decisions).await?;
        }
        Ok(Spread {
            copies: found.copies.len() as u64,
            is_done: are_all_read,
            is_bot_kept: found.is_bot_kept,
        })
    }

    /// Has those of `rows` take the change in that are copies and were not found before.
    async fn take(&self, found: &mut Found<'_>, rows: Vec<Decision>) -> Result<(), SyncError> {
        let now = self.clock.now();
        let mut copies = Vec::new();
        for row in rows {
            if row.meeting_name() != found.name {
                let shares = bots_of(&row).any(|bot| found.bots.contains(bot));
                found.is_bot_kept |= shares && row.ends_at > now && keeps_a_bot(&row);
            } else if row.can_be_recorded(now) && found.copies.insert(row.key.clone()) {
                found.bots.extend(bots_of(&row).cloned());
                copies.push(row);
            }
        }
        if found.meeting.choice() == Some(OverrideChoice::Skip) {
            self.fold(found.meeting, &copies, now).await
        } else {
            let behind = copies.iter();
            let behind = behind.filter(|row| row.inputs.meeting < found.meeting.revision);
            self.request(behind, now).await
        }
    }

    async fn fold(
        &self,
        meeting: &MeetingOverride,
        copies: &[Decision],
        now: Timestamp,
    ) -> Result<(), SyncError> {
        let is_behind = |row: &&Decision| {
            let change = skip_meeting_at_once(row, meeting, now);
            matches!(change, RowChange::Write(_))
        };
        let behind = copies.iter().filter(is_behind);
        let keys: Vec<(CalendarId, DecisionKey)> = behind
            .map(|row| (row.calendar_id.clone(), row.key.clone()))
            .collect();
        let retirer = CalendarRetirer {
            decisions: self.decisions,
            clock: self.clock,
        };
        retirer.skip_meeting(meeting, &keys).await?;
        Ok(())
    }

    async fn request(
        &self,
        copies: impl Iterator<Item = &Decision>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        for row in copies.filter(|_| self.queue.is_some()) {
            let event = (&row.calendar_id, &row.key.event_id);
            if let Notification::Failed(error) = request_event(self.queue, event, now).await {
                return Err(PortError::into(error));
            }
        }
        Ok(())
    }
}

/// The meeting's bots that a row wants, holds, or wanted last.
fn bots_of(row: &Decision) -> impl Iterator<Item = &DeduplicationKey> {
    let applied = row.applied.bot().map(|bot| &bot.deduplication_key);
    let keys = [row.wanted_key(), applied, row.life.last_key.as_ref()];
    keys.into_iter().flatten()
}
