//! Reads many decisions at once, as the latest writes left them.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use callsheet_app::PortError;
use callsheet_domain::{Decision, DecisionKey};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{DecisionTable, row};
use crate::attributes::Attributes;
use crate::error::{busy, failed, unreadable};

/// The most keys that one request takes.
const KEYS: usize = 100;
/// Requests at once.
const AT_ONCE: usize = 8;
/// The pauses before the rest of a batch is asked for again.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(180),
    Duration::from_millis(500),
    Duration::from_millis(1_500),
];

impl DecisionTable {
    pub(super) async fn read(&self, keys: &[DecisionKey]) -> Result<Vec<Decision>, PortError> {
        // A request that names a key twice is refused.
        let keys: Vec<&DecisionKey> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let named = |keys: &[&DecisionKey]| keys.iter().map(|key| row::key(key)).collect();
        let batches: Vec<Vec<Attributes>> = keys.chunks(KEYS).map(named).collect();
        let read: Vec<Vec<Attributes>> = stream::iter(batches)
            .map(|keys| async move { self.batch(keys).await })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let decision = |attributes: &Attributes| {
            row::decision(attributes).map_err(|problem| unreadable(row::name(attributes), problem))
        };
        read.iter().flatten().map(decision).collect()
    }

    /// The rows under at most [`KEYS`] keys, asking again for those that the
    /// table did not get to.
    async fn batch(&self, keys: Vec<Attributes>) -> Result<Vec<Attributes>, PortError> {
        let mut pauses = PAUSES.iter();
        let mut rows = Vec::with_capacity(keys.len());
        let mut left = consistently(keys);
        loop {
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, left)
                .send()
                .await
                .map_err(failed)?;
            rows.extend(
                answer
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, rows)| rows),
            );
            let unprocessed = answer.unprocessed_keys.into_iter().flatten();
            let keys: Vec<_> = unprocessed.flat_map(|(_, left)| left.keys).collect();
            if keys.is_empty() {
                return Ok(rows);
            }
            left = consistently(keys);
            tokio::time::sleep(*pauses.next().ok_or_else(busy)?).await;
        }
    }
}

fn consistently(keys: Vec<Attributes>) -> KeysAndAttributes {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .expect("the keys are set")
}
