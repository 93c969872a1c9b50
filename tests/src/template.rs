//! A reader of `template.yaml`. A tag such as `!Ref` or `!GetAtt` is replaced by its value.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml_ng::Value;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The deployed template. A method panics if a path leads nowhere.
#[derive(Debug)]
pub struct Template(Value);

impl Template {
    /// Reads the template.
    ///
    /// # Panics
    /// If it is not YAML.
    #[must_use]
    pub fn read() -> Self {
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

    /// The text at `path`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        self.at(path)
            .as_str()
            .unwrap_or_else(|| panic!("{path} is not a text"))
    }

    /// The number at `path`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn number(&self, path: &str) -> u64 {
        self.at(path)
            .as_u64()
            .unwrap_or_else(|| panic!("{path} is not a number"))
    }

    /// The number at `path`, or of a parameter, or the one that a condition chooses if every
    /// parameter has its default.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn number_by_default(&self, path: &str) -> i64 {
        let value = self.at(path);
        let chosen = value.as_sequence().and_then(|choice| {
            let holds = self.holds_by_default(choice[0].as_str()?);
            choice.get(if holds { 1 } else { 2 })
        });
        let chosen = chosen.unwrap_or(value);
        let parameter = chosen.as_str();
        let number = parameter.map_or_else(
            || chosen.as_i64(),
            |name| self.at(&format!("Parameters.{name}.Default")).as_i64(),
        );
        number.unwrap_or_else(|| panic!("{path} is not a number"))
    }

    /// Whether a condition holds if every parameter has its default.
    fn holds_by_default(&self, condition: &str) -> bool {
        let condition = self.at(&format!("Conditions.{condition}"));
        let (pair, is_negated) = match condition.get(0) {
            Some(inner) if inner.is_sequence() => (inner, true),
            _ => (condition, false),
        };
        let parameter = pair[0].as_str().expect("a parameter");
        (self.at(&format!("Parameters.{parameter}.Default")) == &pair[1]) != is_negated
    }

    /// Whether `true` stands at `path`.
    #[must_use]
    pub fn is_true(&self, path: &str) -> bool {
        self.at(path).as_bool() == Some(true)
    }

    /// The texts of the list at `path`, or the one text there.
    #[must_use]
    pub fn texts(&self, path: &str) -> Vec<String> {
        texts(self.at(path))
    }

    /// How many items the list at `path` has.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.at(path)
            .as_sequence()
            .unwrap_or_else(|| panic!("{path} is not a list"))
            .len()
    }

    /// The keys of the mapping at `path`.
    ///
    /// # Panics
    /// If the template has another form.
    #[must_use]
    pub fn names(&self, path: &str) -> BTreeSet<String> {
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
    ///
    /// # Panics
    /// If the template has another form.
    #[must_use]
    pub fn functions(&self) -> BTreeSet<String> {
        let kind = |name: &String| self.text(&format!("Resources.{name}.Type"));
        let resources = self.names("Resources").into_iter();
        let functions: BTreeSet<_> = resources
            .filter(|name| kind(name) == "AWS::Serverless::Function")
            .collect();
        assert!(!functions.is_empty(), "the template has no function");
        functions
    }

    /// The keys of the mapping at `path` whose value is a number, a boolean or null.
    #[must_use]
    pub fn bare(&self, path: &str) -> Vec<String> {
        let is_bare = |name: &String| {
            let value = self.at(&format!("{path}.{name}"));
            value.is_number() || value.is_bool() || value.is_null()
        };
        self.names(path).into_iter().filter(is_bare).collect()
    }

    /// The actions that a role is always allowed, by resource.
    ///
    /// # Panics
    /// If the template has another form.
    #[must_use]
    pub fn allowed(&self, role: &str) -> BTreeMap<String, BTreeSet<String>> {
        allowed(self.statements(role, None))
    }

    /// The actions that a role is allowed if a condition holds, besides those that it always is.
    ///
    /// # Panics
    /// If the template has another form.
    #[must_use]
    pub fn allowed_if(&self, condition: &str, role: &str) -> BTreeMap<String, BTreeSet<String>> {
        allowed(self.statements(role, Some(condition)))
    }

    /// The partitions of a table to which a role may always make requests of this action, as
    /// patterns of the condition on `dynamodb:LeadingKeys`: those of each statement, `*` without a
    /// condition.
    ///
    /// # Panics
    /// If the role has no list of policies, or a condition holds for requests without a key.
    #[must_use]
    pub fn partitions(&self, role: &str, action: &str, table: &str) -> Vec<String> {
        partitions(self.statements(role, None), action, table)
    }

    /// The partitions of which the same holds if a condition holds, besides those others.
    ///
    /// # Panics
    /// If the template has another form.
    #[must_use]
    pub fn partitions_if(
        &self,
        condition: &str,
        role: &str,
        action: &str,
        table: &str,
    ) -> Vec<String> {
        partitions(self.statements(role, Some(condition)), action, table)
    }

    /// The statements of the policies that a role always has, or only if a condition holds.
    fn statements(&self, role: &str, condition: Option<&str>) -> impl Iterator<Item = &Value> {
        let policies = self.at(&format!("Resources.{role}.Properties.Policies"));
        let policies = policies.as_sequence().expect("a list of policies");
        let chosen = policies.iter().filter_map(move |policy| {
            let Some(choice) = policy.as_sequence() else {
                return condition.is_none().then_some(policy);
            };
            let [held, chosen, otherwise] = choice.as_slice() else {
                panic!("{role} has a choice of another form");
            };
            assert_eq!(otherwise.as_str(), Some("AWS::NoValue"), "{role}");
            (held.as_str() == condition).then_some(chosen)
        });
        chosen.flat_map(|policy| {
            let statements = &policy["PolicyDocument"]["Statement"];
            statements.as_sequence().expect("a list of statements")
        })
    }
}

fn allowed<'a>(statements: impl Iterator<Item = &'a Value>) -> BTreeMap<String, BTreeSet<String>> {
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for statement in statements {
        assert_eq!(statement["Effect"].as_str(), Some("Allow"));
        for resource in texts(&statement["Resource"]) {
            let actions = allowed.entry(resource).or_default();
            actions.extend(texts(&statement["Action"]));
        }
    }
    allowed
}

fn partitions<'a>(
    statements: impl Iterator<Item = &'a Value>,
    action: &str,
    table: &str,
) -> Vec<String> {
    let mut partitions = Vec::new();
    for statement in statements {
        let has = |member: &str, value: &str| {
            let texts = texts(&statement[member]);
            texts.iter().any(|text| text == value)
        };
        if !has("Action", action) || !has("Resource", table) {
            continue;
        }
        let condition = &statement["Condition"];
        let keys = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
        if keys.is_null() {
            partitions.push("*".to_owned());
            continue;
        }
        partitions.extend(texts(keys));
    }
    partitions
}

fn texts(value: &Value) -> Vec<String> {
    let one = std::slice::from_ref(value);
    let values = value.as_sequence().map_or(one, Vec::as_slice);
    // An item may be one that a condition chooses: then the one that is there if it holds.
    let item = |value: &Value| value.get(1).unwrap_or(value).as_str().map(str::to_owned);
    values
        .iter()
        .map(|value| item(value).expect("a text"))
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
