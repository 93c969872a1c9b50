//! Overrides and pauses that are in force as comma-separated values, in the form of an import.

use callsheet_api::override_list::{OverrideEntry, OverrideList, PauseEntry};

use super::columns::{COLUMNS, scope_name};
use crate::spreadsheet::{Spreadsheet, unformulated};

/// A line for each override, then one for each pause.
pub(super) fn table(list: &OverrideList) -> String {
    let mut sheet = Spreadsheet::new(COLUMNS);
    for one in &list.overrides {
        sheet.add(override_fields(one));
    }
    for one in &list.pauses {
        sheet.add(pause_fields(one));
    }
    sheet.text()
}

fn override_fields(one: &OverrideEntry) -> [String; COLUMNS.len()] {
    let optional = |text: &Option<String>| unformulated(text.as_deref().unwrap_or_default());
    [
        scope_name(one.scope).to_owned(),
        one.choice.to_owned(),
        String::new(),
        one.platform.to_owned(),
        optional(&one.owner),
        one.calendar.clone(),
        unformulated(&one.id),
        optional(&one.event_id),
        unformulated(&one.by),
        one.at.to_string(),
        optional(&one.title),
        one.starts_at.map(|at| at.to_string()).unwrap_or_default(),
    ]
}

fn pause_fields(one: &PauseEntry) -> [String; COLUMNS.len()] {
    [
        "pause".to_owned(),
        String::new(),
        one.until.to_string(),
        one.platform.to_owned(),
        unformulated(one.owner.as_deref().unwrap_or_default()),
        one.calendar.clone(),
        String::new(),
        String::new(),
        unformulated(&one.by),
        one.at.to_string(),
        String::new(),
        String::new(),
    ]
}
