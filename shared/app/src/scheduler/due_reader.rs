//! Reads the due rows with the earliest starts.

use crate::PortError;
use crate::ports::{DecisionRows, Decisions, DueQuery};
use crate::scheduler::task::DueRead;

/// Reads the due rows with the earliest starts as the latest writes left them.
pub(super) async fn read_due<D: Decisions>(
    decisions: &D,
    query: DueQuery,
) -> Result<DueRead, PortError> {
    let due = decisions.due(&query).await?;
    let keys: Vec<_> = due.keys().cloned().collect();
    let DecisionRows {
        decisions: rows,
        unreadable,
    } = decisions.decisions(&keys).await?;
    Ok(DueRead {
        due,
        rows,
        unreadable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::fakes::Rows;
    use callsheet_domain::EventId;
    use callsheet_testkit::{With as _, a_decision, at};
    use futures_util::FutureExt as _;
    use std::collections::HashSet;

    #[test]
    fn rows_that_are_excluded_are_not_loaded() {
        let other =
            a_decision().with(|row| row.key.event_id = EventId::parse("other").expect("an id"));
        let rows = Rows::with([a_decision(), other.clone()]);
        let query = DueQuery {
            excluded: HashSet::from([a_decision().key]),
            ..DueQuery::first(at("09:30"), 10)
        };
        let read = read_due(&rows, query).now_or_never();
        let read = read.expect("no port waits").expect("memory");
        assert_eq!(read.rows, [other]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_the_others_are_loaded() {
        let other =
            a_decision().with(|row| row.key.event_id = EventId::parse("other").expect("an id"));
        let rows = Rows::with([a_decision(), other.clone()]);
        rows.make_unreadable(&a_decision().key);
        let query = DueQuery {
            most_of_a_bot: 1,
            ..DueQuery::first(at("09:30"), 10)
        };
        let read = read_due(&rows, query).now_or_never();
        let read = read.expect("no port waits").expect("memory");
        let unreadable: Vec<_> = read.unreadable.into_iter().map(|row| row.key).collect();
        assert_eq!(unreadable, [a_decision().key]);
        assert_eq!(read.rows, [other]);
    }
}
