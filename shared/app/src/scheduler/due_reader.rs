//! Reads the due rows with the earliest starts.

use crate::PortError;
use crate::ports::{DecisionRows, Decisions};
use crate::scheduler::task::{DueQuery, DueRead};

/// Reads the due rows with the earliest starts as the latest writes left them,
/// without those that the query leaves out.
pub(super) async fn read_due<D: Decisions>(
    decisions: &D,
    query: DueQuery,
) -> Result<DueRead, PortError> {
    let DueQuery {
        now,
        most,
        excluded,
    } = query;
    let due = decisions.due(now, most).await?;
    let ready = due.ready.iter().filter(|key| !excluded.contains(key));
    let keys: Vec<_> = ready.cloned().collect();
    let DecisionRows {
        decisions: rows,
        unreadable,
    } = decisions.decisions(&keys).await?;
    Ok(DueRead {
        due,
        rows,
        unreadable,
        most,
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
    fn rows_that_are_excluded_are_not_loaded_but_count_as_read() {
        let other =
            a_decision().with(|row| row.key.event_id = EventId::parse("other").expect("an id"));
        let rows = Rows::with([a_decision(), other.clone()]);
        let query = DueQuery {
            now: at("09:30"),
            most: 10,
            excluded: HashSet::from([a_decision().key]),
        };
        let read = read_due(&rows, query).now_or_never();
        let read = read.expect("no port waits").expect("memory");
        assert_eq!((read.due.ready.len(), read.most), (2, 10));
        assert_eq!(read.rows, [other]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_the_others_are_loaded() {
        let other =
            a_decision().with(|row| row.key.event_id = EventId::parse("other").expect("an id"));
        let rows = Rows::with([a_decision(), other.clone()]);
        rows.make_unreadable(&a_decision().key);
        let query = DueQuery {
            now: at("09:30"),
            most: 10,
            excluded: HashSet::new(),
        };
        let read = read_due(&rows, query).now_or_never();
        let read = read.expect("no port waits").expect("memory");
        let unreadable: Vec<_> = read.unreadable.into_iter().map(|row| row.key).collect();
        assert_eq!(unreadable, [a_decision().key]);
        assert_eq!(read.rows, [other]);
    }
}
