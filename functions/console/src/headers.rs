//! The headers of every response: nothing is stored, framed, sniffed or sent elsewhere.

use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
pub(crate) const RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// A response that holds data is stored nowhere, not even by the browser of a shared machine.
const NO_STORE: &str = "no-store";
/// The OpenAPI document may be kept, but is asked for again.
const NO_CACHE: &str = "no-cache";

const EVERYWHERE: [(HeaderName, &str); 9] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (OPENER_POLICY, "same-origin"),
    (RESOURCE_POLICY, "same-origin"),
    (
        PERMISSIONS_POLICY,
        "camera=(), microphone=(), geolocation=(), display-capture=()",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (VARY, "Accept, Authorization"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (ROBOTS, "noindex"),
];

/// The headers of a response, with data or without.
pub(crate) fn headers(is_public: bool) -> HeaderMap {
    let fixed = EVERYWHERE.map(|(name, value)| (name, HeaderValue::from_static(value)));
    let mut headers: HeaderMap = fixed.into_iter().collect();
    let caching = if is_public { NO_CACHE } else { NO_STORE };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers
}
