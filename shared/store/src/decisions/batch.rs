//! Reads many decisions at once, each as its latest write left it.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use callsheet_app::PortError;
use callsheet_app::ports::DecisionRows;
use callsheet_domain::DecisionKey;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::row::{key_attributes, read_rows};
use super::table::Table;
use crate::attributes::Attributes;
use crate::error::{busy, failed};

/// The most keys that one request takes.
const KEYS: usize = 100;
/// Requests at once.
const AT_ONCE: usize = 8;
/// The pauses before the rest of a batch is requested again.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(180),
    Duration::from_millis(500),
    Duration::from_millis(1_500),
];

pub(super) async fn decisions_under(
    table: &Table,
    keys: &[DecisionKey],
) -> Result<DecisionRows, PortError> {
    // A request that names a key twice is refused.
    let keys: Vec<&DecisionKey> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
    let named = |keys: &[&DecisionKey]| keys.iter().map(|key| key_attributes(key)).collect();
    let batches: Vec<Vec<Attributes>> = keys.chunks(KEYS).map(named).collect();
    let read: Vec<Vec<Attributes>> = stream::iter(batches)
        .map(|keys| rows_under(table, keys))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(read_rows(read.into_iter().flatten()))
}

/// The rows under at most [`KEYS`] keys. Those that DynamoDB did not process
/// are requested again.
async fn rows_under(table: &Table, keys: Vec<Attributes>) -> Result<Vec<Attributes>, PortError> {
    let mut pauses = PAUSES.iter();
    let mut rows = Vec::with_capacity(keys.len());
    let mut left = consistently(keys);
    loop {
        let response = table
            .client
            .batch_get_item()
            .request_items(&table.name, left)
            .send()
            .await
            .map_err(failed)?;
        let found = response.responses.into_iter().flatten();
        rows.extend(found.flat_map(|(_, rows)| rows));
        let unprocessed = response.unprocessed_keys.into_iter().flatten();
        let keys: Vec<_> = unprocessed.flat_map(|(_, left)| left.keys).collect();
        if keys.is_empty() {
            return Ok(rows);
        }
        left = consistently(keys);
        tokio::time::sleep(*pauses.next().ok_or_else(busy)?).await;
    }
}

fn consistently(keys: Vec<Attributes>) -> KeysAndAttributes {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .expect("the keys are set")
}
