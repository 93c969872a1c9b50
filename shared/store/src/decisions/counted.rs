//! What coverage and status count of a decision, as a map of the row, for the index by day.

use callsheet_domain::{
    AlertKind, BotId, Decision, MeetingCopy, MeetingResult, PolicyRevision, Timestamp,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::stored_text;

/// What coverage and status count, besides other attributes of the row.
#[derive(Serialize, Deserialize)]
pub(super) struct CountedRow {
    #[serde(with = "stored_text")]
    pub(super) result: MeetingResult,
    policy: u64,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) joined_at: Option<Timestamp>,
    /// The alerts whose cause is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<AlertRow>,
}

/// The part of the map that status reads: nothing else costs an alert.
#[derive(Default, Deserialize)]
pub(super) struct CountedAlerts {
    #[serde(default)]
    alerts: Vec<AlertRow>,
}

/// An alert, as far as status counts it.
#[derive(Serialize, Deserialize)]
struct AlertRow {
    kind: String,
    bot_id: String,
}

impl CountedRow {
    /// None for a superseded row.
    pub(super) fn of(decision: &Decision) -> Option<Self> {
        let alerts = decision.standing_alerts().into_iter();
        let alerts = alerts.map(|alert| AlertRow {
            kind: alert.kind.as_str().to_owned(),
            bot_id: alert.bot_id.to_string(),
        });
        MeetingCopy::of(decision).map(|copy| Self {
            result: copy.result,
            policy: copy.policy.0,
            joined_at: copy.joined_at,
            alerts: alerts.collect(),
        })
    }

    pub(super) fn policy(&self) -> PolicyRevision {
        PolicyRevision(self.policy)
    }
}

impl CountedAlerts {
    /// The alerts, without those of a kind that this build does not know.
    pub(super) fn known(&self) -> impl Iterator<Item = (AlertKind, BotId)> + '_ {
        let alerts = self.alerts.iter();
        alerts.filter_map(|alert| {
            let bot_id = BotId::parse(&alert.bot_id).ok()?;
            Some((AlertKind::named(&alert.kind)?, bot_id))
        })
    }
}
