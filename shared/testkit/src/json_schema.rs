//! Holds a JSON document to a schema, strictly: also a member that the schema does not
//! name is a violation, since a document must not say more than is published.
//!
//! Knows the keywords that `schemars` writes for the documents of this workspace, and
//! refuses others, so that no part of a schema is skipped unseen.

use serde_json::{Map, Value};

/// Keywords that explain and do not restrict. The range of a number is in its type.
const NOT_CHECKED: [&str; 7] = [
    "$schema",
    "$defs",
    "title",
    "description",
    "format",
    "minimum",
    "maximum",
];

/// The violations of `schema` in `document`, each with its place.
#[must_use]
pub fn schema_violations(schema: &Value, document: &Value) -> Vec<String> {
    schema_violations_within(schema, schema, document)
}

/// The same for a schema that is a part of `root`, in which its references are resolved.
#[must_use]
pub fn schema_violations_within(root: &Value, schema: &Value, document: &Value) -> Vec<String> {
    let mut check = Check {
        root,
        violations: Vec::new(),
    };
    check.value(schema, document, "$");
    check.violations
}

struct Check<'a> {
    root: &'a Value,
    violations: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, document: &Value, place: &str) {
        let schema = match schema {
            Value::Bool(true) => return,
            Value::Object(schema) => schema,
            _ => return self.report(place, "the schema allows nothing here"),
        };
        if let Some(target) = schema.get("$ref") {
            let target = target.as_str().and_then(|target| target.strip_prefix('#'));
            match target.and_then(|target| self.root.pointer(target)) {
                Some(target) => self.value(&target.clone(), document, place),
                None => self.report(place, "the schema refers to nothing"),
            }
        }
        for (keyword, value) in schema {
            match keyword.as_str() {
                "type" => self.kind(value, document, place),
                "enum" => {
                    let is_one = value.as_array().is_some_and(|all| all.contains(document));
                    self.require(is_one, place, "is none of the listed values");
                }
                "const" => self.require(value == document, place, "is another value"),
                "anyOf" | "oneOf" => self.alternatives(value, document, place),
                "required" => self.required(value, document, place),
                "items" => self.items(value, document, place),
                "properties" | "additionalProperties" | "$ref" => {}
                keyword if NOT_CHECKED.contains(&keyword) => {}
                "uniqueItems" => {}
                keyword => self.report(place, &format!("unknown keyword {keyword}")),
            }
        }
        self.members(schema, document, place);
    }

    fn kind(&mut self, kinds: &Value, document: &Value, place: &str) {
        let is = |kind: &Value| match kind.as_str() {
            Some("null") => document.is_null(),
            Some("boolean") => document.is_boolean(),
            Some("integer") => document.is_i64() || document.is_u64(),
            Some("number") => document.is_number(),
            Some("string") => document.is_string(),
            Some("array") => document.is_array(),
            Some("object") => document.is_object(),
            _ => false,
        };
        let is_one = match kinds {
            Value::Array(kinds) => kinds.iter().any(is),
            kind => is(kind),
        };
        self.require(is_one, place, &format!("is not of type {kinds}"));
    }

    fn alternatives(&mut self, schemas: &Value, document: &Value, place: &str) {
        let schemas = schemas.as_array().map(Vec::as_slice).unwrap_or_default();
        let fits = |schema: &Value| {
            let mut check = Check {
                root: self.root,
                violations: Vec::new(),
            };
            check.value(schema, document, place);
            check.violations.is_empty()
        };
        let is_one = schemas.iter().any(fits);
        self.require(is_one, place, "fits none of the alternatives");
    }

    fn required(&mut self, names: &Value, document: &Value, place: &str) {
        let names = names.as_array().map(Vec::as_slice).unwrap_or_default();
        for name in names.iter().filter_map(Value::as_str) {
            let is_there = document.get(name).is_some() || !document.is_object();
            self.require(is_there, place, &format!("has no {name}"));
        }
    }

    fn items(&mut self, schema: &Value, document: &Value, place: &str) {
        let items = document.as_array().map(Vec::as_slice).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            self.value(schema, item, &format!("{place}[{index}]"));
        }
    }

    fn members(&mut self, schema: &Map<String, Value>, document: &Value, place: &str) {
        let named = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let (Some(members), true) = (
            document.as_object(),
            named.is_some() || others.is_some() || schema.get("type") == Some(&"object".into()),
        ) else {
            return;
        };
        for (name, value) in members {
            let place = format!("{place}.{name}");
            match named.and_then(|named| named.get(name)).or(others) {
                Some(schema) => self.value(schema, value, &place),
                None => self.report(&place, "is not in the schema"),
            }
        }
    }

    fn require(&mut self, holds: bool, place: &str, problem: &str) {
        if !holds {
            self.report(place, problem);
        }
    }

    fn report(&mut self, place: &str, problem: &str) {
        self.violations.push(format!("{place} {problem}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "count": {"type": ["integer", "null"]},
                "state": {"$ref": "#/$defs/State"},
                "names": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["id"],
            "$defs": {"State": {"oneOf": [{"const": "on"}, {"const": "off"}]}},
        })
    }

    #[test]
    fn a_document_that_follows_its_schema_has_no_violation() {
        let document = json!({"id": "a", "count": null, "state": "on", "names": ["b"]});
        assert_eq!(
            schema_violations(&schema(), &document),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_violation_is_reported_with_its_place() {
        let document = json!({"count": "1", "state": "idle", "names": [1], "more": true});
        let violations = schema_violations(&schema(), &document);
        for expected in [
            "$ has no id",
            "$.count is not of type",
            "$.state fits none",
            "$.names[0] is not of type",
            "$.more is not in the schema",
        ] {
            let is_reported = violations.iter().any(|one| one.starts_with(expected));
            assert!(is_reported, "{expected}: {violations:?}");
        }
    }

    #[test]
    fn a_keyword_that_is_not_checked_is_a_violation() {
        let violations = schema_violations(&json!({"pattern": "a"}), &json!("b"));
        assert_eq!(violations, ["$ unknown keyword pattern"]);
    }
}
