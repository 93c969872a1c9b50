//! Counts of one sync, for its log line and the metrics.

use std::fmt;

use callsheet_domain::Scope;

use crate::metrics::Metric;

/// Counts of one sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncCounts {
    /// Pages that were read; those of an earlier run are not counted.
    pub pages: u32,
    /// Events that were on them.
    pub listed: u32,
    /// Decisions that were written.
    pub written: u32,
    /// Events or rows that were older than what is stored.
    pub stale: u32,
    /// Events that could not be read.
    pub unreadable: u32,
    /// Events whose decisions could not be read or written.
    pub set_aside: u32,
    /// Events for which an expression of a rule failed.
    pub failed_rules: u32,
    /// Events whose time zone has a name that is not understood.
    pub unknown_zones: u32,
    /// Events whose bots at Recall were not those that are known; repaired.
    pub drifted: u32,
    /// Events for whose bots a cap on spending leaves no room.
    pub over_cap: u32,
    /// Calendars that could not be written and got a sync request of their own.
    pub skipped: u32,
}

impl SyncCounts {
    /// Adds the counts of another part of the same sync.
    pub fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.listed += other.listed;
        self.written += other.written;
        self.stale += other.stale;
        self.unreadable += other.unreadable;
        self.set_aside += other.set_aside;
        self.failed_rules += other.failed_rules;
        self.unknown_zones += other.unknown_zones;
        self.drifted += other.drifted;
        self.over_cap += other.over_cap;
        self.skipped += other.skipped;
    }

    /// Logs a completed sync that was made for the requests of so many calendars.
    pub(crate) fn log(self, scope: &Scope, for_calendars: usize) {
        let Self {
            pages,
            listed,
            written,
            stale,
            unreadable,
            set_aside,
            failed_rules,
            unknown_zones,
            drifted,
            over_cap,
            skipped,
        } = self;
        tracing::info!(
            %scope,
            for_calendars,
            pages,
            listed,
            written,
            stale,
            unreadable,
            set_aside,
            failed_rules,
            unknown_zones,
            drifted,
            over_cap,
            skipped,
            "synced {scope}: {self}"
        );
        self.measure();
    }

    /// Adds the counts to the metrics.
    pub(crate) fn measure(self) {
        for (metric, value) in [
            (Metric::Syncs, 1),
            (Metric::EventsListed, self.listed),
            (Metric::DecisionsWritten, self.written),
            (Metric::FailedRules, self.failed_rules),
            (Metric::UnknownZones, self.unknown_zones),
            (Metric::DriftedBots, self.drifted),
            (Metric::OverCap, self.over_cap),
            (Metric::UnreadableEvents, self.unreadable),
        ] {
            metric.count(value);
        }
    }
}

impl fmt::Display for SyncCounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            listed, written, ..
        } = self;
        let plural = |count: u32| if count == 1 { "" } else { "s" };
        write!(
            formatter,
            "{listed} event{} listed, {written} decision{} written",
            plural(*listed),
            plural(*written)
        )
    }
}

/// A length as it is counted.
pub(crate) fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(3, 1 => "3 events listed, 1 decision written")]
    #[test_case(1, 0 => "1 event listed, 0 decisions written")]
    fn counts_read_as_a_sentence(listed: u32, written: u32) -> String {
        let counts = SyncCounts {
            listed,
            written,
            ..SyncCounts::default()
        };
        counts.to_string()
    }
}
