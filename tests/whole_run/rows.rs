//! The rows that a whole run left in the tables, against those that are kept of this version
//! for the builds to come.
//!
//! `shared/store` reads the kept rows with each later build, and knows whether they have every
//! attribute that this build reads. A kind of row that they lack is seen here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use callsheet_tests::Stack;
use serde_json::Value;

/// Set it to add rows that show something new to those of this version.
const WRITES: &str = "CALLSHEET_WRITE_RELEASED_ROWS";

/// Maps whose names are those of a policy, a platform or a day.
const MAPS: [&str; 3] = ["facts", "totals", "delays"];

type Rows = BTreeMap<String, Vec<Value>>;

fn kept_at() -> PathBuf {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/store/released");
    released.join(env!("CARGO_PKG_VERSION")).join("rows.json")
}

/// The kind of a row of state: its key without ids, dates and numbers.
fn kind_of(row: &Value) -> String {
    let part = |name: &str| {
        let key = row[name].as_str().expect("a key");
        let until = key.rfind('#').map_or(key.len(), |at| at + 1);
        key[..until].trim_end_matches(|char: char| char.is_ascii_digit() || char == '-')
    };
    format!("{} {}", part("partition"), part("sort"))
}

/// What a row shows of its kind: the paths of its attributes, and the words of this program
/// that they hold.
fn shown(path: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let below = if MAPS.iter().any(|map| path.ends_with(map)) {
                    path.to_owned()
                } else {
                    format!("{path}.{name}")
                };
                shown(&below, value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| shown(path, item, found)),
        Value::String(text) if is_word(text) => {
            found.insert(format!("{path}={text}"));
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// Whether a text is one of a few words, as those of states and outcomes are.
fn is_word(text: &str) -> bool {
    let is_letter = |char: char| char.is_ascii_lowercase() || "_-".contains(char);
    (2..=24).contains(&text.len()) && text.chars().all(is_letter)
}

fn shown_by<'a>(rows: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for row in rows {
        shown("", row, &mut found);
    }
    found
}

/// Adds to `kept` the rows that show something new, the longest first, so that they are few.
fn add_new(kept: &mut Vec<Value>, mut rows: Vec<Value>) {
    rows.sort_by_key(|row| Reverse(row.to_string().len()));
    let mut found = shown_by(kept.iter());
    for row in rows {
        let shows = shown_by([&row]);
        if !shows.is_subset(&found) {
            found.extend(shows);
            kept.push(row);
        }
    }
}

async fn stored() -> Rows {
    let [decisions, state] = Stack::of_environment().stored_rows().await;
    let mut rows = Rows::from([("decision".to_owned(), decisions)]);
    for row in state {
        rows.entry(kind_of(&row)).or_default().push(row);
    }
    rows
}

#[tokio::test]
#[ignore = "it reads the rows of all other tests, so `make test` runs it last"]
async fn every_kind_of_row_is_kept_for_later_builds() {
    let stored = stored().await;
    let path = kept_at();
    let text = fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut kept: Rows = serde_json::from_str(&text).expect("rows by their kinds");
    if env::var_os(WRITES).is_some() {
        for (kind, rows) in stored {
            add_new(kept.entry(kind).or_default(), rows);
        }
        let text = serde_json::to_string_pretty(&kept).expect("rows are JSON");
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        fs::write(&path, text + "\n").expect("the rows");
        return;
    }
    let unknown: Vec<_> = stored
        .keys()
        .filter(|kind| !kept.contains_key(*kind))
        .collect();
    assert!(
        unknown.is_empty(),
        "not in {}, to which `make test` with {WRITES}=1 adds them: {unknown:?}",
        path.display()
    );
}
