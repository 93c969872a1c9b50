//! A table for each test: policies, rate limits, the lease and the index of due
//! rows exist once in a table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{BillingMode, IndexStatus, TableStatus};
use callsheet_store::{DecisionTable, StateTable};
use callsheet_testkit::contracts::eventually;

use crate::schema::Schema;

/// An empty table of decisions.
pub(crate) async fn decisions(client: Client) -> DecisionTable {
    let table = created(&client, "DecisionsTable").await;
    DecisionTable::new(client, table)
}

/// An empty table of state.
pub(crate) async fn state(client: Client) -> StateTable {
    state_and_name(client).await.0
}

/// An empty table of state, and its name.
pub(crate) async fn state_and_name(client: Client) -> (StateTable, String) {
    let name = created(&client, "StateTable").await;
    (StateTable::new(client, &name), name)
}

/// Creates a table like the template's `resource`, under a name of its own.
async fn created(client: &Client, resource: &str) -> String {
    let name = format!("contracts-{resource}-{:016x}", fastrand::u64(..));
    let table = client
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest);
    let created = Schema::of(resource).on(table).send().await;
    created.expect("the server creates a table");
    eventually("the table is active", async || {
        is_active(client, &name).await
    })
    .await;
    name
}

async fn is_active(client: &Client, table: &str) -> bool {
    let described = client.describe_table().table_name(table).send().await;
    described
        .ok()
        .and_then(|described| described.table)
        .is_some_and(|table| {
            let mut indexes = table.global_secondary_indexes().iter();
            table.table_status() == Some(&TableStatus::Active)
                && indexes.all(|index| index.index_status() == Some(&IndexStatus::Active))
        })
}
