//! Another bot in place of one that has ended, for the same meeting.
//!
//! Recall shares bots by deduplication key, and a key whose bot has ended may give that bot
//! again. So a retry has a key of its own: that of the first bot with the number of the retry.
//! All copies of a meeting count alike, and so agree on one bot:
//!
//! - The copies that hold the ended bot go from its number to the next one.
//! - A copy that learns of the end later joins the retry that another copy has made, but only as
//!   long as that bot has not ended too. Otherwise it would send one more.
//! - A copy whose call for the ended bot was not made yet [shares its
//!   end](super::ended_bot::share_ended).
//! - A copy that has wanted no bot so far takes the number that the others have, see
//!   [`at_its_retry`]. If that bot has ended, the copy shares its end, too: only the policy of
//!   retries or a person sends another one, and to be invited is neither.
//!
//! So numbers only grow, which bounds the retries, and a further bot is sent only once the one
//! before has shut down, so two are never in one call. A copy that wants none gets none. No
//! retry is made after a bot that people removed or denied, or that was blocked: no policy can
//! name these outcomes, and one of them among the event's bots is enough, also for a retry that
//! [is due already](Decision::turned_away). The waits grow: the first retry is made at once, each
//! further one a minute later than the one before.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::bot::AppliedBot;
use crate::decision::applied::Applied;
use crate::decision::ended_bot::EndedBot;
use crate::decision::evaluation::Evaluation;
use crate::decision::plan::Plan;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::id::{BotId, DeduplicationKey};
use crate::outcome::{BotReads, Outcome, OutcomeClass, Phase};
use crate::policy::Retries;
use crate::time::plus;

/// A further retry waits so much longer than the one before it.
const LONGER: SignedDuration = SignedDuration::from_mins(1);

/// The rows to write after `bot` has ended: of `copies`, all that are known of its meeting, those
/// that want another bot in its place.
#[must_use]
pub fn retry_copies(
    copies: &[Decision],
    bot: &BotId,
    policy: &Retries,
    now: Timestamp,
) -> Vec<Decision> {
    // One that one copy knows to be turned away is enough.
    if copies.iter().any(Decision::is_turned_away) {
        return Vec::new();
    }
    let retried = |row: &Decision| {
        let class = row.class_to_retry(bot)?;
        match NextBot::of(row, copies, now)? {
            NextBot::OfCopy(key) => row.clone().retrying(key, now),
            NextBot::OneMore(key) => policy
                .allow(key.retry(), class, row.ends_at, now)
                .then(|| row.clone().retrying(key, now))?,
            NextBot::AfterCopies(_) => None,
        }
    };
    copies.iter().filter_map(retried).collect()
}

/// The key of the bot that a row wants next, once its own has ended.
enum NextBot {
    /// Other copies have come to this retry, and its bot has not ended.
    OfCopy(DeduplicationKey),
    /// No copy has come further than the row.
    OneMore(DeduplicationKey),
    /// Other copies have come further, and their bot has ended as well: the row is late.
    AfterCopies(DeduplicationKey),
}

impl NextBot {
    /// The next bot of `row`; none if it wants none, or if there were too many.
    fn of(row: &Decision, copies: &[Decision], now: Timestamp) -> Option<Self> {
        let own = row.wanted_key()?;
        if let Some(present) = present(row, own, copies) {
            return Some(Self::OfCopy(present.clone()));
        }
        let last = latest(own, copies, now).filter(|last| last.retry() > own.retry());
        let Some(last) = last else {
            return own.of_retry(own.retry() + 1).map(Self::OneMore);
        };
        if EndedBot::of(last, copies).is_some() {
            last.of_retry(last.retry() + 1).map(Self::AfterCopies)
        } else {
            Some(Self::OfCopy(last.clone()))
        }
    }
}

/// The key of the last retry that one of `copies` wants in the meeting of `key`.
fn latest<'a>(
    key: &DeduplicationKey,
    copies: &'a [Decision],
    now: Timestamp,
) -> Option<&'a DeduplicationKey> {
    let left = copies.iter().filter(|copy| copy.ends_at > now);
    let keys = left.filter_map(Decision::wanted_key);
    keys.filter(|other| other.is_of_same_meeting(key))
        .max_by_key(|other| other.retry())
}

/// The key of another bot that a copy holds, or may have called, if that has not ended as far as is
/// known. It may be that of `row` itself: a call under the key of a bot that has ended, of which
/// nothing was reported yet, makes another one.
fn present<'a>(
    row: &Decision,
    own: &DeduplicationKey,
    copies: &'a [Decision],
) -> Option<&'a DeduplicationKey> {
    let holders = copies.iter().filter(|copy| {
        copy.is_certain() && copy.known_bot() != row.known_bot() && !copy.has_ended_bot()
    });
    let called = copies
        .iter()
        .filter_map(|copy| copy.life.called_key.as_ref());
    let keys = holders.filter_map(Decision::wanted_key).chain(called);
    keys.filter(|key| key.is_of_same_meeting(own) && key.retry() >= own.retry())
        .max_by_key(|key| key.retry())
}

