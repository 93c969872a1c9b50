//! The log of what people did: a row for each action, written in one transaction with what it
//! changed, and never changed again but for a person who is forgotten.
//!
//! A row stands in the partition of what it changed: of a name of an owner, of a calendar, or of a
//! meeting. The sort key begins with the instant, so the rows of several partitions, as of the names
//! of one person, are read as one list from the same place on. The number in it is that of the head
//! that counts in this partition, and the end tells the partitions of one list apart.
//!
//! An index lists the rows of all partitions. Two kinds of rows are not in it, since they repeat
//! one: of an override that was carried over to another name, and of a choice for a meeting beside
//! the calendar in which it was made.

mod row;

use aws_sdk_dynamodb::types::builders::PutBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::{ActionEntry, ActionLog, ActionPage, ActionPlace, LogOf};
use callsheet_domain::{CalendarId, CalendarOwner, MeetingName};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::StateTable;
use super::overrides::row::IS_EXPIRING;
use super::place::{
    ACTIVITY, LOGGED, PARTITION, Place, SORT, activity_list_of, activity_lists, calendar_of,
    partition_of, person_of, place_of,
};
use crate::attributes::{Attributes, read_row, text, write_row};
use crate::expressions::{all_rows, first_rows};
pub(super) use row::ActionRow;

const INDEX: &str = "activity";
/// So many logs are read at once.
const AT_ONCE: usize = 4;
/// Greater than every place.
const END: &str = "activity$";

impl ActionLog for StateTable {
    async fn actions_in(
        &self,
        calendar: &CalendarId,
        owner: &CalendarOwner,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        let own = Place::calendar(calendar).partition;
        let mut logs = self.names_of(&partition_of(owner)).await?;
        if !logs.contains(&own) {
            logs.push(own);
        }
        self.page_of(&logs, before, most).await
    }

    async fn actions_for(
        &self,
        meeting: &MeetingName,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        let log = Place::meeting(meeting).partition;
        self.page_of(&[log], before, most).await
    }

    async fn all_actions(
        &self,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        let end = end_of(before);
        let reads = activity_lists().map(|list| {
            let query = self.client.query().table_name(&self.table);
            let query = query.index_name(INDEX).scan_index_forward(false);
            let query = query
                .key_condition_expression("#logged = :logged AND #sort < :end")
                .expression_attribute_names("#logged", LOGGED)
                .expression_attribute_names("#sort", SORT)
                .expression_attribute_values(":logged", text(list))
                .expression_attribute_values(":end", text(&end));
            first_rows(query, most + 1)
        });
        let read = stream::iter(reads).buffered(AT_ONCE);
        let rows: Vec<_> = read.try_collect().await?;
        Ok(page(rows.into_iter().flatten().collect(), &[], most))
    }
}

impl StateTable {
    /// A row of the log, as one of several writes of a transaction. One that repeats another row
    /// is not listed.
    pub(super) fn put_action(&self, place: Place, row: &ActionRow, is_listed: bool) -> PutBuilder {
        let mut attributes = write_row(row);
        if is_listed {
            let list = activity_list_of(&place.partition);
            attributes.insert(LOGGED.to_owned(), text(list));
        }
        self.put(place, attributes)
    }

    /// The newest rows of several logs, as one list.
    async fn page_of(
        &self,
        logs: &[String],
        before: Option<&ActionPlace>,
        most: usize,
    ) -> Result<ActionPage, PortError> {
        let end = end_of(before);
        let reads = logs.iter().map(|log| self.log(log, &end, most + 1));
        let read = stream::iter(reads.collect::<Vec<_>>()).buffered(AT_ONCE);
        let rows: Vec<_> = read.try_collect().await?;
        Ok(page(rows.into_iter().flatten().collect(), logs, most))
    }

