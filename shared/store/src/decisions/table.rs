//! The table that the reads and writes of decisions share.

use aws_sdk_dynamodb::Client;

/// A table's name, and the client that reaches it.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
}
