//! An update of the stack adds or removes at most one index of a table.
//!
//! DynamoDB refuses an update with more, and the stack is rolled back. `indexes.yaml` holds
//! the keys and indexes as last released. Before the first release there is no stack
//! to update, so the file follows the template. From then on the template may be one index
//! of a table ahead of it, and each release brings it up to date.

use std::collections::BTreeMap;

use serde::Deserialize;
use test_case::test_case;

use crate::reading::Template;

const RELEASED: &str = include_str!("indexes.yaml");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

/// The tables that a version of the stack has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    /// The version that was released. None before the first release.
    released: Option<String>,
    tables: BTreeMap<String, Table>,
}

/// Keys and indexes of a table, each as one text: `due S, starts_at N; KEYS_ONLY`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Table {
    keys: String,
    indexes: BTreeMap<String, String>,
}

/// The tables of the template, by their resources.
fn tables(template: &Template) -> BTreeMap<String, Table> {
    let resources = template.names("Resources").into_iter();
    let tables = resources
        .filter(|name| template.text(&format!("Resources.{name}.Type")) == "AWS::DynamoDB::Table");
    tables
        .map(|name| {
            let table = table(template, &format!("Resources.{name}.Properties"));
            (name, table)
        })
        .collect()
}

fn table(template: &Template, place: &str) -> Table {
    let indexes = format!("{place}.GlobalSecondaryIndexes");
    let indexes = (0..template.count(&indexes)).map(|number| {
        let index = format!("{indexes}.{number}");
        let keys = keys(template, place, &index);
        let projection = format!("{index}.Projection");
        let mut shows = template
            .text(&format!("{projection}.ProjectionType"))
            .to_owned();
        if shows == "INCLUDE" {
            let mut attributes = template.texts(&format!("{projection}.NonKeyAttributes"));
            attributes.sort();
            shows = format!("{shows} {}", attributes.join(", "));
        }
        let name = template.text(&format!("{index}.IndexName")).to_owned();
        (name, format!("{keys}; {shows}"))
    });
    Table {
        keys: keys(template, place, place),
        indexes: indexes.collect(),
    }
}

/// The keys at `place`, with their types, which the table states.
fn keys(template: &Template, table: &str, place: &str) -> String {
    let defined = format!("{table}.AttributeDefinitions");
    let types: BTreeMap<_, _> = (0..template.count(&defined))
        .map(|number| {
            let at = |field: &str| template.text(&format!("{defined}.{number}.{field}"));
            (at("AttributeName"), at("AttributeType"))
        })
        .collect();
    let keys = format!("{place}.KeySchema");
    let keys = (0..template.count(&keys)).map(|number| {
        let name = template.text(&format!("{keys}.{number}.AttributeName"));
        format!("{name} {}", types[name])
    });
    keys.collect::<Vec<_>>().join(", ")
}

/// Why a stack with the tables of `released` cannot be updated to those of `template`.
fn obstacles(
    released: &BTreeMap<String, Table>,
    template: &BTreeMap<String, Table>,
) -> Vec<String> {
    let mut obstacles = Vec::new();
    for (name, before) in released {
        let Some(after) = template.get(name) else {
            obstacles.push(format!("{name} is gone, and its rows with it"));
            continue;
        };
        if before.keys != after.keys {
            obstacles.push(format!(
                "{name} has other keys, so an empty table replaces it"
            ));
        }
        let changes = changes(&before.indexes, &after.indexes);
        if changes.len() > 1 {
            obstacles.push(format!("{name}: {}", changes.join(", ")));
        }
    }
    obstacles
}

/// The indexes to remove and to add. An index is not changed: it is removed and added again.
fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let removed = before.keys().filter(differs);
    let added = after.keys().filter(differs);
    removed
        .map(|name| format!("removes the index {name}"))
        .chain(added.map(|name| format!("adds the index {name}")))
        .collect()
}

/// The latest version that the changelog names with its date. One that is to come has none.
fn latest_release(changelog: &str) -> Option<&str> {
    let headings = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## ["));
    let mut versions = headings.filter_map(|heading| heading.split_once("] - "));
    let (version, _) = versions.find(|(_, date)| *date != "unreleased")?;
    Some(version)
}

fn release() -> Release {
    serde_yaml_ng::from_str(RELEASED).expect("indexes.yaml states a release")
}