/// The evaluation with the key of the retry that its meeting has come to, if a bot follows.
///
/// The `stored` row goes on from the bot that it wants, or wanted last. A row that has wanted
/// none yet takes the last number of `copies`.
pub(super) fn at_its_retry<'e, 'a>(
    evaluation: Cow<'e, Evaluation<'a>>,
    stored: Option<&Decision>,
    copies: &[Decision],
    now: Timestamp,
) -> Cow<'e, Evaluation<'a>> {
    let Plan::Bot {
        deduplication_key, ..
    } = &evaluation.plan
    else {
        return evaluation;
    };
    let is_of_meeting = |key: &&DeduplicationKey| key.is_of_same_meeting(deduplication_key);
    let wanted = stored.and_then(Decision::wanted_key).filter(is_of_meeting);
    let key = wanted.cloned().or_else(|| {
        let last = LastBot::of(deduplication_key, stored, copies, now)?;
        if last.is_followed_for(&evaluation, now) {
            last.key.of_retry(last.key.retry() + 1)
        } else {
            Some(last.key.clone())
        }
    });
    let Some(key) = key else {
        return evaluation;
    };
    let mut evaluation = evaluation.into_owned();
    if let Plan::Bot {
        deduplication_key, ..
    } = &mut evaluation.plan
    {
        *deduplication_key = key;
    }
    Cow::Owned(evaluation)
}

/// The last bot of a meeting, for a row that wants none yet.
struct LastBot<'a> {
    key: &'a DeduplicationKey,
    /// When it shut down; none if it may be in the call.
    ended_at: Option<Timestamp>,
    /// The row had this bot itself.
    is_own: bool,
    /// One of the meeting's bots was turned away.
    is_turned_away: bool,
}

impl<'a> LastBot<'a> {
    fn of(
        planned: &DeduplicationKey,
        stored: Option<&'a Decision>,
        copies: &'a [Decision],
        now: Timestamp,
    ) -> Option<Self> {
        let is_of_meeting = |key: &&DeduplicationKey| key.is_of_same_meeting(planned);
        let own = stored.and_then(|row| row.life.last_key.as_ref());
        let own = own.filter(is_of_meeting);
        let of_copies = latest(planned, copies, now);
        // A copy that was new when nobody wanted a bot may have begun with the first number again.
        // Its bot is the one that is there.
        let present = of_copies.filter(|key| EndedBot::of(key, copies).is_none());
        let key = present.or_else(|| {
            own.into_iter()
                .chain(of_copies)
                .max_by_key(|key| key.retry())
        })?;
        let of_own = stored.filter(|_| present.is_none());
        let of_own = of_own.and_then(|row| EndedBot::that_it_had(row, key));
        let of_others = EndedBot::of(key, copies);
        let ended = of_own.iter().chain(&of_others);
        let of_meeting = copies.iter().filter(|copy| {
            let is_own = stored.is_some_and(|row| row.key == copy.key);
            is_own || copy.wanted_key().as_ref().is_some_and(is_of_meeting)
        });
        Some(Self {
            key,
            ended_at: ended.map(EndedBot::ended_at).max(),
            is_own: of_own.is_some(),
            is_turned_away: of_meeting.into_iter().any(Decision::is_turned_away),
        })
    }

    /// Whether another bot is sent, since the bot has ended and `evaluation` wants one: if the
    /// override that it follows is later than that, or if the row had the bot itself and it was
    /// not turned away. Before the start nobody is in the call.
    fn is_followed_for(&self, evaluation: &Evaluation<'_>, now: Timestamp) -> bool {
        self.ended_at.is_some_and(|ended_at| {
            let is_before_start = now < evaluation.event.starts_at;
            let is_wished = evaluation.overridden_at.is_some_and(|set| set > ended_at);
            is_before_start || is_wished || (self.is_own && !self.is_turned_away)
        })
    }
}

/// What it takes to send a bot to the running meeting of a row, since a person asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// This row is to be written: its call sends the bot.
    Write(Box<Decision>),
    /// The row wants no bot: the override for it has to be taken in first.
    AfterSync,
    /// Its bot may be on its way or in the call; none if nothing was reported of it.
    HasBot(Option<Phase>),
}

