//! A table of state whose rows can be deleted, as an operator could.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::CalendarOwner;
use callsheet_store::StateTable;
use callsheet_testkit::contracts::lost_heads::LosesHeads;

use crate::tables;

/// A table of the test's own.
pub(crate) struct OwnState {
    client: Client,
    name: String,
    state: StateTable,
}

impl OwnState {
    pub(crate) async fn new(client: Client) -> Self {
        let (state, name) = tables::state_and_name(client.clone()).await;
        Self {
            client,
            name,
            state,
        }
    }

    async fn delete(&self, partition: String, sort: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("partition", text(&partition))
            .key("sort", text(sort));
        deleted.send().await.expect("the table answers");
    }
}

impl LosesHeads for OwnState {
    type Store = StateTable;

    fn store(&self) -> &StateTable {
        &self.state
    }

    async fn lose_policy_head(&self) {
        self.delete("policies".to_owned(), "policy").await;
    }

    async fn lose_overrides_head(&self, owner: &CalendarOwner) {
        let digest = owner.digest().expect("a person");
        let partition = format!("person#{digest}");
        self.delete(partition, "overrides").await;
    }
}