#[test]
fn an_update_of_the_stack_adds_or_removes_at_most_one_index_of_a_table() {
    let release = release();
    let template = tables(&Template::read());
    assert!(!template.is_empty(), "the template has tables");
    if release.released.is_none() {
        assert_eq!(
            release.tables, template,
            "indexes.yaml on the left, template.yaml on the right. Nothing is released, so \
             any change is possible: make tests/template/indexes.yaml as the template is"
        );
    }
    assert_eq!(
        obstacles(&release.tables, &template),
        Vec::<String>::new(),
        "a stack of {:?} cannot be updated to template.yaml. Bring one index of a table in this \
         release and the others in later ones; a changed index gets another name in one \
         release, and the next one removes the old index",
        release.released
    );
}

#[test]
fn the_released_indexes_are_those_of_the_latest_release() {
    assert_eq!(
        release().released.as_deref(),
        latest_release(CHANGELOG),
        "tests/template/indexes.yaml on the left, CHANGELOG.md on the right. With a release, set \
         `released` to its version and make keys and indexes as its template has them"
    );
}

/// A table with these indexes, all with the same key.
fn table_with(indexes: &[&str]) -> Table {
    let index = |name: &&str| ((*name).to_owned(), "starts_at N; ALL".to_owned());
    Table {
        keys: "id S".to_owned(),
        indexes: indexes.iter().map(index).collect(),
    }
}

#[test_case(&["due"], &["due"], &[]; "without a change")]
#[test_case(&["due"], &["due", "day"], &[]; "with one more")]
#[test_case(&["due", "day"], &["due"], &[]; "with one less")]
#[test_case(&["due"], &["due", "day", "bot"], &["Rows: adds the index bot, adds the index day"]; "with two more")]
#[test_case(&["due", "day"], &[], &["Rows: removes the index day, removes the index due"]; "with two less")]
#[test_case(&["due"], &["day"], &["Rows: removes the index due, adds the index day"]; "with another name")]
fn an_update_is_refused_if_it_changes_more_than_one_index(
    before: &[&str],
    after: &[&str],
    expected: &[&str],
) {
    let stack = |indexes| BTreeMap::from([("Rows".to_owned(), table_with(indexes))]);
    assert_eq!(obstacles(&stack(before), &stack(after)), expected);
}

#[test]
fn an_index_with_another_key_or_projection_is_two_changes() {
    for definition in [
        "ends_at N; ALL",
        "starts_at S; ALL",
        "starts_at N; KEYS_ONLY",
    ] {
        let before = BTreeMap::from([("Rows".to_owned(), table_with(&["due"]))]);
        let mut after = before.clone();
        let table = after.get_mut("Rows").expect("the table");
        table
            .indexes
            .insert("due".to_owned(), definition.to_owned());
        let expected = ["Rows: removes the index due, adds the index due"];
        assert_eq!(obstacles(&before, &after), expected, "{definition}");
    }
}

#[test]
fn each_table_may_change_one_index_and_a_new_table_has_any() {
    let of = |tables: &[(&str, &[&str])]| -> BTreeMap<_, _> {
        let named = |(name, indexes): &(&str, &[&str])| ((*name).to_owned(), table_with(indexes));
        tables.iter().map(named).collect()
    };
    let before = of(&[("Rows", &[]), ("State", &[])]);
    let after = of(&[("Rows", &["a"]), ("State", &["a"]), ("New", &["a", "b"])]);
    assert_eq!(obstacles(&before, &after), Vec::<String>::new());
}

#[test]
fn a_released_table_keeps_its_keys() {
    let before = BTreeMap::from([("Rows".to_owned(), table_with(&[]))]);
    let mut after = before.clone();
    after.get_mut("Rows").expect("the table").keys = "id N".to_owned();
    let expected = ["Rows has other keys, so an empty table replaces it"];
    assert_eq!(obstacles(&before, &after), expected);
    let gone = ["Rows is gone, and its rows with it"];
    assert_eq!(obstacles(&before, &BTreeMap::new()), gone);
}

#[test]
fn the_latest_release_is_the_first_version_of_the_changelog() {
    assert_eq!(latest_release("## [Unreleased]\n### Added\n"), None);
    assert_eq!(latest_release("## [0.1.0] - unreleased\n### Added\n"), None);
    let next = "## [0.2.0] - unreleased\n\n## [0.1.0] - 2027-01-01\n";
    assert_eq!(latest_release(next), Some("0.1.0"));
    let released = "## [Unreleased]\n\n## [0.2.0] - 2027-03-01\n\n## [0.1.0] - 2027-01-01\n";
    assert_eq!(latest_release(released), Some("0.2.0"));
}
