//! What is known of the bots of a row beside the outcome of its present one, as a map.

use callsheet_domain::{
    Alert, AlertKind, Alerts, BotId, BotLife, BotReads, DeduplicationKey, EarlierOutcomes,
    Timestamp,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::outcome::OutcomeRow;
use crate::stored_text;

/// What is known of the bots of a row.
#[derive(Serialize, Deserialize)]
pub(super) struct LifeRow {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<OutcomeRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reads: Option<ReadsRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<AlertRow>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    suspect_read_at: Option<Timestamp>,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    last_key: Option<DeduplicationKey>,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    called_key: Option<DeduplicationKey>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    wished_at: Option<Timestamp>,
}

/// What people are told about a meeting.
#[derive(Serialize, Deserialize)]
struct AlertRow {
    kind: String,
    #[serde(with = "stored_text")]
    bot_id: BotId,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
}

impl AlertRow {
    fn of(alert: &Alert) -> Self {
        Self {
            kind: alert.kind.as_str().to_owned(),
            bot_id: alert.bot_id.clone(),
            at: alert.at,
        }
    }

    /// The alert; none if this build does not know its kind.
    fn alert(self) -> Option<Alert> {
        Some(Alert {
            kind: AlertKind::named(&self.kind)?,
            bot_id: self.bot_id,
            at: self.at,
        })
    }
}

/// The reads of a bot.
#[derive(Serialize, Deserialize)]
struct ReadsRow {
    #[serde(with = "microsecond::required")]
    last_at: Timestamp,
    fruitless: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_unknown: bool,
}

impl ReadsRow {
    fn of(reads: BotReads) -> Option<Self> {
        Some(Self {
            last_at: reads.last_at?,
            fruitless: reads.fruitless,
            is_unknown: reads.is_unknown,
        })
    }

    fn reads(&self) -> BotReads {
        BotReads {
            last_at: Some(self.last_at),
            fruitless: self.fruitless,
            is_unknown: self.is_unknown,
        }
    }
}

impl LifeRow {
    /// The map; none if it were empty.
    pub(super) fn of(life: &BotLife) -> Option<Self> {
        (*life != BotLife::default()).then(|| Self {
            earlier: life.earlier.all().iter().map(OutcomeRow::of).collect(),
            reads: ReadsRow::of(life.reads),
            alerts: life.alerts.all().iter().map(AlertRow::of).collect(),
            suspect_read_at: life.suspect_read_at,
            last_key: life.last_key.clone(),
            called_key: life.called_key.clone(),
            wished_at: life.wished_at,
        })
    }

    pub(super) fn life(self) -> BotLife {
        let earlier = self.earlier.into_iter().filter_map(OutcomeRow::outcome);
        BotLife {
            earlier: EarlierOutcomes::kept(earlier),
            reads: self.reads.as_ref().map(ReadsRow::reads).unwrap_or_default(),
            alerts: Alerts::kept(self.alerts.into_iter().filter_map(AlertRow::alert)),
            suspect_read_at: self.suspect_read_at,
            last_key: self.last_key,
            called_key: self.called_key,
            wished_at: self.wished_at,
        }
    }
}
