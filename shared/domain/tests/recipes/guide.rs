//! What is read out of the guide: recipes, whole examples, the table of facts.

use callsheet_domain::{Fact, FactType, Policy, PolicyDocument};
use serde_json::{Value, json};

const GUIDE: &str = include_str!("../../../../docs/policy.md");

/// The title of each recipe, and its YAML.
pub(crate) fn recipes() -> Vec<(&'static str, &'static str)> {
    let sections = GUIDE.split("\n### Recipe: ").skip(1);
    let recipe = |section: &'static str| {
        let title = section.lines().next().unwrap();
        let mut blocks = blocks(section);
        (title, blocks.next().unwrap())
    };
    sections.map(recipe).collect()
}

/// The policy of a recipe, which leaves out what is the same for all.
pub(crate) fn compile(yaml: &str) -> Policy {
    Policy::compile(&document(yaml)).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// The document of a recipe.
pub(crate) fn document(yaml: &str) -> PolicyDocument {
    let mut json: Value = from_yaml(yaml);
    let fields = json.as_object_mut().unwrap();
    fields.entry("version").or_insert(json!(1));
    fields.entry("default").or_insert(json!("skip"));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn from_yaml<T: serde::de::DeserializeOwned>(yaml: &str) -> T {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let fenced = text.split("```yaml\n").skip(1);
    fenced.map(|fenced| fenced.split("```").next().unwrap())
}

#[test]
fn every_complete_policy_in_the_guide_compiles() {
    let is_whole = |yaml: &&str| yaml.lines().any(|line| line.starts_with("version:"));
    let whole: Vec<&str> = blocks(GUIDE).filter(is_whole).collect();
    assert!(!whole.is_empty());
    for yaml in whole {
        let document: PolicyDocument = from_yaml(yaml);
        let problem = Policy::compile(&document).err();
        assert_eq!(problem, None, "{yaml}");
    }
}

#[test]
fn the_table_of_facts_agrees_with_the_code() {
    let kind = |fact: &Fact| match fact.kind() {
        FactType::Flag => "flag",
        FactType::Number => "number",
        FactType::Text => "text",
        FactType::Texts => "list of texts",
        FactType::People => "list of people",
        FactType::Metadata => "texts by key",
    };
    let row = |fact: &Fact| {
        let (name, kind) = (fact.name(), kind(fact));
        format!(
            "| `{name}` | {kind} | {} | {} |",
            fact.meaning(),
            fact.source()
        )
    };
    let expected: Vec<String> = Fact::ALL.iter().map(row).collect();
    let table = GUIDE.split("| fact | type |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let rows: Vec<&str> = rows.collect();
    assert_eq!(rows, expected, "write:\n{}", expected.join("\n"));
}

/// A key that is added to the format is explained, too.
#[test]
fn every_key_of_the_format_is_in_the_guide() {
    let schema = PolicyDocument::json_schema();
    let mut keys = Vec::new();
    collect_keys(&schema, &mut keys);
    assert!(keys.len() > 40);
    let is_missing = |key: &String| !GUIDE.contains(&format!("`{key}`"));
    let missing: Vec<String> = keys.into_iter().filter(is_missing).collect();
    assert_eq!(missing, Vec::<String>::new());
}

fn collect_keys(schema: &Value, keys: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        keys.extend(properties.keys().cloned());
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|field| collect_keys(field, keys)),
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}
