//! Calls that are counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use callsheet_app::PortError;

use super::{CallName, Interceptor};

/// Counts calls by their names. Clones share the counts.
#[derive(Debug, Clone, Default)]
pub struct Counts(Arc<Mutex<BTreeMap<CallName, u64>>>);

impl Counts {
    /// How often each call was made, by names like `Decisions::write`.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<String, u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = counts
            .iter()
            .map(|(call, count)| (call.to_string(), *count));
        named.collect()
    }

    /// Number of all calls.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_name().values().sum()
    }
}

impl Interceptor for Counts {
    async fn around<T: Send>(
        &self,
        call: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *counts.entry(call).or_default() += 1;
        }
        effect.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Intercepted, MemoryDecisions, a_decision};
    use callsheet_app::ports::{Decisions as _, DueQuery};

    #[tokio::test]
    async fn calls_are_counted_by_their_names() {
        let counts = Counts::default();
        let decisions = Intercepted::new(MemoryDecisions::new(), &counts);
        let row = a_decision();
        decisions.write(&row).await.expect("memory");
        // This one loses the race, and is counted all the same.
        decisions.write(&row).await.expect("memory");
        decisions
            .due(&DueQuery::first(row.starts_at, 1))
            .await
            .expect("memory");
        let expected = [("Decisions::due", 1), ("Decisions::write", 2)];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(counts.by_name(), expected.into());
        assert_eq!(counts.total(), 3);
    }
}
