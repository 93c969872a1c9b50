//! Problems: the answers of the HTTP API that are errors, in the form of RFC 9457.

use schemars::JsonSchema;
use serde::Serialize;

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// The kind of problem: `urn:callsheet:problem:` and a name that does not change.
    #[serde(rename = "type")]
    pub kind: String,
    /// What to do next, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The request, by its id in the logs.
    pub instance: String,
    /// Seconds after which a repetition may succeed; none if none would.
    pub retry_after: Option<u64>,
    /// Each invalid part of the request; empty unless the kind is `invalid`.
    pub problems: Vec<InvalidPart>,
}

/// An invalid part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InvalidPart {
    /// The parameter, or the path in the body.
    pub place: String,
    /// What is expected.
    pub detail: String,
}
