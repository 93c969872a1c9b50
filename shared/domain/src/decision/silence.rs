//! When a bot has been silent for so long that it is read.
//!
//! Webhooks get lost, and an endpoint may not be subscribed to those of bots. So a status is
//! expected at certain instants, and if none has come for a while after, the bot is read:
//!
//! - from its start on, until it records: each status is soon followed by the next one, but for
//!   a bot that waits to be admitted,
//! - while it records: at the end of its meeting,
//! - once it has left the call: at once, since it shuts down then. If it is not said why it left,
//!   or a status that it recorded may be missing, it is read once more after its end.
//!
//! A read that shows nothing new makes the next one wait longer ([`BotReads`](crate::outcome::BotReads)).

use jiff::Timestamp;

use crate::decision::applied::Applied;
use crate::decision::row::Decision;
use crate::id::BotId;
use crate::outcome::{BotStatus, Outcome, Phase};

/// In microseconds.
const MINUTE: i64 = 60_000_000;

/// The first whole minute from `instant` on.
fn whole_minute(instant: Timestamp) -> Timestamp {
    let micros = instant.as_microsecond();
    let rest = micros.rem_euclid(MINUTE);
    let whole = if rest == 0 {
        micros
    } else {
        micros + MINUTE - rest
    };
    Timestamp::from_microsecond(whole).unwrap_or(instant)
}

impl Decision {
    /// The instant from which the silence of the row's bot counts, or of a
    /// [suspect](Self::suspect), if that is earlier; none if nothing more is
    /// expected of it, or nothing can be read: its id is unknown, its life is over, a call is
    /// due that is about it, or the row or the reads were abandoned.
    ///
    /// It is a whole minute: of statuses that come close after each other, not each one has to
    /// change the index that shows it.
    #[must_use]
    pub fn silent_from(&self) -> Option<Timestamp> {
        let suspect = self.suspect().map(|(_, since)| whole_minute(since));
        let own = self.own_silent_from();
        suspect.into_iter().chain(own).min()
    }

    /// The bots of the row that have been silent since `since` or longer.
    #[must_use]
    pub fn silent_bots(&self, since: Timestamp) -> Vec<&BotId> {
        let is_long = |from: Timestamp| from <= since;
        let own = self.own_silent_from().filter(|from| is_long(*from));
        let own = own.and_then(|_| self.known_bot());
        let suspect = self
            .suspect()
            .filter(|(_, from)| is_long(whole_minute(*from)));
        own.into_iter().chain(suspect.map(|(bot, _)| bot)).collect()
    }

    fn own_silent_from(&self) -> Option<Timestamp> {
        let (Applied::Bot(bot) | Applied::Dispatched(bot)) = &self.applied else {
            return None;
        };
        bot.bot_id.as_ref()?;
        let outcome = self.bot_outcome();
        // A bot that is sent into a running meeting joins when it is sent.
        let sent_at = self.history.scheduled_at();
        let is_left_alone = self.is_due() || self.is_abandoned() || self.life.reads.is_given_up();
        let is_read_after = |outcome: &Outcome| {
            let last_at = self.life.reads.last_at;
            outcome.is_final() && last_at.is_some_and(|at| at >= outcome.since())
        };
        // It ended before the result of its call was stored, so no status led to a retry.
        let is_early = |outcome: &Outcome| sent_at.is_some_and(|sent_at| sent_at > outcome.since());
        let is_over = |outcome: &Outcome| {
            (outcome.is_conclusive() && !is_early(outcome)) || is_read_after(outcome)
        };
        if outcome.is_some_and(is_over) || is_left_alone {
            return None;
        }
        let newest = outcome.map(|outcome| outcome.newest.at());
        let joins_at = sent_at.map_or(bot.starts_at, |sent_at| sent_at.max(bot.starts_at));
        let expected = match outcome.map(|outcome| (outcome.phase(), outcome.since())) {
            None | Some((Phase::Scheduled, _)) => joins_at,
            Some((Phase::Joining | Phase::WaitingRoom | Phase::InCall, since)) => {
                since.max(bot.starts_at)
            }
            Some((Phase::Recording, since)) => since.max(self.ends_at),
            Some((Phase::Done | Phase::NotRecorded, since)) => since,
        };
        Some(whole_minute(self.life.reads.silent_from(expected, newest)))
    }

    /// The row after its bot was read at `now`, with the statuses that Recall shows of it; none
    /// if Recall does not know the bot. A row that knows another bot is left as it is.
    #[must_use]
    pub fn after_read(&self, bot: &BotId, statuses: Option<&[BotStatus]>, now: Timestamp) -> Self {
        if self.suspect().is_some_and(|(suspect, _)| suspect == bot) {
            return self.clone().after_read_of_suspect(bot, statuses, now);
        }
        if self.known_bot() != Some(bot) {
            return self.clone();
        }
        let mut row = self.clone();
        let reads = row.life.reads;
        let Some(statuses) = statuses else {
            row.life.reads = reads.without_bot(now);
            return row;
        };
        row = row.with_statuses(bot, statuses, false);
        let is_news = row.bot_outcome() != self.bot_outcome();
        row.life.reads = reads.after(is_news, now);
        row
    }
}
