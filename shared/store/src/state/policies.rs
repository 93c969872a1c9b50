//! Policies: one row with the active revision, and one row for each revision's
//! document.
//!
//! A push writes both in one transaction, on condition that the active revision
//! is still the one to be replaced, and that there is no document under the new
//! one. So of two simultaneous pushes over the same revision one is reported as a
//! conflict, and no revision is ever used twice.
//!
//! If the row with the active revision is lost, the newest document is active.
//!
//! One more row says how the built-in policy compares links in this stack. It is written
//! once, and never changed.

use callsheet_app::PortError;
use callsheet_app::ports::{NewPolicy, Policies, PolicyWrite, StoredPolicy, WriteOutcome};
use callsheet_domain::{Actor, LinkComparison, PolicyRevision, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::place::{POLICIES, Place, SORT, policy_of};
use super::{StateTable, TRIES, row_at};
use crate::attributes::{read_row, text, write_row};
use crate::error::{busy, failed, unreadable};
use crate::expressions::{Unchanged, put_if};
use crate::stored_text;

#[derive(Serialize, Deserialize)]
pub(super) struct ActivePolicyRow {
    pub(super) revision: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PolicyRow {
    revision: u64,
    document: String,
    #[serde(with = "stored_text")]
    by: Actor,
    /// The signing key that vouched for the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct BuiltInPolicyRow {
    compare_links: LinkComparison,
}

impl Policies for StateTable {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        Ok(match self.policy_head().await? {
            Some(head) => head,
            None => self.newest_policy().await?,
        })
    }

    async fn is_head_missing(&self) -> Result<bool, PortError> {
        let is_missing = self.policy_head().await?.is_none();
        Ok(is_missing && self.newest_policy().await? != PolicyRevision::default())
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        let name = format!("policy {}", revision.0);
        let row: Option<PolicyRow> = row_at(self, Place::policy(revision), name).await?;
        Ok(row.map(PolicyRow::policy))
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        for _ in 0..TRIES {
            let (head, newest) = (self.policy_head().await?, self.newest_policy().await?);
            if head.unwrap_or(newest) != over {
                return Ok(PolicyWrite::Conflict);
            }
            let last = over.max(newest).max(policy.newest_used);
            let next = PolicyRevision(last.0 + 1);
            let unchanged = Unchanged {
                attribute: "revision",
                read: head.map(|head| head.0),
            };
            let active = ActivePolicyRow { revision: next.0 };
            let active = unchanged.on(self.put(Place::active_policy(), write_row(active)));
            let row = write_row(PolicyRow::of(policy, next));
            let absent = Unchanged {
                attribute: "revision",
                read: None,
            };
            let row = absent.on(self.put(Place::policy(next), row));
            if self.write_both([active, row]).await? {
                return Ok(PolicyWrite::Active(next));
            }
        }
        Err(busy())
    }

    async fn history(
        &self,
        before: Option<PolicyRevision>,
        most: usize,
    ) -> Result<Vec<StoredPolicy>, PortError> {
        let mut history = Vec::new();
        let page = i32::try_from(most.max(1)).unwrap_or(i32::MAX);
        let mut query = self.rows_from_last(&Place::active_policy().partition, POLICIES);
        if let Some(before) = before {
            let last = Place::policy(PolicyRevision(before.0.saturating_sub(1)));
            query = query
                .key_condition_expression(
                    "#partition = :partition AND #sort BETWEEN :prefix AND :last",
                )
                .expression_attribute_values(":last", text(last.sort));
        }
        let mut rows = query.limit(page).into_paginator().items().send();
        while history.len() < most {
            let Some(row) = rows.next().await else {
                break;
            };
            let row: PolicyRow = read_row(row.map_err(failed)?)
                .map_err(|problem| unreadable("a policy", problem))?;
            history.push(row.policy());
        }
        Ok(history)
    }

    async fn built_in_links(&self) -> Result<Option<LinkComparison>, PortError> {
        let name = "how the built-in policy compares links";
        let row: Option<BuiltInPolicyRow> = row_at(self, Place::built_in_policy(), name).await?;
        Ok(row.map(|row| row.compare_links))
    }

    async fn decide_built_in_links(
        &self,
        links: LinkComparison,
    ) -> Result<LinkComparison, PortError> {
        let row = BuiltInPolicyRow {
            compare_links: links,
        };
        let row = Place::built_in_policy().on(write_row(row));
        let put = self.client.put_item().table_name(&self.table);
        let absent = Unchanged {
            attribute: "compare_links",
            read: None,
        };
        match put_if(absent, put.set_item(Some(row))).await? {
            WriteOutcome::Written => Ok(links),
            WriteOutcome::Conflict => Ok(self.built_in_links().await?.unwrap_or(links)),
        }
    }
}

impl StateTable {
    /// The revision in the row that names the active policy, if there is that row.
    async fn policy_head(&self) -> Result<Option<PolicyRevision>, PortError> {
        let name = "the revision of the active policy";
        let row: Option<ActivePolicyRow> = row_at(self, Place::active_policy(), name).await?;
        Ok(row.map(|row| PolicyRevision(row.revision)))
    }

    /// The newest revision with a document, read from the key, so that it counts even if
    /// the document cannot be read.
    async fn newest_policy(&self) -> Result<PolicyRevision, PortError> {
        let query = self
            .rows_from_last(&Place::active_policy().partition, POLICIES)
            .projection_expression("#sort")
            .limit(1);
        let response = query.send().await.map_err(failed)?;
        let newest = response.items().first();
        let newest = newest.and_then(|row| policy_of(row.get(SORT)?.as_s().ok()?));
        Ok(newest.unwrap_or_default())
    }
}

impl PolicyRow {
    pub(super) fn of(policy: &NewPolicy, revision: PolicyRevision) -> Self {
        Self {
            revision: revision.0,
            document: policy.document.clone(),
            by: policy.by.clone(),
            via: policy.by.key().map(str::to_owned),
            at: policy.at,
            note: policy.note.clone(),
        }
    }

    fn policy(self) -> StoredPolicy {
        StoredPolicy {
            revision: PolicyRevision(self.revision),
            document: self.document,
            by: self.by.signed_with(self.via),
            at: self.at,
            note: self.note,
        }
    }
}
