//! Calendars, overrides, policies, rate limits, the sync state and the
//! scheduler's lease, in one table.

mod access;
mod action_log;
mod activity;
mod calendar_list_rows;
mod calendar_pages;
mod calendar_row;
mod calendars;
mod due_calendars;
mod forgetting;
mod kept_coverage;
mod leases;
mod meetings;
mod overrides;
mod persons;
mod place;
mod policies;
mod rate_limits;
mod spending;
mod streamed;
mod sync_row;
mod sync_states;
mod untried_events;
mod windowed_sync;
#[cfg(test)]
pub(crate) mod written;

use std::fmt::Display;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use callsheet_app::PortError;
use callsheet_app::ports::WriteOutcome;
use callsheet_domain::Version;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::attributes::{Attributes, SHAPE, SHAPE_WRITTEN, number, read_row, text, write_row};
use crate::error::{failed, unreadable};
use crate::expressions::{Unchanged, put_if};
use place::{PARTITION, Place, SORT};
pub(crate) use streamed::{StateRow, read_active_policy, read_calendar};

/// How often a write is tried while other writers change the row. Each time one
/// of them succeeded, so this is how many writers may come at the same moment.
const TRIES: usize = 10;

/// The table of state.
#[derive(Debug, Clone)]
pub struct StateTable {
    client: Client,
    table: String,
}

impl StateTable {
    /// The table of this name, reached through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// The rows of a partition whose sort keys begin with `prefix`, from the last
    /// to the first, each as its latest write left it.
    fn rows_from_last(&self, partition: &str, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#partition = :partition AND begins_with(#sort, :prefix)")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_values(":partition", text(partition))
            .expression_attribute_values(":prefix", text(prefix))
    }

    /// Writes the whole row at `place`, if its version is still the one that was `read`.
    async fn write_if_unchanged(
        &self,
        place: Place,
        row: impl Serialize,
        read: Version,
    ) -> Result<WriteOutcome, PortError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(place.on(write_row(row))));
        put_if(Unchanged::version(read), put).await
    }

    /// A whole row at `place`, as one of several writes of a transaction.
    fn put(&self, place: Place, row: Attributes) -> PutBuilder {
        Put::builder()
            .table_name(&self.table)
            .set_item(Some(place.on(row)))
    }

    /// Writes both rows or none. False if a condition did not hold, or if another
    /// writer was writing one of them: the caller reads again.
    async fn write_both(&self, rows: [PutBuilder; 2]) -> Result<bool, PortError> {
        self.write_together(rows.into()).await
    }

    /// Writes all rows or none, a hundred at most. False if a condition did not hold, or if
    /// another writer was writing one of them: the caller reads again.
    async fn write_together(&self, rows: Vec<PutBuilder>) -> Result<bool, PortError> {
        let writes = rows.into_iter().map(|put| {
            let put = put.build().expect("the table and the row are set");
            TransactWriteItem::builder().put(put).build()
        });
        let response = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes.collect()))
            .send()
            .await;
        match response {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("TransactionCanceledException") => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// A change of some attributes at `place`. `change` must contain `#v = :v`,
    /// so that the row has its version from the first write on.
    fn update(&self, place: Place, change: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(place.key()))
            .update_expression(change)
            .expression_attribute_names("#v", SHAPE)
            .expression_attribute_values(":v", number(SHAPE_WRITTEN))
    }
}

/// The row at `place`, as its latest write left it. `name` stands for it in errors.
async fn row_at<T: DeserializeOwned>(
    state: &StateTable,
    place: Place,
    name: impl Display,
) -> Result<Option<T>, PortError> {
    let row = attributes_at(state, place).await?;
    let row = row.map(read_row).transpose();
    row.map_err(|problem| unreadable(name, problem))
}

/// The attributes of the row at `place`, as its latest write left it.
async fn attributes_at(state: &StateTable, place: Place) -> Result<Option<Attributes>, PortError> {
    let response = state
        .client
        .get_item()
        .table_name(&state.table)
        .set_key(Some(place.key()))
        .consistent_read(true)
        .send()
        .await
        .map_err(failed)?;
    Ok(response.item)
}
