//! A reader of the template. A tag such as `!Ref` or `!GetAtt` is replaced by its value.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_yaml_ng::Value;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The deployed template.
pub(crate) struct Template(Value);

impl Template {
    pub(crate) fn read() -> Self {
        Self(untagged(
            serde_yaml_ng::from_str(TEMPLATE).expect("the template is YAML"),
        ))
    }

    /// The value at a path of names and numbers, separated by dots.
    fn at(&self, path: &str) -> &Value {
        path.split('.').fold(&self.0, |place, step| {
            let next = match step.parse::<usize>() {
                Ok(index) if place.is_sequence() => place.get(index),
                _ => place.get(step),
            };
            next.unwrap_or_else(|| panic!("the template has nothing at {path}"))
        })
    }

    pub(crate) fn text(&self, path: &str) -> &str {
        self.at(path)
            .as_str()
            .unwrap_or_else(|| panic!("{path} is not a text"))
    }

    pub(crate) fn number(&self, path: &str) -> u64 {
        self.at(path)
            .as_u64()
            .unwrap_or_else(|| panic!("{path} is not a number"))
    }

    pub(crate) fn is_true(&self, path: &str) -> bool {
        self.at(path).as_bool() == Some(true)
    }

    /// The texts of the list at `path`, or the one text there.
    pub(crate) fn texts(&self, path: &str) -> Vec<String> {
        texts(self.at(path))
    }

    /// The keys of the mapping at `path`.
    pub(crate) fn names(&self, path: &str) -> BTreeSet<String> {
        let mapping = self
            .at(path)
            .as_mapping()
            .unwrap_or_else(|| panic!("{path} is not a mapping"));
        mapping
            .keys()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    /// The functions, by the names of their resources.
    pub(crate) fn functions(&self) -> BTreeSet<String> {
        let kind = |name: &String| self.text(&format!("Resources.{name}.Type"));
        let resources = self.names("Resources").into_iter();
        let functions: BTreeSet<_> = resources
            .filter(|name| kind(name) == "AWS::Serverless::Function")
            .collect();
        assert!(!functions.is_empty(), "the template has no function");
        functions
    }

    /// The keys of the mapping at `path` whose value is a number, a boolean or null.
    pub(crate) fn bare(&self, path: &str) -> Vec<String> {
        let is_bare = |name: &String| {
            let value = self.at(&format!("{path}.{name}"));
            value.is_number() || value.is_bool() || value.is_null()
        };
        self.names(path).into_iter().filter(is_bare).collect()
    }

    /// The actions that a role is allowed, by resource.
    pub(crate) fn allowed(&self, role: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let policies = self.at(&format!("Resources.{role}.Properties.Policies"));
        for policy in policies.as_sequence().expect("a list of policies") {
            let statements = &policy["PolicyDocument"]["Statement"];
            for statement in statements.as_sequence().expect("a list of statements") {
                assert_eq!(statement["Effect"].as_str(), Some("Allow"));
                for resource in texts(&statement["Resource"]) {
                    allowed
                        .entry(resource)
                        .or_default()
                        .extend(texts(&statement["Action"]));
                }
            }
        }
        allowed
    }
}

fn texts(value: &Value) -> Vec<String> {
    let one = std::slice::from_ref(value);
    let values = value.as_sequence().map_or(one, Vec::as_slice);
    values
        .iter()
        .map(|value| value.as_str().expect("a text").to_owned())
        .collect()
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => untagged(tagged.value),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(untagged).collect()),
        Value::Mapping(mapping) => Value::Mapping(
            mapping
                .into_iter()
                .map(|(name, value)| (name, untagged(value)))
                .collect(),
        ),
        other => other,
    }
}

/// The settings that a function reads from its environment, by the folder of its code.
pub(crate) fn settings_read_by(code: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(code)
        .join("src");
    let mut names = BTreeSet::new();
    for file in fs::read_dir(&folder).expect("the function's folder") {
        let code = fs::read_to_string(file.expect("a file").path()).expect("its text");
        let quoted = code.split('"').skip(1).step_by(2);
        names.extend(quoted.filter(|text| is_setting(text)).map(str::to_owned));
    }
    names
}

/// Whether a string literal is a setting's name. No other literal in these files has this form.
fn is_setting(text: &str) -> bool {
    text.contains('_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
