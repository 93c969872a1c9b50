//! Snapshot of the decisions table: how many decisions are due, how many are wrong.

use std::collections::HashMap;

use callsheet_domain::Timestamp;
use callsheet_tests::DecisionSummary;
use recall_simulator::EventId;

use crate::testbed::{Testbed, progress};

/// Start time of each meeting.
pub(crate) type Meetings = HashMap<EventId, Timestamp>;

/// All decisions of the table at one time, by the text of their event's id.
#[derive(Debug)]
pub(crate) struct Snapshot(HashMap<String, DecisionSummary>);

impl Snapshot {
    /// Reads the table.
    pub(crate) async fn read(testbed: &Testbed) -> Self {
        Self(testbed.stack.decision_summaries().await)
    }

    /// Whether there is a decision about an event, and it says `skip`.
    pub(crate) fn is_skipped(&self, event: &str) -> bool {
        let decision = self.0.get(event);
        decision.is_some_and(|decision| !decision.is_recorded)
    }

    /// Number of decisions that are due.
    pub(crate) fn due(&self) -> usize {
        self.0.values().filter(|decision| decision.is_due).count()
    }

    /// Number of meetings without the right decision: `record`, with the meeting's start and a bot
    /// wanted at that start.
    pub(crate) fn wrong(&self, meetings: &Meetings) -> usize {
        let is_wrong = |(event, start): &(&EventId, &Timestamp)| {
            !self.0.get(&event.to_string()).is_some_and(|decision| {
                decision.is_recorded
                    && decision.starts_at == **start
                    && decision.wanted == Some(**start)
            })
        };
        meetings.iter().filter(is_wrong).count()
    }
}

/// Reads the number of due decisions, and prints it as progress.
pub(crate) async fn due(testbed: &Testbed) -> usize {
    let due = Snapshot::read(testbed).await.due();
    progress(format!("{due} decisions are due"));
    due
}
