//! Conditions of writes, and queries read to their end.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::WriteOutcome;
use callsheet_domain::Version;

use crate::attributes::{Attributes, number};
use crate::error::{failed, if_condition_held};

/// A number that grows with each write of a row, as it was read; none if there
/// was no row. A write on condition that it is still the same loses no other write.
pub(crate) struct Unchanged {
    pub(crate) attribute: &'static str,
    pub(crate) read: Option<u64>,
}

impl Unchanged {
    /// The version that a row was read with.
    pub(crate) fn version(read: Version) -> Self {
        Self {
            attribute: "version",
            read: (read != Version::NEW).then_some(read.0),
        }
    }

    fn expression(&self) -> &'static str {
        match self.read {
            None => "attribute_not_exists(#counter)",
            Some(_) => "#counter = :read",
        }
    }

    fn names(&self) -> HashMap<String, String> {
        HashMap::from([("#counter".to_owned(), self.attribute.to_owned())])
    }

    fn values(&self) -> Option<Attributes> {
        let read = number(self.read?);
        Some(Attributes::from([(":read".to_owned(), read)]))
    }

    /// One of several writes of a transaction, on this condition.
    pub(crate) fn on(&self, put: PutBuilder) -> PutBuilder {
        put.condition_expression(self.expression())
            .set_expression_attribute_names(Some(self.names()))
            .set_expression_attribute_values(self.values())
    }
}

/// Writes a whole row if it is `unchanged`.
pub(crate) async fn put_if(
    unchanged: Unchanged,
    put: PutItemFluentBuilder,
) -> Result<WriteOutcome, PortError> {
    let written = put
        .condition_expression(unchanged.expression())
        .set_expression_attribute_names(Some(unchanged.names()))
        .set_expression_attribute_values(unchanged.values())
        .send()
        .await;
    let written = if_condition_held(written)?;
    Ok(written.map_or(WriteOutcome::Conflict, |_| WriteOutcome::Written))
}

/// The most rows that a page is requested with where all are read.
const ROWS_OF_PAGE: i32 = 1_000;

/// Every row that the query finds, from all pages.
pub(crate) async fn all_rows(query: QueryFluentBuilder) -> Result<Vec<Attributes>, PortError> {
    let rows = query.into_paginator().items().send();
    rows.collect::<Result<_, _>>().await.map_err(failed)
}

/// Hands every row that the query finds over, a page after the other: as attributes, rows take ten
/// times the memory of what is read from them.
pub(crate) async fn for_each_row(
    query: QueryFluentBuilder,
    mut handle: impl FnMut(Attributes),
) -> Result<(), PortError> {
    let mut pages = query.limit(ROWS_OF_PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        let rows = page.map_err(failed)?.items.unwrap_or_default();
        rows.into_iter().for_each(&mut handle);
    }
    Ok(())
}

/// The first so many rows that the query finds.
pub(crate) async fn first_rows(
    query: QueryFluentBuilder,
    most: usize,
) -> Result<Vec<Attributes>, PortError> {
    let limit = i32::try_from(most).unwrap_or(i32::MAX);
    let mut pages = query.limit(limit).into_paginator().send();
    let mut rows = Vec::new();
    while rows.len() < most
        && let Some(page) = pages.next().await
    {
        rows.extend(page.map_err(failed)?.items.unwrap_or_default());
    }
    rows.truncate(most);
    Ok(rows)
}
