//! The capacity that a client's requests consume, as DynamoDB reports it.
//!
//! Each request asks for the consumed capacity; the meter adds up the responses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemOutput;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::put_item::PutItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::types::{Capacity, ConsumedCapacity};
use serde_json::{Value, json};

/// Operations that write items.
pub(crate) const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
/// Operations that read items.
const READS: [&str; 3] = ["GetItem", "BatchGetItem", "Query"];

/// Requests and consumed capacity of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Used {
    /// Number of requests, those with a failed condition included.
    pub(crate) requests: u32,
    /// Consumed capacity units: one for each kilobyte begun of a write, in the
    /// table and in each index, and for each four kilobytes of a read; half of
    /// that for an eventually consistent read.
    pub(crate) units: f64,
}

/// Adds up the requests and the consumed capacity of a client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Consumed>>);

#[derive(Debug, Default)]
struct Consumed {
    by_operation: BTreeMap<String, Used>,
    written: BTreeMap<String, f64>,
}

impl Meter {
    /// `client`, metered.
    pub(crate) fn on(&self, client: &Client) -> Client {
        let config = client.config().to_builder().interceptor(self.clone());
        Client::from_conf(config.build())
    }

    /// Requests and capacity since the last call, by operation.
    pub(crate) fn take(&self) -> BTreeMap<String, Used> {
        std::mem::take(&mut self.consumed().by_operation)
    }

    /// Capacity of writes since the last call: that of the rows under `table`, that of each
    /// index under its name.
    pub(crate) fn take_written(&self) -> BTreeMap<String, f64> {
        std::mem::take(&mut self.consumed().written)
    }

    fn consumed(&self) -> MutexGuard<'_, Consumed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, operation: &str, requests: u32, units: f64) {
        let mut consumed = self.consumed();
        let used = consumed.by_operation.entry(operation.to_owned());
        let used = used.or_default();
        used.requests += requests;
        used.units += units;
    }

    fn add_written(&self, capacity: &ConsumedCapacity) {
        let of_rows = capacity.table().and_then(Capacity::capacity_units);
        let of_rows = of_rows.map(|units| ("table", units));
        let indexes = capacity.global_secondary_indexes().into_iter().flatten();
        let of_indexes =
            indexes.filter_map(|(name, units)| Some((name.as_str(), units.capacity_units()?)));
        let mut consumed = self.consumed();
        for (place, units) in of_rows
            .into_iter()
            .chain(of_indexes)
            .filter(|(_, units)| *units > 0.0)
        {
            *consumed.written.entry(place.to_owned()).or_default() += units;
        }
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let operation = operation(request);
        if !WRITES.contains(&operation) && !READS.contains(&operation) {
            // Creating and describing tables consumes no capacity.
            return Ok(());
        }
        self.add(operation, 1, 0.0);
        let body = request.body().bytes().unwrap_or_default();
        let mut body: Value = serde_json::from_slice(body)?;
        body["ReturnConsumedCapacity"] = json!("INDEXES");
        let body = body.to_string();
        let length = body.len().to_string();
        request.headers_mut().insert("content-length", length);
        *request.body_mut() = body.into();
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(output) = context.output_or_error() else {
            return Ok(());
        };
        macro_rules! add {
            ($($output:ident of $operation:literal),+) => {$(
                if let Some(output) = output.downcast_ref::<$output>() {
                    let consumed = output.consumed_capacity().into_iter();
                    if WRITES.contains(&$operation) {
                        consumed.clone().for_each(|capacity| self.add_written(capacity));
                    }
                    let units: f64 = consumed.filter_map(ConsumedCapacity::capacity_units).sum();
                    self.add($operation, 0, units);
                }
            )+};
        }
        add!(
            PutItemOutput of "PutItem",
            UpdateItemOutput of "UpdateItem",
            DeleteItemOutput of "DeleteItem",
            TransactWriteItemsOutput of "TransactWriteItems",
            GetItemOutput of "GetItem",
            BatchGetItemOutput of "BatchGetItem",
            QueryOutput of "Query"
        );
        Ok(())
    }
}

/// The name of the operation that a request is for.
pub(crate) fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}
