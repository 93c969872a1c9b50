//! Tables as the demonstration prints them.

use comfy_table::{Cell, LineStyle, Table, presets};

/// Empty table with these column headers.
pub(crate) fn table<const N: usize>(columns: [&str; N]) -> Table {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(line));
    table.set_header(columns.map(Cell::new));
    table
}
