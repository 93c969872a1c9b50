//! The calendars with events that cannot be read, by the index of them.
//!
//! The index has one partition: it is written when such an event is found, is read or has had its
//! turn, some events a second at most. It shows keys only, and the records are read by key.

use callsheet_app::PortError;
use callsheet_domain::CalendarRecord;

use super::StateTable;
use super::persons::key_of_row;
use super::place::{EVENTS, PARTITION, calendar_of};
use crate::attributes::text;
use crate::expressions::first_rows;

const INDEX: &str = "untried-events";
const UNTRIED: &str = "untried";

impl StateTable {
    /// The records of so many calendars, those first whose events wait for the longest time.
    pub(super) async fn untried_calendars(
        &self,
        most: usize,
    ) -> Result<Vec<CalendarRecord>, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#untried = :events")
            .expression_attribute_names("#untried", UNTRIED)
            .expression_attribute_values(":events", text(EVENTS));
        let rows = first_rows(query, most).await?;
        let ids = rows.iter().map(|row| key_of_row(row, PARTITION));
        let ids: Vec<_> = ids.filter_map(calendar_of).collect();
        Ok(self.records(&ids).await?.records)
    }
}
