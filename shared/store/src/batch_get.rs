//! Reads many rows of a table by their keys, each as its latest write left it.

use std::time::Duration;

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use callsheet_app::PortError;
use futures_util::{StreamExt, TryStreamExt, stream};

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

/// The rows under these keys, in any order, by requests that `request` makes. One that names a
/// key twice is refused.
pub(crate) async fn rows_under(
    request: &impl Fn(KeysAndAttributes) -> BatchGetItemFluentBuilder,
    keys: Vec<Attributes>,
) -> Result<Vec<Attributes>, PortError> {
    let batches: Vec<Vec<Attributes>> = keys.chunks(KEYS).map(<[_]>::to_vec).collect();
    let read: Vec<Vec<Attributes>> = stream::iter(batches)
        .map(|keys| rows_of_batch(request, keys))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(read.into_iter().flatten().collect())
}

/// The rows under at most [`KEYS`] keys. Those that DynamoDB did not process
/// are requested again.
async fn rows_of_batch(
    request: &impl Fn(KeysAndAttributes) -> BatchGetItemFluentBuilder,
    keys: Vec<Attributes>,
) -> Result<Vec<Attributes>, PortError> {
    let mut pauses = PAUSES.iter();
    let mut rows = Vec::with_capacity(keys.len());
    let mut left = consistently(keys);
    loop {
        let response = request(left).send().await.map_err(failed)?;
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
