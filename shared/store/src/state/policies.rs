//! Keeps the policies that have been in force: one row says which is, one row
//! for each says what it was.
//!
//! Both are written in one transaction, on condition that the one in force is
//! the one that was to be replaced. So the history has no gaps, and of two who
//! push over the same policy one is told that they lost.
//!
//! An earlier build kept a fingerprint in place of the document. Its rows count
//! as revisions, and say no more.

use callsheet_app::PortError;
use callsheet_app::ports::{NewPolicy, Policies, PolicyWrite, StoredPolicy};
use callsheet_domain::{Actor, PolicyRevision};

use super::{PARTITION, Place, SORT, StateTable, TRIES};
use crate::attributes::{Attributes, Reading, Unreadable, Writing, number, text};
use crate::error::{busy, failed, unreadable};

/// How the sort key of each policy's own row begins.
pub(super) const PAST: &str = "policy#";
const REVISION: &str = "revision";

impl Policies for StateTable {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        let row = self.row(Place::policy()).await?;
        let revision = row.map(|row| revision(&row)).transpose();
        let revision = revision.map_err(|problem| unreadable("the policy in force", problem))?;
        Ok(revision.unwrap_or_default())
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        let row = self.row(Place::past_policy(revision)).await?;
        let policy = row.map(|row| policy(&row)).transpose();
        let policy =
            policy.map_err(|problem| unreadable(format_args!("policy {}", revision.0), problem))?;
        Ok(policy.flatten())
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        let next = PolicyRevision(over.0 + 1);
        for _ in 0..TRIES {
            if self.active_revision().await? != over {
                return Ok(PolicyWrite::Conflict);
            }
            let head = Writing::row().number(REVISION, next.0);
            let head = self.put(Place::policy(), head);
            let head = if over == PolicyRevision::default() {
                head.condition_expression("attribute_not_exists(#partition)")
                    .expression_attribute_names("#partition", PARTITION)
            } else {
                head.condition_expression("#revision = :over")
                    .expression_attribute_names("#revision", REVISION)
                    .expression_attribute_values(":over", number(over.0))
            };
            let row = self.put(Place::past_policy(next), written(policy, next));
            if self.written_together([head, row]).await? {
                return Ok(PolicyWrite::Active(next));
            }
        }
        Err(busy())
    }

    async fn history(&self, most: usize) -> Result<Vec<StoredPolicy>, PortError> {
        let Place { partition, .. } = Place::policy();
        let mut history = Vec::new();
        let mut from = None;
        while history.len() < most {
            let missing = i32::try_from(most - history.len()).unwrap_or(i32::MAX);
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .scan_index_forward(false)
                .limit(missing)
                .key_condition_expression("#partition = :partition AND begins_with(#sort, :past)")
                .expression_attribute_names("#partition", PARTITION)
                .expression_attribute_names("#sort", SORT)
                .expression_attribute_values(":partition", text(partition.as_str()))
                .expression_attribute_values(":past", text(PAST))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failed)?;
            for row in page.items() {
                let policy = policy(row).map_err(|problem| unreadable("a policy", problem))?;
                history.extend(policy);
            }
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                break;
            }
        }
        Ok(history)
    }
}

fn written(policy: &NewPolicy, revision: PolicyRevision) -> Writing {
    Writing::row()
        .number(REVISION, revision.0)
        .text("document", policy.document.as_str())
        .text("by", policy.by.as_str())
        .instant("at", policy.at)
        .maybe(policy.note.as_deref(), |row, note| row.text("note", note))
}

fn revision(attributes: &Attributes) -> Result<PolicyRevision, Unreadable> {
    Ok(PolicyRevision(Reading::row(attributes)?.number(REVISION)?))
}

/// The policy; none if the row is of the earlier build.
fn policy(attributes: &Attributes) -> Result<Option<StoredPolicy>, Unreadable> {
    let row = Reading::row(attributes)?;
    let Some(document) = row.text_if_any("document")? else {
        row.text("fingerprint")?;
        return Ok(None);
    };
    Ok(Some(StoredPolicy {
        revision: PolicyRevision(row.number(REVISION)?),
        document: document.to_owned(),
        by: row.parsed("by", Actor::parse)?,
        at: row.instant("at")?,
        note: row.text_if_any("note")?.map(str::to_owned),
    }))
}
