//! The runbook, as far as tests compare it with the template and the code.

use std::collections::BTreeSet;

pub(crate) const RUNBOOK: &str = include_str!("../../docs/operating.md");

/// The text below a heading of the second level, until the next one.
pub(crate) fn section(heading: &str) -> &'static str {
    let (_, section) = RUNBOOK
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("the runbook has no heading {heading:?}"));
    section.split("\n## ").next().unwrap_or_default()
}

/// The names in the first column of the tables below a heading.
pub(crate) fn first_column(heading: &str) -> BTreeSet<String> {
    let cells = section(heading).lines();
    let cells = cells.filter_map(|line| line.strip_prefix("| `"));
    cells
        .filter_map(|cell| Some(cell.split_once('`')?.0.to_owned()))
        .collect()
}

/// The headings of the third level below one of the second level.
pub(crate) fn headings(heading: &str) -> BTreeSet<String> {
    let lines = section(heading).lines();
    lines
        .filter_map(|line| line.strip_prefix("### ").map(str::to_owned))
        .collect()
}
