//! The line and column of each value of a policy file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

/// A line and a column, from 1.
pub(crate) type LineColumn = (u64, u64);

/// The places of keys and of entries of lists, by their path in the document.
#[derive(Debug, Default)]
pub(crate) struct SourceMap(BTreeMap<String, LineColumn>);

impl SourceMap {
    /// The place of `path`, such as `rules[2].when`; of what is missing, that of the object
    /// around it.
    pub(crate) fn find(&self, path: &str) -> Option<LineColumn> {
        let mut path = path;
        loop {
            if let Some(found) = self.0.get(path) {
                return Some(*found);
            }
            let end = path.rfind(['.', '['])?;
            path = &path[..end];
        }
    }

    fn add(&mut self, path: &str, at: Location) {
        self.0.insert(path.to_owned(), (at.line(), at.column()));
    }
}

/// A value of YAML, which JSON is too, with the place of each part.
pub(crate) enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Object(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl Node {
    /// The value without places; adds the places to `map`.
    pub(crate) fn into_value(self, path: &str, map: &mut SourceMap) -> Value {
        match self {
            Self::Scalar(value) => value,
            Self::List(items) => {
                let items = items.into_iter().enumerate();
                let values = items.map(|(index, item)| {
                    let path = format!("{path}[{index}]");
                    map.add(&path, item.referenced);
                    item.value.into_value(&path, map)
                });
                Value::Array(values.collect())
            }
            Self::Object(fields) => {
                let mut object = Map::new();
                for (key, value) in fields {
                    let dot = if path.is_empty() { "" } else { "." };
                    let path = format!("{path}{dot}{}", key.value);
                    map.add(&path, key.referenced);
                    object.insert(key.value, value.value.into_value(&path, map));
                }
                Value::Object(object)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Scalar(flag.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(text.into()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = object.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Object(fields))
    }
}
