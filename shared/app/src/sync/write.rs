//! Writes what a page changes, and nothing else.

use std::collections::{HashMap, HashSet};

use callsheet_domain::{CalendarEvent, Decision, IcalUid, Timestamp, repair, revise_copies};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::known::View;
use super::tally::count;
use super::{ROUNDS, SyncError, SyncHandler, SyncPorts, Tally};
use crate::PortError;
use crate::evaluate::evaluate;
use crate::ports::{Clock as _, Decisions as _, WriteOutcome};

/// Writes of one page that are under way at once.
const WRITES: usize = 16;

impl<P: SyncPorts> SyncHandler<P> {
    /// Writes what a page changes, in the rows of its events and of their
    /// copies. A row that somebody else wrote first is loaded and decided again.
    /// What Recall listed at `asked_at` is held against what is known, and mended.
    pub(super) async fn write(
        &self,
        view: &View,
        (mut events, asked_at): (Vec<CalendarEvent>, Timestamp),
        tally: &mut Tally,
    ) -> Result<(), SyncError> {
        events.retain(|event| view.known.contains_key(&event.calendar_id));
        let (mut failed, mut drifted) = (HashSet::new(), HashMap::new());
        for _ in 0..ROUNDS {
            let meetings: Vec<_> = events.iter().map(|event| event.ical_uid.clone()).collect();
            let stored = self.ports.decisions().copies(&meetings).await?;
            let now = self.ports.clock().now();
            let policy = (&*view.policy.policy, view.policy.revision);
            let evaluated: Vec<_> = events
                .iter()
                .filter_map(|event| {
                    let known = view.known.get(&event.calendar_id)?;
                    Some(evaluate(known, event, policy, now))
                })
                .collect();
            for evaluated in evaluated.iter().filter(|evaluated| evaluated.has_failed()) {
                failed.insert(evaluated.event.id.clone());
            }
            let mut revised = revise_copies(&stored, &evaluated, now);
            if revised.is_behind {
                return Err(SyncError::Conflict);
            }
            tally.stale += revised.stale;
            for (key, kind) in repair(&stored, &mut revised.writes, &events, asked_at) {
                drifted.insert(key.event_id, kind);
            }
            let lost = self.keep(revised.writes, tally).await?;
            if lost.is_empty() {
                tally.failed += count(failed.len());
                tally.drifted += count(drifted.len());
                for (event, kind) in drifted {
                    tracing::warn!(%event, kind = kind.as_str(), "bots at Recall have drifted");
                }
                return Ok(());
            }
            events.retain(|event| lost.contains(&event.ical_uid));
        }
        Err(SyncError::Conflict)
    }

    /// Writes rows, and gives the meetings of those that somebody else wrote first.
    pub(super) async fn keep(
        &self,
        rows: Vec<Decision>,
        tally: &mut Tally,
    ) -> Result<HashSet<IcalUid>, PortError> {
        let kept: Vec<(IcalUid, WriteOutcome)> = stream::iter(rows)
            .map(|row| async move {
                let kept = self.ports.decisions().write(&row).await?;
                Ok::<_, PortError>((row.key.ical_uid, kept))
            })
            .buffer_unordered(WRITES)
            .try_collect()
            .await?;
        let (written, lost): (Vec<_>, Vec<_>) = kept
            .into_iter()
            .partition(|(_, kept)| *kept == WriteOutcome::Written);
        tally.written += count(written.len());
        Ok(lost.into_iter().map(|(meeting, _)| meeting).collect())
    }
}
