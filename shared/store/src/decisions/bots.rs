//! The bots of a row: the wanted one, the one that this copy of the meeting
//! offers, the one that is known to be applied, and those that it has left.

use callsheet_domain::{
    Applied, AppliedBot, BotConfig, BotId, ConfigDigest, DeduplicationKey, LeftBot, Offer,
    OwnerCheck, SentConfig, Timestamp, Wanted, WantedBot,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::attributes::Unreadable;
use crate::stored_text;

#[derive(Serialize, Deserialize)]
pub(super) struct WantedRow {
    #[serde(with = "stored_text")]
    deduplication_key: DeduplicationKey,
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    meeting_url: String,
    #[serde(with = "stored_text")]
    config: BotConfig,
}

impl WantedRow {
    pub(super) fn of(wanted: &Wanted) -> Option<Self> {
        let Wanted::Bot(bot) = wanted else {
            return None;
        };
        Some(Self {
            deduplication_key: bot.deduplication_key.clone(),
            starts_at: bot.starts_at,
            meeting_url: bot.meeting_url.clone(),
            config: bot.config.clone(),
        })
    }
}

impl From<WantedRow> for Wanted {
    fn from(row: WantedRow) -> Self {
        Self::Bot(Box::new(WantedBot {
            deduplication_key: row.deduplication_key,
            starts_at: row.starts_at,
            meeting_url: row.meeting_url,
            config: row.config,
        }))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct OfferRow {
    /// Absent if it is the configuration of the wanted bot, as it is for every
    /// meeting that is in one calendar only.
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    config: Option<BotConfig>,
    is_organizers: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_refused: bool,
}

impl OfferRow {
    pub(super) fn of(offer: Option<&Offer>, wanted: &Wanted) -> Option<Self> {
        let offer = offer?;
        let is_wanted = matches!(wanted, Wanted::Bot(bot) if bot.config == offer.config);
        Some(Self {
            config: (!is_wanted).then(|| offer.config.clone()),
            is_organizers: offer.is_organizers,
            is_refused: offer.is_refused,
        })
    }

    pub(super) fn offer(self, wanted: &Wanted) -> Result<Offer, Unreadable> {
        let config = match (self.config, wanted) {
            (Some(config), _) => config,
            (None, Wanted::Bot(bot)) => bot.config.clone(),
            (None, Wanted::Nothing) => return Err(Unreadable::Missing("offer.config".to_owned())),
        };
        Ok(Offer {
            config,
            is_organizers: self.is_organizers,
            is_refused: self.is_refused,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct AppliedRow {
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    bot_id: Option<BotId>,
    #[serde(with = "stored_text")]
    deduplication_key: DeduplicationKey,
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    meeting_url: String,
    #[serde(with = "stored_text")]
    config: ConfigDigest,
    /// Absent for one bot that is known to be scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<StateOfBot>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateOfBot {
    Uncertain,
    TooMany,
    Dispatched,
}

impl AppliedRow {
    pub(super) fn of(applied: &Applied) -> Option<Self> {
        let bot = applied.bot()?;
        Some(Self {
            bot_id: bot.bot_id.clone(),
            deduplication_key: bot.deduplication_key.clone(),
            starts_at: bot.starts_at,
            meeting_url: bot.meeting_url.clone(),
            config: bot.config.clone(),
            state: match applied {
                Applied::Nothing | Applied::Bot(_) => None,
                Applied::Uncertain(_) => Some(StateOfBot::Uncertain),
                Applied::TooMany(_) => Some(StateOfBot::TooMany),
                Applied::Dispatched(_) => Some(StateOfBot::Dispatched),
            },
        })
    }
}

impl From<AppliedRow> for Applied {
    fn from(row: AppliedRow) -> Self {
        let bot = Box::new(AppliedBot {
            bot_id: row.bot_id,
            deduplication_key: row.deduplication_key,
            starts_at: row.starts_at,
            meeting_url: row.meeting_url,
            config: row.config,
        });
        match row.state {
            None => Self::Bot(bot),
            Some(StateOfBot::Uncertain) => Self::Uncertain(bot),
            Some(StateOfBot::TooMany) => Self::TooMany(bot),
            Some(StateOfBot::Dispatched) => Self::Dispatched(bot),
        }
    }
}

/// A bot that the row wanted before, or with a better rank.
#[derive(Serialize, Deserialize)]
pub(super) struct LeftBotRow {
    #[serde(with = "stored_text")]
    deduplication_key: DeduplicationKey,
    rank: String,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<SentRow>,
}

#[derive(Serialize, Deserialize)]
struct SentRow {
    #[serde(with = "stored_text")]
    config: ConfigDigest,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
}

impl LeftBotRow {
    fn of(left: &LeftBot) -> Self {
        Self {
            deduplication_key: left.deduplication_key.clone(),
            rank: left.rank.clone(),
            at: left.at,
            sent: left.sent.as_ref().map(|sent| SentRow {
                config: sent.config.clone(),
                at: sent.at,
            }),
        }
    }
}

impl From<LeftBotRow> for LeftBot {
    fn from(row: LeftBotRow) -> Self {
        let sent = row.sent.map(|sent| SentConfig {
            config: sent.config,
            at: sent.at,
        });
        Self {
            deduplication_key: row.deduplication_key,
            rank: row.rank,
            at: row.at,
            sent,
        }
    }
}

/// The bots that an owner check names.
pub(super) fn left_bots(check: Option<&OwnerCheck>) -> Vec<LeftBotRow> {
    let left = check.iter().flat_map(|check| &check.left);
    left.map(LeftBotRow::of).collect()
}

/// The owner check of a row, if it has one.
pub(super) fn owner_check(
    not_before: Option<Timestamp>,
    left: Vec<LeftBotRow>,
) -> Option<OwnerCheck> {
    Some(OwnerCheck {
        not_before: not_before?,
        left: left.into_iter().map(LeftBot::from).collect(),
    })
}
