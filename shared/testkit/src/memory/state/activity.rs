//! What the functions did last, and the coverage of past days.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{Activity, ActivityLog, DayTotals, KeptCoverage};
use jiff::civil::Date;

use super::MemoryState;

impl ActivityLog for MemoryState {
    async fn activity(&self) -> Result<Activity, PortError> {
        Ok(self.read(|state| state.activity))
    }

    async fn note_activity(&self, noted: &Activity) -> Result<(), PortError> {
        self.write(|state| {
            let stored = &mut state.activity;
            stored.webhook_at = stored.webhook_at.max(noted.webhook_at);
            stored.bot_webhook_at = stored.bot_webhook_at.max(noted.bot_webhook_at);
            stored.resynced_at = stored.resynced_at.max(noted.resynced_at);
            stored.scheduler_ran_at = stored.scheduler_ran_at.max(noted.scheduler_ran_at);
            let handled_at = stored.batch.map(|batch| batch.handled_at);
            let is_later = noted.batch.map(|batch| batch.handled_at) > handled_at;
            if is_later {
                stored.batch = noted.batch;
            }
        });
        Ok(())
    }
}

impl KeptCoverage for MemoryState {
    async fn keep_day(&self, day: Date, totals: &DayTotals) -> Result<(), PortError> {
        self.write(|state| state.coverage.insert(day, totals.clone()));
        Ok(())
    }

    async fn kept_days(
        &self,
        from: Date,
        until: Date,
    ) -> Result<BTreeMap<Date, DayTotals>, PortError> {
        Ok(self.read(|state| {
            let kept = state.coverage.iter();
            let of_span = kept.filter(|(day, _)| (from..=until).contains(*day));
            of_span
                .map(|(day, totals)| (*day, totals.clone()))
                .collect()
        }))
    }
}
