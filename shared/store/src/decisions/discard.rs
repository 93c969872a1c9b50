//! Deletes a row that cannot be read, on condition that it has not been written
//! since it was found unreadable.

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_app::PortError;
use callsheet_domain::DecisionKey;

use super::key::key_attributes;
use super::row::decision_of;
use super::table::Table;
use crate::error::{failed, if_condition_held};

const VERSION: &str = "version";

/// False if the row is gone or can be read by now.
pub(super) async fn discard_unreadable(
    table: &Table,
    key: &DecisionKey,
) -> Result<bool, PortError> {
    let response = table
        .client
        .get_item()
        .table_name(&table.name)
        .set_key(Some(key_attributes(key)))
        .consistent_read(true)
        .send()
        .await
        .map_err(failed)?;
    let Some(row) = response.item else {
        return Ok(false);
    };
    let version = row.get(VERSION).cloned();
    if decision_of(row).is_ok() {
        return Ok(false);
    }
    delete_unless_written(table, key, version).await
}

async fn delete_unless_written(
    table: &Table,
    key: &DecisionKey,
    version: Option<AttributeValue>,
) -> Result<bool, PortError> {
    let delete = table
        .client
        .delete_item()
        .table_name(&table.name)
        .set_key(Some(key_attributes(key)))
        .expression_attribute_names("#version", VERSION);
    let delete = match version {
        Some(version) => delete
            .condition_expression("#version = :version")
            .expression_attribute_values(":version", version),
        None => delete.condition_expression("attribute_not_exists(#version)"),
    };
    let deleted = if_condition_held(delete.send().await)?;
    Ok(deleted.is_some())
}
