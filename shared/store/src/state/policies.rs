//! Numbers the policies that have been in force: one row says which is, one
//! row for each says what it was.
//!
//! Both are written in one transaction, so the history has no gaps. Of two
//! functions that start with the same new policy one writes it, and the other
//! finds it in force.

use callsheet_app::PortError;
use callsheet_app::ports::Policies;
use callsheet_domain::PolicyRevision;

use super::{PARTITION, Place, StateTable, TRIES};
use crate::attributes::{Attributes, Reading, Unreadable, Writing, number};
use crate::error::{busy, unreadable};

const REVISION: &str = "revision";
const FINGERPRINT: &str = "fingerprint";

impl Policies for StateTable {
    async fn enforce(&self, fingerprint: &str) -> Result<PolicyRevision, PortError> {
        for _ in 0..TRIES {
            let row = self.row(Place::policy()).await?;
            let in_force = row
                .map(|row| policy(&row))
                .transpose()
                .map_err(|problem| unreadable("the policy in force", problem))?;
            let current = match in_force {
                Some((revision, enforced)) if enforced == fingerprint => return Ok(revision),
                Some((revision, _)) => Some(revision),
                None => None,
            };
            let next = PolicyRevision(current.map_or(1, |revision| revision.0 + 1));
            if self.succeed(current, next, fingerprint).await? {
                return Ok(next);
            }
        }
        Err(busy())
    }
}

impl StateTable {
    /// Puts `next` into force if `current` still is; says whether it did.
    async fn succeed(
        &self,
        current: Option<PolicyRevision>,
        next: PolicyRevision,
        fingerprint: &str,
    ) -> Result<bool, PortError> {
        let row = || {
            Writing::row()
                .number(REVISION, next.0)
                .text(FINGERPRINT, fingerprint)
        };
        let in_force = self.put(Place::policy(), row());
        let in_force = match current {
            None => in_force
                .condition_expression("attribute_not_exists(#partition)")
                .expression_attribute_names("#partition", PARTITION),
            Some(current) => in_force
                .condition_expression("#revision = :current")
                .expression_attribute_names("#revision", REVISION)
                .expression_attribute_values(":current", number(current.0)),
        };
        let past = self.put(Place::past_policy(next), row());
        self.written_together([in_force, past]).await
    }
}

fn policy(attributes: &Attributes) -> Result<(PolicyRevision, String), Unreadable> {
    let row = Reading::row(attributes)?;
    let revision = PolicyRevision(row.number(REVISION)?);
    Ok((revision, row.text(FINGERPRINT)?.to_owned()))
}