/// What it takes to send a bot to the running meeting of `row` at `now`; `copies` are the other
/// copies that want its bot. A bot is sent in place of one that has ended, for whatever reason.
#[must_use]
pub fn send_bot(row: &Decision, copies: &[Decision], now: Timestamp) -> Sending {
    if row.wanted == Wanted::Nothing {
        return Sending::AfterSync;
    }
    let outcome = row.bot_outcome();
    let has_ended = outcome.is_some_and(Outcome::is_final);
    let write = |row: Decision| Sending::Write(Box::new(row.wished_by(Some(now))));
    if row.is_due() {
        return write(row.clone());
    }
    if !has_ended {
        return if row.is_abandoned() {
            write(row.clone().reopened())
        } else {
            Sending::HasBot(outcome.map(Outcome::phase))
        };
    }
    let sent = NextBot::of(row, copies, now).and_then(|next| {
        let (NextBot::OfCopy(key) | NextBot::OneMore(key) | NextBot::AfterCopies(key)) = next;
        row.clone().wanting_another(key)
    });
    sent.map_or(Sending::HasBot(outcome.map(Outcome::phase)), write)
}

impl Decision {
    /// Whether another bot may be sent in place of `bot`, if the policy allows it.
    #[must_use]
    pub fn may_be_retried(&self, bot: &BotId) -> bool {
        self.class_to_retry(bot).is_some()
    }

    /// The class of the outcome of `bot`, if that is the row's own, has shut down, and another
    /// one may be sent in its place.
    fn class_to_retry(&self, bot: &BotId) -> Option<OutcomeClass> {
        let is_own = self.is_certain() && self.known_bot() == Some(bot);
        if !is_own || self.is_superseded() {
            return None;
        }
        let class = self.bot_outcome().filter(|outcome| outcome.is_final());
        let class = class.and_then(Outcome::class);
        class.filter(|_| !self.is_turned_away())
    }

    /// The row, whose call would send a bot into its running meeting at `now`, for the bot that
    /// is there already, under the key of another retry: as far as the row and `copies` know,
    /// others that want a bot of the meeting. None if the call is to be made.
    #[must_use]
    pub fn joining_present(&self, copies: &[Self], now: Timestamp) -> Option<Self> {
        let Wanted::Bot(wanted) = &self.wanted else {
            return None;
        };
        let key = &wanted.deduplication_key;
        let others = copies.iter().filter(|copy| copy.key != self.key);
        let meeting: Vec<_> = others.chain([self]).collect();
        let has_ended = |bot: &BotId| {
            let mut outcomes = meeting.iter().filter_map(|row| row.outcome_of(bot));
            outcomes.any(Outcome::is_final)
        };
        let held = meeting.iter().filter_map(|row| {
            let bot = row.applied.bot()?;
            let is_there = bot.bot_id.as_ref().is_some_and(|bot| !has_ended(bot));
            is_there.then_some(&bot.deduplication_key)
        });
        let called = meeting
            .iter()
            .filter_map(|row| row.life.called_key.as_ref());
        let held = held.chain(called);
        let held: Vec<_> = held.filter(|held| held.is_of_same_meeting(key)).collect();
        if !self.has_begun(now) || held.contains(&key) {
            return None;
        }
        let present = held.into_iter().max_by_key(|held| held.retry())?;
        let mut bot = wanted.clone();
        bot.deduplication_key = present.clone();
        let applied = AppliedBot::from(&*bot);
        let mut row = self.clone().wanting(Wanted::Bot(bot));
        row.applied = Applied::Uncertain(Box::new(applied));
        Some(row)
    }

    /// The row, which wants the bot of `key` in place of its own; none if it wants no bot.
    fn retrying(self, key: DeduplicationKey, now: Timestamp) -> Option<Self> {
        let mut row = self.wanting_another(key)?;
        let Wanted::Bot(bot) = &row.wanted else {
            return None;
        };
        let further = i32::try_from(bot.deduplication_key.retry().saturating_sub(1)).ok()?;
        if further > 0 {
            row.attempts.not_before = Some(plus(now, LONGER * further));
        }
        Some(row)
    }

    /// The row, which wants the bot of `key` with the configuration that its own had. Under the
    /// key of its own, that is another bot by now: its call shows which one.
    fn wanting_another(mut self, key: DeduplicationKey) -> Option<Self> {
        let Wanted::Bot(mut bot) = self.wanted.clone() else {
            return None;
        };
        if bot.deduplication_key == key {
            self.applied = Applied::Uncertain(Box::new(AppliedBot::from(&*bot)));
            self.life.reads = BotReads::default();
            return Some(self);
        }
        bot.deduplication_key = key;
        Some(self.wanting(Wanted::Bot(bot)))
    }
}
