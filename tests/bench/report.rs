//! Report of a benchmark: tables for people, JSON for programs.

use std::path::PathBuf;

use callsheet_tests::variable;
use comfy_table::{Cell, LineStyle, Table, presets};
use serde_json::{Value, json};

use crate::result::BenchResult;

/// Results of one benchmark.
#[derive(Debug)]
pub(crate) struct Report {
    benchmark: &'static str,
    tables: Vec<ResultTable>,
    goals: Vec<Goal>,
    notes: Vec<String>,
}

/// A number that a measured one should not exceed.
#[derive(Debug)]
struct Goal {
    name: String,
    most: f64,
    /// None if it was never reached.
    measured: Option<f64>,
}

impl Goal {
    fn is_met(&self) -> bool {
        self.measured.is_some_and(|measured| measured <= self.most)
    }
}

#[derive(Debug)]
struct ResultTable {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Report {
    /// Creates an empty report.
    pub(crate) fn new(benchmark: &'static str) -> Self {
        Self {
            benchmark,
            tables: Vec::new(),
            goals: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Starts a table, to which the following rows belong.
    pub(crate) fn table(&mut self, title: impl Into<String>, columns: &[&str]) {
        self.tables.push(ResultTable {
            title: title.into(),
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        });
    }

    /// Adds a row to the last table.
    pub(crate) fn row(&mut self, cells: Vec<Value>) {
        let table = self.tables.last_mut();
        table
            .expect("a table was started before its rows")
            .rows
            .push(cells);
    }

    /// Adds a goal: `measured` is at most `most`. None is what was never reached.
    pub(crate) fn goal(&mut self, name: impl Into<String>, most: f64, measured: Option<f64>) {
        self.goals.push(Goal {
            name: name.into(),
            most,
            measured,
        });
    }

    /// The goals that are missed, in words.
    pub(crate) fn missed(&self) -> Vec<String> {
        let missed = self.goals.iter().filter(|goal| !goal.is_met());
        let in_words = missed.map(|goal| {
            let measured = goal
                .measured
                .map_or("never reached".to_owned(), |measured| {
                    format!("{measured} instead of at most")
                });
            format!("{}: {measured} {}", goal.name, goal.most)
        });
        in_words.collect()
    }

    /// Adds an explanation of the numbers.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The report as JSON.
    pub(crate) fn json(&self) -> String {
        let tables = self.tables.iter().map(|table| {
            let object = |row: &Vec<Value>| -> Value {
                let cells = row.iter().cloned();
                table.columns.iter().cloned().zip(cells).collect()
            };
            json!({"title": table.title, "rows": table.rows.iter().map(object).collect::<Vec<_>>()})
        });
        let report = json!({
            "benchmark": self.benchmark,
            "tables": tables.collect::<Vec<_>>(),
            "goals": self.goals.iter().map(Goal::json).collect::<Vec<_>>(),
            "notes": self.notes,
        });
        format!("{report:#}")
    }

    /// Writes the JSON to `bench-<name>.json` in the folder of results.
    pub(crate) fn save(&self) -> BenchResult<()> {
        let folder = PathBuf::from(variable("CALLSHEET_RESULTS"));
        std::fs::write(
            folder.join(format!("bench-{}.json", self.benchmark)),
            self.json(),
        )?;
        Ok(())
    }

    /// Prints the tables and the explanations.
    pub(crate) fn print(&self) {
        for results in &self.tables {
            let mut table = plain_table();
            table.set_header(results.columns.iter().map(Cell::new));
            for row in &results.rows {
                table.add_row(row.iter().map(cell_text));
            }
            println!("\n{}\n{}", results.title, table.trim_fmt());
        }
        if !self.goals.is_empty() {
            let rows = self.goals.iter().map(|goal| {
                let met = if goal.is_met() { "yes" } else { "no" };
                let measured = json!(goal.measured);
                [json!(goal.name), json!(goal.most), measured, json!(met)]
            });
            let mut table = plain_table();
            table.set_header(["goal", "at most", "measured", "met"]);
            for row in rows {
                table.add_row(row.iter().map(cell_text));
            }
            println!("\n{}", table.trim_fmt());
        }
        for note in &self.notes {
            println!("\n{note}");
        }
    }
}

impl Goal {
    fn json(&self) -> Value {
        json!({
            "goal": self.name,
            "at most": self.most,
            "measured": self.measured,
            "is met": self.is_met(),
        })
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(line));
    table
}

fn cell_text(cell: &Value) -> String {
    match cell {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
