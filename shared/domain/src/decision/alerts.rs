//! What a person can still put right about a running meeting.
//!
//! This is the one place where an [`Alert`] is written to a row: one for each meeting and cause,
//! while the meeting that is to be recorded runs. Alerts that depend on time alone are found when
//! a silent bot is read, so that nobody is told of what has passed in the meantime.

use jiff::{SignedDuration, Timestamp};

use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::id::BotId;
use crate::outcome::{Alert, AlertKind, Outcome, OutcomeClass, Phase};
use crate::time::plus;

impl Decision {
    /// The row with the alerts that its bots give at `now`. A bot has waited too long, or should
    /// have joined long ago, after `patience`; never without it.
    #[must_use]
    pub fn with_alerts(mut self, patience: Option<SignedDuration>, now: Timestamp) -> Self {
        if !self.is_to_be_running(now) {
            return self;
        }
        for kind in AlertKind::ALL {
            if let Some(bot_id) = self.bot_of_alert(kind, patience, now) {
                let at = now;
                self.life.alerts.add(Alert { kind, bot_id, at });
            }
        }
        self
    }

    /// The alerts whose cause still is there by what is known of the bots, oldest first; of a bot
    /// that was admitted meanwhile, say, none. Each is about the bot of now, also if that is
    /// another one than the first. Whether the meeting runs is for the caller to ask, as
    /// [`Self::alerts_at`] does.
    #[must_use]
    pub fn standing_alerts(&self) -> Vec<Alert> {
        let may_record = matches!(self.wanted, Wanted::Bot(_)) && !self.is_superseded();
        let alerts = self.life.alerts.all().iter().filter(|_| may_record);
        // An alert was once found after the patience, which is not asked for again.
        let cause = |alert: &Alert| {
            self.bot_of_alert(alert.kind, Some(SignedDuration::ZERO), Timestamp::MAX)
        };
        alerts
            .filter_map(|alert| {
                Some(Alert {
                    bot_id: cause(alert)?,
                    ..alert.clone()
                })
            })
            .collect()
    }

    /// The [standing](Self::standing_alerts) alerts about the meeting while it runs at `now`, oldest
    /// first; none before it starts and after it is over. This is what people are shown.
    #[must_use]
    pub fn alerts_at(&self, now: Timestamp) -> Vec<Alert> {
        if self.is_to_be_running(now) {
            self.standing_alerts()
        } else {
            Vec::new()
        }
    }

    /// Since when the cause of an alert of `kind` has been there: by Recall's clock, but for a
    /// bot that has not joined, which is late from its start on.
    #[must_use]
    pub fn alerted_since(&self, kind: AlertKind) -> Option<Timestamp> {
        match kind {
            AlertKind::NotJoined => self.applied.bot().map(|bot| bot.starts_at),
            AlertKind::SecondBot => self.bot_outcome().and_then(|outcome| outcome.joined_at),
            AlertKind::Waiting | AlertKind::PermissionDenied | AlertKind::Removed => {
                self.bot_outcome().map(Outcome::since)
            }
        }
    }

    /// Whether the meeting runs and is to be recorded.
    #[must_use]
    pub fn is_to_be_running(&self, now: Timestamp) -> bool {
        let starts_at = match &self.wanted {
            Wanted::Bot(bot) => bot.starts_at,
            Wanted::Nothing => return false,
        };
        starts_at <= now && now < self.ends_at && !self.is_superseded()
    }

    /// The bot that an alert of `kind` is about; none if there is no such alert.
    fn bot_of_alert(
        &self,
        kind: AlertKind,
        patience: Option<SignedDuration>,
        now: Timestamp,
    ) -> Option<BotId> {
        let outcome = self.bot_outcome();
        let is_past = |since: Timestamp| patience.is_some_and(|wait| plus(since, wait) <= now);
        match kind {
            AlertKind::Waiting => {
                let waiting = outcome.filter(|outcome| outcome.phase() == Phase::WaitingRoom);
                let waiting = waiting.filter(|outcome| is_past(outcome.since()));
                waiting.map(|outcome| outcome.bot_id.clone())
            }
            AlertKind::NotJoined => {
                let bot = self.applied.bot().filter(|bot| is_past(bot.starts_at))?;
                // One that was sent into the running meeting joins from then on.
                self.history
                    .scheduled_at()
                    .is_none_or(is_past)
                    .then_some(())?;
                // Without a word of the bot and without a read, nothing is known.
                let is_known = outcome.is_some() || self.life.reads.last_at.is_some();
                let phase = outcome.map_or(Phase::Scheduled, Outcome::phase);
                let is_out = matches!(phase, Phase::Scheduled | Phase::Joining);
                (is_known && is_out).then(|| bot.bot_id.clone())?
            }
            AlertKind::PermissionDenied | AlertKind::Removed => {
                let class = match kind {
                    AlertKind::Removed => OutcomeClass::Removed,
                    _ => OutcomeClass::PermissionDenied,
                };
                let of_class = outcome.filter(|outcome| outcome.class() == Some(class));
                of_class.map(|outcome| outcome.bot_id.clone())
            }
            AlertKind::SecondBot => self.second_bot().cloned(),
        }
    }
}
