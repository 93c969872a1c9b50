//! When a meeting is over for the scheduler.
//!
//! A meeting is over when its end is past, and with it the call that its bot joins. The two
//! differ after a meeting was moved into the past: Recall never moves a bot by itself, so
//! the bot would join at the old start. Its row stays due until the bot is removed, or
//! until the old call would have ended too: a bot that has joined meanwhile is told to
//! leave.

use jiff::{SignedDuration, Timestamp};

use crate::decision::applied::Applied;
use crate::decision::history::Cause;
use crate::decision::row::Decision;
use crate::decision::step::Step;
use crate::decision::wanted::Wanted;
use crate::time::plus;

impl Decision {
    /// When the meeting is over: at its end, and no earlier than the end of the call that
    /// the applied bot joins. That call is taken to last as long as the meeting.
    #[must_use]
    pub fn over_at(&self) -> Timestamp {
        let length = self.starts_at.duration_until(self.ends_at);
        let bot = self.applied.bot();
        let left_at = bot.map(|bot| plus(bot.starts_at, length.max(SignedDuration::ZERO)));
        left_at.map_or(self.ends_at, |left_at| left_at.max(self.ends_at))
    }

    /// Whether the meeting is over at `now`: no call is made for it any more.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.over_at() <= now
    }

    /// The next call at `now`. Recall schedules no bot for an event that has ended, so from
    /// then on a bot at another start can only be removed.
    #[must_use]
    pub fn step_at(&self, now: Timestamp) -> Step<'_> {
        match self.step() {
            Step::Schedule(_) if self.ends_at <= now => self.step_towards(&Wanted::Nothing),
            step => step,
        }
    }

    /// Why the call of [`Self::step_at`] is needed.
    pub(super) fn cause_at(&self, now: Timestamp) -> Cause {
        match self.applied {
            Applied::TooMany(_) => Cause::TooMany,
            _ if self.ends_at <= now => Cause::Unwanted,
            _ => self.cause(),
        }
    }
}
