//! Writes rows, each by compare-and-swap.

use std::collections::HashSet;

use callsheet_domain::{Decision, DecisionKey};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::ports::{Decisions, WriteOutcome};
use crate::set_aside::SetAside;

/// Writes that are in flight at once.
const WRITES: usize = 16;

/// Writes rows to the table.
#[derive(Debug)]
pub(crate) struct RowWriter<'a, D> {
    /// Storage of decisions.
    pub(crate) decisions: &'a D,
}

/// The result of some writes.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    pub(crate) written: u32,
    /// Keys of the rows that another worker wrote first.
    pub(crate) lost: HashSet<DecisionKey>,
}

impl<D: Decisions> RowWriter<'_, D> {
    /// Writes rows. One that the table does not accept is set aside.
    pub(crate) async fn write(
        &self,
        mut rows: Vec<Decision>,
        set_aside: &mut SetAside,
    ) -> Result<Writes, PortError> {
        rows.retain(|row| !set_aside.contains(&row.key));
        let results: Vec<(Decision, Result<WriteOutcome, String>)> = stream::iter(rows)
            .map(|row| async move {
                let result = match self.decisions.write(&row).await {
                    Err(error @ PortError::Unwritable { .. }) => Err(error.to_string()),
                    result => Ok(result?),
                };
                Ok::<_, PortError>((row, result))
            })
            .buffer_unordered(WRITES)
            .try_collect()
            .await?;
        let mut writes = Writes::default();
        for (row, result) in results {
            match result {
                Ok(WriteOutcome::Written) => writes.written += 1,
                Ok(WriteOutcome::Conflict) => {
                    writes.lost.insert(row.key);
                }
                Err(problem) => set_aside.add(row.key, row.calendar_id, problem),
            }
        }
        Ok(writes)
    }
}
