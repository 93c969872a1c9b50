//! What became of a scheduled bot, by the statuses that Recall reports.
//!
//! Statuses arrive late, twice and in any order, and some never. So an [`Outcome`] keeps of
//! each kind of status the newest one, or the earliest where that one counts. To add a status
//! is to take a maximum or a minimum, which no order of arrival changes.

mod alert;
mod class;
mod earlier;
mod life;
mod reads;
mod status;

use jiff::Timestamp;

pub use alert::{Alert, AlertKind, Alerts};
pub use class::OutcomeClass;
pub use earlier::EarlierOutcomes;
pub use life::BotLife;
pub use reads::BotReads;
pub use status::{BotStatus, BotStatusReport};

use crate::id::BotId;
use status::Step;

/// Where a bot is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Nothing was reported yet but what this build does not know.
    Scheduled,
    /// The bot connects to the call.
    Joining,
    /// It waits to be admitted.
    WaitingRoom,
    /// It is in the call and does not record.
    InCall,
    /// It records.
    Recording,
    /// It has left, and recorded before.
    Done,
    /// It has left or never joined, and did not record.
    NotRecorded,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 7] = [
        Self::Scheduled,
        Self::Joining,
        Self::WaitingRoom,
        Self::InCall,
        Self::Recording,
        Self::Done,
        Self::NotRecorded,
    ];

    /// The name in stored rows and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Joining => "joining",
            Self::WaitingRoom => "waiting_room",
            Self::InCall => "in_call",
            Self::Recording => "recording",
            Self::Done => "done",
            Self::NotRecorded => "not_recorded",
        }
    }

    /// The phase of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == name)
    }
}

/// What became of one bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The bot.
    pub bot_id: BotId,
    /// The newest status of all.
    pub newest: BotStatus,
    /// The newest status that names a phase. Others leave the phase as it is.
    pub step: Option<BotStatus>,
    /// The newest status that says why the bot left or could not join.
    pub ended: Option<BotStatus>,
    /// The newest status that allowed or denied recording.
    pub permission: Option<BotStatus>,
    /// When the bot was first in the call.
    pub joined_at: Option<Timestamp>,
    /// When it first recorded.
    pub recorded_at: Option<Timestamp>,
}

impl Outcome {
    /// The outcome of a bot by its first known status.
    #[must_use]
    pub fn of(bot_id: BotId, status: BotStatus) -> Self {
        let outcome = Self {
            bot_id,
            newest: status.clone(),
            step: None,
            ended: None,
            permission: None,
            joined_at: None,
            recorded_at: None,
        };
        outcome.seen(status)
    }

    /// The outcome with one more status of its bot.
    #[must_use]
    pub fn seen(mut self, status: BotStatus) -> Self {
        let (step, at) = (status.step(), status.at());
        if step.is_some_and(|step| (Step::InCall..=Step::Recording).contains(&step)) {
            self.joined_at = Some(self.joined_at.map_or(at, |joined| joined.min(at)));
        }
        if step == Some(Step::Recording) {
            self.recorded_at = Some(self.recorded_at.map_or(at, |recorded| recorded.min(at)));
        }
        if step == Some(Step::Permission) {
            self.permission = self.permission.max(Some(status.clone()));
        }
        if step.is_some_and(Step::is_end) && status.sub_code().is_some() {
            self.ended = self.ended.max(Some(status.clone()));
        }
        if step.is_some() {
            self.step = self.step.max(Some(status.clone()));
        }
        self.newest = self.newest.max(status);
        self
    }

    fn last_step(&self) -> Option<Step> {
        self.step.as_ref().and_then(BotStatus::step)
    }

    /// Where the bot is in its life.
    #[must_use]
    pub fn phase(&self) -> Phase {
        let has_recorded = self.recorded_at.is_some();
        match self.last_step() {
            None | Some(Step::Scheduled) => Phase::Scheduled,
            Some(Step::Joining) => Phase::Joining,
            Some(Step::WaitingRoom) => Phase::WaitingRoom,
            Some(Step::InCall | Step::Permission) => Phase::InCall,
            Some(Step::Recording) => Phase::Recording,
            Some(Step::Left | Step::Done | Step::Fatal) if has_recorded => Phase::Done,
            Some(Step::Left | Step::Done | Step::Fatal) => Phase::NotRecorded,
        }
    }

    /// Since when the bot is in its phase, by Recall's clock.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.step.as_ref().unwrap_or(&self.newest).at()
    }

    /// Whether the bot has shut down: only a status that is late can still change this outcome.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.last_step().is_some_and(|step| step >= Step::Done)
    }

    /// Whether no status is missing that would tell something else: why the bot left is known,
    /// and if it did not record, that it could not have.
    #[must_use]
    pub fn is_conclusive(&self) -> bool {
        let has_failed = self.last_step() == Some(Step::Fatal);
        let is_told = self.recorded_at.is_some() || has_failed;
        let is_told = is_told || self.class() == Some(OutcomeClass::NeverAdmitted);
        self.is_final() && self.ended.is_some() && is_told
    }

    /// The class of the reason why the bot left or does not record; none while nothing stands
    /// in its way.
    ///
    /// A call that ends as usual after recording was denied has that denial for a reason.
    #[must_use]
    pub fn class(&self) -> Option<OutcomeClass> {
        let is_denied = self.permission.as_ref().is_some_and(BotStatus::is_denial);
        let is_ended = self.last_step().is_some_and(Step::is_end);
        if !is_ended {
            return (is_denied && self.phase() == Phase::InCall)
                .then_some(OutcomeClass::PermissionDenied);
        }
        let ended = self.ended.as_ref().and_then(BotStatus::sub_code);
        let class = ended.map_or(OutcomeClass::Unknown, OutcomeClass::of_sub_code);
        let is_vague = matches!(class, OutcomeClass::NormalEnd | OutcomeClass::Unknown);
        Some(if is_denied && is_vague && self.recorded_at.is_none() {
            OutcomeClass::PermissionDenied
        } else {
            class
        })
    }

    /// Recall's own sub code of that reason.
    #[must_use]
    pub fn sub_code(&self) -> Option<&str> {
        let class = self.class()?;
        let ended = self.ended.as_ref().and_then(BotStatus::sub_code);
        let denied = self.permission.as_ref().and_then(BotStatus::sub_code);
        let is_of_denial = class == OutcomeClass::PermissionDenied
            && ended.map(OutcomeClass::of_sub_code) != Some(class);
        if is_of_denial { denied } else { ended }
    }
}

#[cfg(test)]
mod tests;
