//! The bodies of requests: JSON of a known form, and not large.

use callsheet_runtime::HttpRequest;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::Refused;

/// The longest body, in bytes.
const LONGEST: usize = 64 * 1024;
const JSON: &str = "application/json";

const YAML: &str = "application/yaml";

/// Reads the body of a request. `expected` is its form, for a person.
pub(crate) fn body<T: DeserializeOwned>(
    request: &HttpRequest,
    expected: &str,
) -> Result<T, Refused> {
    if !is_of_kind(request, JSON) {
        return Err(Refused::NotJson);
    }
    if request.body.len() > LONGEST {
        return Err(Refused::TooLarge);
    }
    // A derived reader would take a list for an object, member by member.
    let read = serde_json::from_slice::<Map<String, Value>>(&request.body);
    let read = read.and_then(|members| serde_json::from_value(Value::Object(members)));
    // The error of the parser is not repeated: it may hold what was sent.
    read.map_err(|_| Refused::invalid("body", &format!("expected {expected}")))
}

/// The text of a request, and whether it is JSON; else it is YAML.
pub(crate) fn text(request: &HttpRequest) -> Result<(String, bool), Refused> {
    let is_json = is_of_kind(request, JSON);
    if !is_json && !is_of_kind(request, YAML) {
        return Err(Refused::NeitherJsonNorYaml);
    }
    if request.body.len() > LONGEST {
        return Err(Refused::TooLarge);
    }
    let text = std::str::from_utf8(&request.body);
    let text = text.map_err(|_| Refused::invalid("body", "expected text in UTF-8"))?;
    Ok((text.to_owned(), is_json))
}

fn is_of_kind(request: &HttpRequest, expected: &str) -> bool {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(expected)
}
