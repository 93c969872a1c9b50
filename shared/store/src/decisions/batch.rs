//! Reads many decisions at once, each as its latest write left it.

use std::collections::BTreeSet;

use callsheet_app::PortError;
use callsheet_app::ports::DecisionRows;
use callsheet_domain::DecisionKey;

use super::key::key_attributes;
use super::row::read_rows;
use super::table::Table;
use crate::batch_get::rows_under;

pub(super) async fn decisions_under(
    table: &Table,
    keys: &[DecisionKey],
) -> Result<DecisionRows, PortError> {
    let keys: BTreeSet<&DecisionKey> = keys.iter().collect();
    let keys = keys.into_iter().map(key_attributes).collect();
    let request = |keys| {
        table
            .client
            .batch_get_item()
            .request_items(&table.name, keys)
    };
    Ok(read_rows(rows_under(&request, keys).await?))
}
