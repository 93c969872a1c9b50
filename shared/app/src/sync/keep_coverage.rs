//! Keeps the totals of past days, since decisions expire after 30 days.
//!
//! A schedule asks for it once a day. The totals of the last three days are written anew, since
//! webhooks about bots may be late and a meeting may last over midnight, and so are those of any
//! day of the last four weeks that has none, the latest first. So it may run twice, at any time,
//! or not at all for some days, and a run that has not enough time leaves the rest to the next
//! one.

use callsheet_domain::{CountedBy, Group, GroupedTotals, MeetingTotals, SyncJob, Timestamp};
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::PortError;
use crate::coverage::utc_day;
use crate::day_count::{ROWS_KEPT, count_day};
use crate::metrics::Metric;
use crate::ports::{Clock, DayTotals, KeptCoverage, MeetingDays};
use crate::sync::requeue::{Delivery, Handled};

/// The days that are counted again, though their totals are kept.
const COUNTED_AGAIN: i64 = 3;

/// Keeps the totals of past days.
pub(super) struct CoverageKeeper<'a, D, S> {
    /// Reads of the decisions.
    pub(super) decisions: &'a D,
    /// Storage of the totals.
    pub(super) state: &'a S,
}

impl<D: MeetingDays, S: KeptCoverage> CoverageKeeper<'_, D, S> {
    /// Keeps the totals, if a message asks for it. No day is begun after `latest`. If it fails,
    /// the messages that ask for it are delivered again.
    pub(super) async fn handle(
        &self,
        deliveries: &[Delivery],
        clock: &impl Clock,
        latest: Timestamp,
        handled: &mut Handled,
    ) {
        let asks = |one: &&Delivery| one.job == SyncJob::KeepCoverage;
        let asking: Vec<_> = deliveries.iter().filter(asks).collect();
        if asking.is_empty() {
            return;
        }
        if let Err(error) = self.keep(clock, latest).await {
            tracing::warn!(%error, "could not keep the coverage of past days: {error}");
            let ids = asking.into_iter().map(|one| one.message_id.clone());
            handled.failed.extend(ids);
        }
    }

    async fn keep(&self, clock: &impl Clock, latest: Timestamp) -> Result<(), PortError> {
        let now = clock.now();
        let today = utc_day(now);
        let ago = |days: i64| today.saturating_sub(days.days());
        let kept = self.state.kept_days(ago(ROWS_KEPT), ago(1)).await?;
        let is_due = |days: &i64| *days <= COUNTED_AGAIN || !kept.contains_key(&ago(*days));
        let (mut written, mut left) = (0, 0);
        for days in (1..=ROWS_KEPT).filter(is_due) {
            if clock.now() >= latest {
                left += 1;
                continue;
            }
            let totals = self.keep_day(ago(days), now).await?;
            written += 1;
            if days == 1 {
                note(&totals);
            }
        }
        tracing::info!(
            written,
            left,
            "kept the coverage of {written} days, left {left} to the next run"
        );
        Ok(())
    }

    /// Counts the meetings of a day and keeps their totals.
    async fn keep_day(&self, day: Date, now: Timestamp) -> Result<DayTotals, PortError> {
        let counted = count_day(self.decisions, day, CountedBy::Platform, now).await?;
        let totals = by_platform(counted.totals);
        self.state.keep_day(day, &totals).await?;
        Ok(totals)
    }
}

fn by_platform(groups: GroupedTotals) -> DayTotals {
    let groups = groups
        .into_iter()
        .filter_map(|(group, totals)| match group {
            Group::Platform(platform) => Some((platform, totals)),
            _ => None,
        });
    groups.collect()
}

/// Measures how many of a hundred meetings of yesterday were recorded, for an alarm.
fn note(totals: &DayTotals) {
    let mut whole = MeetingTotals::default();
    for totals in totals.values() {
        whole.add_all(totals);
    }
    if let Some(percent) = whole.percent() {
        Metric::CoveragePercent.count(percent);
    }
}
