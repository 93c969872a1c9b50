//! Holds this build to the rows that released builds have stored.
//!
//! `released/<version>/rows.json` has rows of each kind as the builds of that version wrote
//! them, most of them in a whole run of the end-to-end tests. A newer build reads each of them,
//! and keeps each attribute when it writes the row again. The files of a version never change
//! once it is released.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::attributes::Attributes;
use crate::decisions::{attributes_of_decision, read_decision, written_decision};
use crate::state::written::{self, Kind};

/// The rows of one version, by their kinds.
type Rows = BTreeMap<String, Vec<HashMap<String, Value>>>;

/// The folder with a folder for each version.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("released")
}

fn released() -> BTreeMap<String, Rows> {
    let versions = fs::read_dir(folder()).expect("the folder of released rows");
    let versions = versions.map(|entry| {
        let path = entry.expect("an entry").path();
        let version = path.file_name().expect("a name").to_string_lossy();
        let text = fs::read_to_string(path.join("rows.json")).expect("the rows of a version");
        let rows = serde_json::from_str(&text).expect("rows by their kinds");
        (version.into_owned(), rows)
    });
    versions.collect()
}

/// How this build reads rows of a kind.
fn kind_of(version: &str, name: &str) -> Kind {
    if name == "decision" {
        return Kind {
            attributes: attributes_of_decision(),
            again: |row| read_decision(row).map(|decision| written_decision(&decision)),
        };
    }
    written::kind(name)
        .unwrap_or_else(|| panic!("{version}: this build knows no row of the kind {name}"))
}

#[test]
fn each_row_of_a_released_build_is_read_and_keeps_its_attributes() {
    let mut lost = Vec::new();
    for (version, rows) in released() {
        for (name, rows) in rows {
            let kind = kind_of(&version, &name);
            for row in rows {
                let stored: Attributes = serde_dynamo::to_item(&row).expect("a row");
                let again = (kind.again)(stored.clone());
                let again = again.unwrap_or_else(|problem| panic!("{version}, {name}: {problem}"));
                let changed = stored.iter().filter(|(name, value)| {
                    !written::is_written_apart(name) && again.get(*name) != Some(*value)
                });
                lost.extend(changed.map(|(attribute, value)| {
                    let now = again.get(attribute);
                    format!("{version}, {name}, {attribute}: {value:?} is now {now:?}")
                }));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// So that the release of this version forgets none.
#[test]
fn each_attribute_that_this_build_reads_is_in_a_row_of_its_version() {
    let version = env!("CARGO_PKG_VERSION");
    let rows = released().remove(version).expect("rows of this version");
    let mut missing = Vec::new();
    for (name, rows) in rows {
        let read = kind_of(version, &name).attributes;
        assert!(!read.is_empty(), "the attributes of {name} are known");
        let absent = read.iter().filter(|attribute| {
            let mut rows = rows.iter();
            !rows.any(|row| row.contains_key(**attribute))
        });
        missing.extend(absent.map(|attribute| format!("{name}: {attribute}")));
    }
    assert!(
        missing.is_empty(),
        "add rows with them as CONTRIBUTING.md says under \"How to release\":\n{}",
        missing.join("\n")
    );
}
