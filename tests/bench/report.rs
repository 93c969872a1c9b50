//! What was measured, for people as tables and for programs as JSON.

use std::path::PathBuf;

use callsheet_tests::variable;
use comfy_table::{Cell, LineStyle, Table, presets};
use serde_json::{Value, json};

use crate::rig::Done;

/// What one benchmark found.
#[derive(Debug)]
pub(crate) struct Report {
    benchmark: &'static str,
    tables: Vec<Measured>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Measured {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Report {
    /// Of `benchmark`, with nothing in it yet.
    pub(crate) fn of(benchmark: &'static str) -> Self {
        Self {
            benchmark,
            tables: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Opens a table; rows go to the last one opened.
    pub(crate) fn table(&mut self, title: impl Into<String>, columns: &[&str]) {
        self.tables.push(Measured {
            title: title.into(),
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        });
    }

    /// Adds a row to the table opened last.
    pub(crate) fn row(&mut self, cells: Vec<Value>) {
        let table = self.tables.last_mut();
        table.expect("a table is open").rows.push(cells);
    }

    /// Says what a reader of the numbers has to know.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// As a program reads it.
    pub(crate) fn json(&self) -> String {
        let tables = self.tables.iter().map(|table| {
            let named = |row: &Vec<Value>| -> Value {
                let cells = row.iter().cloned();
                table.columns.iter().cloned().zip(cells).collect()
            };
            json!({"title": table.title, "rows": table.rows.iter().map(named).collect::<Vec<_>>()})
        });
        let report = json!({
            "benchmark": self.benchmark,
            "tables": tables.collect::<Vec<_>>(),
            "notes": self.notes,
        });
        format!("{report:#}")
    }

    /// Leaves it beside the local clouds, for comparison with the next run.
    pub(crate) fn save(&self) -> Done<()> {
        let folder = PathBuf::from(variable("CALLSHEET_RESULTS"));
        std::fs::write(
            folder.join(format!("bench-{}.json", self.benchmark)),
            self.json(),
        )?;
        Ok(())
    }

    /// As people read it.
    pub(crate) fn print(&self) {
        for measured in &self.tables {
            let mut table = Table::new();
            let line = LineStyle::none().fill('─').junction('─');
            table.load_style(presets::NOTHING.header_separator(line));
            table.set_header(measured.columns.iter().map(Cell::new));
            for row in &measured.rows {
                table.add_row(row.iter().map(shown));
            }
            println!("\n{}\n{}", measured.title, table.trim_fmt());
        }
        for note in &self.notes {
            println!("\n{note}");
        }
    }
}

fn shown(cell: &Value) -> String {
    match cell {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(holds) => if *holds { "yes" } else { "NO" }.to_owned(),
        other => other.to_string(),
    }
}
