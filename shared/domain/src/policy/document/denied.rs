//! The denied domains of a document: a list, or a list that may be locked.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Domains, with their subdomains, whose people are never recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum DeniedDomains {
    /// The domains. An override of the event or of the whole meeting goes before them.
    List(Vec<String>),
    /// The domains, and whether an override goes before them.
    Keyed(DeniedDomainsDocument),
}

/// Denied domains that may be locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeniedDomainsDocument {
    /// The domains.
    pub domains: Vec<String>,
    /// No override goes before them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}

impl DeniedDomains {
    /// The domains.
    #[must_use]
    pub fn domains(&self) -> &[String] {
        match self {
            Self::List(domains) => domains,
            Self::Keyed(keyed) => &keyed.domains,
        }
    }

    /// Whether no override goes before them.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Keyed(keyed) if keyed.locked)
    }

    /// The place of the list in the document.
    pub(in crate::policy) fn place(&self) -> &'static str {
        match self {
            Self::List(_) => "denied_domains",
            Self::Keyed(_) => "denied_domains.domains",
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.domains().is_empty()
    }
}

impl Default for DeniedDomains {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl From<Vec<String>> for DeniedDomains {
    fn from(domains: Vec<String>) -> Self {
        Self::List(domains)
    }
}

/// Written by hand so that an error names the unknown key; a derived implementation would only
/// say that no variant fits.
impl<'de> Deserialize<'de> for DeniedDomains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrKeys)
    }
}

struct ListOrKeys;

impl<'de> Visitor<'de> for ListOrKeys {
    type Value = DeniedDomains;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of domains, or `domains` with `locked: true`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<DeniedDomains, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(DeniedDomains::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DeniedDomains, A::Error> {
        DeniedDomainsDocument::deserialize(MapAccessDeserializer::new(map))
            .map(DeniedDomains::Keyed)
    }
}
