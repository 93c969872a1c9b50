//! Tells people of running meetings that are not recorded as they should be.
//!
//! An alert is in all rows that share a bot, and is logged and counted once for each bot and
//! cause, when the first of them is written. It names no person, title or link.

use std::collections::BTreeSet;

use callsheet_domain::{Alert, AlertKind, BotId, Decision, EventId};

use crate::Metric;

/// The alerts that a change of rows gives, each with one of the events.
#[derive(Debug, Default)]
pub(super) struct NewAlerts(BTreeSet<(AlertKind, BotId)>, Vec<(Alert, EventId)>);

impl NewAlerts {
    /// Notes the alerts that `after` has and neither `before` nor a row that was noted earlier.
    pub(super) fn note(&mut self, before: &Decision, after: &Decision) {
        for alert in before.life.alerts.all() {
            self.0.insert((alert.kind, alert.bot_id.clone()));
        }
        let alerts = after.life.alerts.all().iter();
        for alert in alerts.filter(|alert| !before.life.alerts.has(alert.kind)) {
            if self.0.insert((alert.kind, alert.bot_id.clone())) {
                self.1.push((alert.clone(), after.key.event_id.clone()));
            }
        }
    }

    /// Logs and counts them.
    pub(super) fn log(&self) {
        for (alert, event) in &self.1 {
            let Alert { kind, bot_id, .. } = alert;
            let (bot, alert, sentence) = (bot_id, kind.as_str(), kind.sentence());
            let advice = kind.advice(None);
            tracing::info!(
                %bot,
                %event,
                alert,
                "alert {alert} about event {event}: {sentence} {advice}"
            );
            Metric::MeetingsAtRisk.count(1_u32);
        }
    }
}
