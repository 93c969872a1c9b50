//! Keeps the little things in one table, one partition a calendar and one for
//! what belongs to the whole workspace.

mod calendars;
mod leases;
mod overrides;
mod policies;
mod rate_limits;
mod sync_states;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use callsheet_app::PortError;
use callsheet_domain::{CalendarId, Operation, PolicyRevision};

use crate::attributes::{Attributes, SHAPE, SHAPE_WRITTEN, Writing, number};
use crate::error::failed;

const PARTITION: &str = "partition";
const SORT: &str = "sort";
/// Which attribute has a row shown in the index of all calendars.
const LISTED: &str = "listed";
/// What that attribute says.
const LISTED_AS: &str = "calendar";

/// How often a write is tried that others get in the way of. Each time one of
/// them got through, so this is how many may come at the same moment.
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

    /// The row at `place`, as the latest write left it.
    async fn row(&self, place: Place) -> Result<Option<Attributes>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(place.key()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed)?;
        Ok(answer.item)
    }

    /// A whole row at `place`, as one of several writes.
    fn put(&self, place: Place, row: Writing) -> PutBuilder {
        Put::builder()
            .table_name(&self.table)
            .set_item(Some(place.on(row)))
    }

    /// Writes both rows or none. False if a condition did not hold, or if
    /// somebody else was writing one of them: who asks reads again.
    async fn written_together(&self, rows: [PutBuilder; 2]) -> Result<bool, PortError> {
        let writes = rows.map(|put| {
            let put = put.build().expect("the table and the row are set");
            TransactWriteItem::builder().put(put).build()
        });
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes.to_vec()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("TransactionCanceledException") => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// A change of some attributes at `place`. `change` must set `#v = :v`
    /// among them, so that the row says its shape whoever writes it first.
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

/// Where a row stands.
#[derive(Debug)]
struct Place {
    partition: String,
    sort: String,
}

impl Place {
    fn calendar(id: &CalendarId, sort: impl Into<String>) -> Self {
        Self {
            partition: format!("calendar#{id}"),
            sort: sort.into(),
        }
    }

    fn workspace(sort: impl Into<String>) -> Self {
        Self {
            partition: "workspace".to_owned(),
            sort: sort.into(),
        }
    }

    fn policy() -> Self {
        Self::workspace("policy")
    }

    /// Padded, so that revisions sort by number.
    fn past_policy(revision: PolicyRevision) -> Self {
        Self::workspace(format!("{}{:010}", policies::PAST, revision.0))
    }

    fn budget(operation: Operation) -> Self {
        Self::workspace(format!("budget#{}", operation.as_str()))
    }

    fn workspace_mark() -> Self {
        Self::workspace("looks")
    }

    fn drain_lease() -> Self {
        Self::workspace("lease#drain")
    }

    fn key(self) -> Attributes {
        self.on(Writing::default())
    }

    /// The attributes of `row`, at this place.
    fn on(self, row: Writing) -> Attributes {
        row.text(PARTITION, self.partition)
            .text(SORT, self.sort)
            .attributes()
    }
}
