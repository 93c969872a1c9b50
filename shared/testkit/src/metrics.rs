//! The metrics that a test causes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Once;

use callsheet_app::{METRIC_FIELD, METRICS, Metric, VALUE_FIELD};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static COUNTED: RefCell<Option<BTreeMap<Metric, u64>>> = const { RefCell::new(None) };
}

/// The metrics that the thread of a test counts from now on.
///
/// One subscriber serves the whole test program. With one for each test, a test of another
/// thread that has none may be the first to reach the place where metrics are counted, and
/// `tracing` would then remember for all threads that nobody listens there.
#[derive(Debug)]
pub struct CountedMetrics(());

impl CountedMetrics {
    /// Begins to count.
    ///
    /// # Panics
    /// If the program has set another subscriber.
    #[must_use]
    pub fn begin() -> Self {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let set = tracing::subscriber::set_global_default(Listener);
            set.expect("no test sets another subscriber for the program");
        });
        // Until the listener hears: another thread may have been in between.
        loop {
            tracing::callsite::rebuild_interest_cache();
            COUNTED.set(Some(BTreeMap::new()));
            Metric::Late.count(1_u32);
            if COUNTED
                .replace(Some(BTreeMap::new()))
                .is_some_and(|heard| !heard.is_empty())
            {
                return Self(());
            }
            std::thread::yield_now();
        }
    }

    /// The metrics so far; counting begins anew.
    #[must_use]
    pub fn take(&self) -> BTreeMap<Metric, u64> {
        COUNTED.replace(Some(BTreeMap::new())).unwrap_or_default()
    }

    /// The value of a metric so far; zero if it was not counted.
    #[must_use]
    pub fn value(&self, metric: Metric) -> u64 {
        let value = |counted: &BTreeMap<Metric, u64>| counted.get(&metric).copied();
        COUNTED.with_borrow(|counted| counted.as_ref().and_then(value).unwrap_or_default())
    }
}

impl Drop for CountedMetrics {
    fn drop(&mut self) {
        COUNTED.set(None);
    }
}

/// Listens to metrics, for the tests that count them.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == METRICS
    }

    fn event(&self, event: &Event<'_>) {
        let mut seen = Seen::default();
        event.record(&mut seen);
        let Seen {
            metric: Some(metric),
            value: Some(value),
        } = seen
        else {
            return;
        };
        COUNTED.with_borrow_mut(|counted| {
            if let Some(counted) = counted {
                let before = counted.get(&metric).copied();
                let value = before.map_or(value, |before| metric.unit().combined(before, value));
                counted.insert(metric, value);
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Seen {
    metric: Option<Metric>,
    value: Option<u64>,
}

impl Visit for Seen {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == VALUE_FIELD {
            self.value = Some(value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == METRIC_FIELD {
            self.metric = Metric::parse(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_metrics_of_this_thread_are_counted() {
        let counted = CountedMetrics::begin();
        Metric::Late.count(2_u32);
        Metric::Late.count(1_u32);
        let other = std::thread::spawn(|| Metric::Abandoned.count(1_u32));
        other.join().expect("it does not panic");
        Metric::DueDecisions.count(0_u32);
        assert_eq!(counted.value(Metric::Late), 3);
        let expected = [(Metric::DueDecisions, 0), (Metric::Late, 3)];
        assert_eq!(counted.take(), BTreeMap::from(expected));
        assert_eq!(counted.take(), BTreeMap::new());
    }
}
