//! Makes the owner checks of rows: gives a shared bot the configuration of its owner, where
//! the index of bots showed another one before.
//!
//! A row keeps its check until the check is written off, after the owner was made due. So a
//! crash in between, or another writer of one of the two rows, has it made once more.

use std::collections::HashSet;

use callsheet_domain::{Decision, check_owner};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::first_copy::first_copies;
use crate::ports::{Clock, Decisions, Spending, WriteOutcome};
use crate::scheduler::left_bots::LeftBots;

/// The most checks that are made together.
const MOST: usize = 500;
/// Checks that are in flight at once.
const AT_ONCE: usize = 16;

/// Makes the owner checks of rows.
#[derive(Debug)]
pub(super) struct OwnerChecks<'a, D, K> {
    pub(super) decisions: &'a D,
    pub(super) clock: &'a K,
}

impl<D: Decisions, K: Clock> OwnerChecks<'_, D, K> {
    /// Makes the checks whose time has come; gives the number of owners that are due by them.
    pub(super) async fn make<S: Spending>(
        &self,
        left: &LeftBots<'_, D, S>,
    ) -> Result<usize, PortError> {
        let keys = self.decisions.to_check(self.clock.now(), MOST).await?;
        if keys.is_empty() {
            return Ok(0);
        }
        let rows = self.decisions.decisions(&keys).await?.decisions;
        let owners: Vec<usize> = stream::iter(rows)
            .map(|row| async move { self.check(&row, left).await })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(owners.into_iter().sum())
    }

    async fn check<S: Spending>(
        &self,
        row: &Decision,
        left: &LeftBots<'_, D, S>,
    ) -> Result<usize, PortError> {
        let now = self.clock.now();
        let check = row.owner_check.as_ref();
        if row.is_due() || check.is_none_or(|check| check.not_before > now) {
            return Ok(0);
        }
        let bots: HashSet<_> = row.bots_to_check().into_iter().collect();
        let may_own =
            |copy: &Decision| copy.key != row.key && !copy.is_abandoned() && copy.ends_at > now;
        let firsts = first_copies(self.decisions, &bots, may_own).await?;
        let early = left.uncount(row, now).await?;
        let mut due = 0;
        for written in check_owner(row, &firsts, now) {
            let written = if written.key == row.key {
                written.checking_left(early.clone(), now)
            } else {
                written
            };
            due += usize::from(written.is_due());
            match self.decisions.write(&written).await {
                Ok(WriteOutcome::Written) => {}
                // The check stays with the row.
                Ok(WriteOutcome::Conflict) | Err(PortError::Unwritable { .. }) => return Ok(due),
                Err(error) => return Err(error),
            }
        }
        Ok(due)
    }
}
