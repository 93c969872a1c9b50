//! What a policy writes with keys is read with keys alone.
//!
//! The derived readers also take a list of the values in order, which no schema knows, and which
//! would give a value another meaning with the next field.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Reads a document.
pub(in crate::policy) fn from_json<'de, T: Deserialize<'de>>(
    json: &'de str,
) -> serde_json::Result<T> {
    serde_json::from_str(json).map(|Keyed(value)| value)
}

/// Reads a part, or none.
pub(in crate::policy) fn optional<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let read: Option<Keyed<T>> = Option::deserialize(deserializer)?;
    Ok(read.map(|Keyed(value)| value))
}

/// Reads a list of parts.
pub(in crate::policy) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let read: Vec<Keyed<T>> = Vec::deserialize(deserializer)?;
    Ok(read.into_iter().map(|Keyed(value)| value).collect())
}

/// Reads a list of parts, or none.
pub(in crate::policy) fn optional_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let read: Option<Vec<Keyed<T>>> = Option::deserialize(deserializer)?;
    Ok(read.map(|list| list.into_iter().map(|Keyed(value)| value).collect()))
}

struct Keyed<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(OnlyKeys(PhantomData))
            .map(Self)
    }
}

struct OnlyKeys<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyKeys<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("keys with values")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}