    /// The newest so many rows of a log before a sort key, each as its latest write left it.
    async fn log(
        &self,
        partition: &str,
        end: &str,
        most: usize,
    ) -> Result<Vec<Attributes>, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#partition = :partition AND #sort BETWEEN :first AND :end")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_values(":partition", text(partition))
            .expression_attribute_values(":first", text(ACTIVITY))
            .expression_attribute_values(":end", text(end));
        // The range includes its end, which was on the page before.
        let mut rows = first_rows(query, most + 1).await?;
        rows.retain(|row| sort_of(row) < end);
        rows.truncate(most);
        Ok(rows)
    }

    /// The keys of all rows of the log of a partition.
    pub(super) async fn keys_of_log(&self, partition: &str) -> Result<Vec<Attributes>, PortError> {
        let query = self.rows_from_last(partition, ACTIVITY);
        let query = query
            .projection_expression("#partition, #sort, #is_expiring")
            .expression_attribute_names("#is_expiring", IS_EXPIRING);
        all_rows(query).await
    }
}

/// The sort key before which a page begins.
fn end_of(before: Option<&ActionPlace>) -> String {
    before.map_or_else(|| END.to_owned(), Place::sort_of_action)
}

fn sort_of(row: &Attributes) -> &str {
    let sort = row.get(SORT).and_then(|sort| sort.as_s().ok());
    sort.map_or("", String::as_str)
}

fn log_of(row: &Attributes) -> LogOf {
    let partition = row.get(PARTITION).and_then(|text| text.as_s().ok());
    let partition = partition.map_or("", String::as_str);
    match (person_of(partition), calendar_of(partition)) {
        (Some(person), _) => LogOf::Person(person.to_owned()),
        (None, Some(calendar)) => LogOf::Calendar(calendar),
        (None, None) => LogOf::Meeting,
    }
}

/// The page of the newest of these rows, which are of these logs. Those that were carried over
/// from one of them are there twice.
fn page(mut rows: Vec<Attributes>, logs: &[String], most: usize) -> ActionPage {
    rows.sort_by(|one, other| sort_of(other).cmp(sort_of(one)));
    let has_next = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().and_then(|row| place_of(sort_of(row)));
    let mut page = ActionPage {
        next: last.filter(|_| has_next),
        ..ActionPage::default()
    };
    for row in rows {
        let log = log_of(&row);
        let read = read_row::<ActionRow>(row);
        if let Ok(ActionRow {
            carried_from: Some(from),
            ..
        }) = &read
            && logs.contains(from)
        {
            continue;
        }
        match read.and_then(ActionRow::action) {
            Ok(action) => page.entries.push(ActionEntry { action, log }),
            Err(problem) => page
                .unreadable
                .push(format!("an entry of the log of activity: {problem}")),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::row::tests::a_row;
    use super::*;
    use serde_json::json;

    /// One that cannot be read costs itself, and not the page.
    #[test]
    fn a_page_has_the_newest_entries_and_names_those_that_cannot_be_read() {
        let at_place = |sort: &str, action: &str| {
            a_row(&json!({
                "sort": format!("activity#{sort}"), "action": action, "scope": "event", "id": "a",
            }))
        };
        let rows = vec![
            at_place("0000000000000001-0000000001-a", "skip"),
            at_place("0000000000000003-0000000001-a", "postpone"),
            at_place("0000000000000002-0000000002-b", "record"),
        ];
        let page = page(rows, &[], 2);
        assert_eq!((page.entries.len(), page.unreadable.len()), (1, 1));
        let place = page.next.expect("there is one more");
        assert_eq!(
            Place::sort_of_action(&place),
            "activity#0000000000000002-0000000002-b"
        );
    }

    #[test]
    fn an_entry_that_was_carried_over_is_left_out_beside_the_first_one() {
        let carried = json!({
            "action": "skip", "scope": "event", "id": "a", "carried_from": "calendar#sales",
        });
        let entries = |logs: &[&str]| {
            let logs: Vec<_> = logs.iter().map(ToString::to_string).collect();
            page(vec![a_row(&carried)], &logs, 9).entries.len()
        };
        assert_eq!(entries(&["person#digest"]), 1);
        assert_eq!(entries(&["person#digest", "calendar#sales"]), 0);
    }
}
