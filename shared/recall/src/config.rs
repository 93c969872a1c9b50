//! The service's address and the API key.

use std::fmt;
use std::net::Ipv4Addr;

use reqwest::header::HeaderValue;
use url::Url;

/// The address of one region's deployment. Regions share nothing: keys,
/// calendars, bots and webhook secrets belong to one workspace of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// An address that the API key must not be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the base URL must be https://<region>.recall.ai, without a path, or a loopback address such as http://127.0.0.1:4010"
)]
pub struct InvalidBaseUrl;

impl BaseUrl {
    /// Takes the address of a region, or a loopback address, without a path.
    ///
    /// The template allows the same texts: a function must not fail to start on a
    /// parameter that was accepted.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let authority = |scheme| {
            let authority = text.strip_prefix(scheme)?;
            Some(authority.strip_suffix('/').unwrap_or(authority))
        };
        let https = authority("https://");
        let is_allowed = https.is_some_and(is_of_recall)
            || https.or(authority("http://")).is_some_and(is_loopback);
        if !is_allowed {
            return Err(InvalidBaseUrl);
        }
        Url::parse(text).map(Self).map_err(|_| InvalidBaseUrl)
    }

    /// The address of `path`, whose segments must be safe in a path.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether `url` has the same origin, so that the API key may be sent to it.
    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }
}

/// Whether a host is a name under `recall.ai`.
fn is_of_recall(host: &str) -> bool {
    let is_part = |part: &str| {
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(is_known)
    };
    let region = host.strip_suffix(".recall.ai");
    region.is_some_and(|region| region.split(['.', '-']).all(is_part))
}

/// Whether an address, with a port or without, is a loopback address.
fn is_loopback(authority: &str) -> bool {
    let (is_loopback, port) = if let Some(port) = authority.strip_prefix("[::1]") {
        (true, port)
    } else {
        let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
        let address = host.parse::<Ipv4Addr>();
        (address.is_ok_and(|address| address.is_loopback()), port)
    };
    let is_port = |port: &str| {
        let is_digits = port.bytes().all(|byte| byte.is_ascii_digit());
        is_digits && !port.starts_with('0') && port.parse::<u16>().is_ok()
    };
    is_loopback && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// The workspace's API key, as the value of the `Authorization` header. Its
/// `Debug` hides it, and the HTTP client neither logs nor indexes it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(HeaderValue);

/// A text that cannot be sent in a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the API key must be a non-empty line of visible ASCII characters")]
pub struct InvalidApiKey;

impl ApiKey {
    /// Takes a key, without white space around it.
    ///
    /// # Errors
    /// If it is empty, or cannot be sent in a header.
    pub fn parse(text: &str) -> Result<Self, InvalidApiKey> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidApiKey);
        }
        let mut header =
            HeaderValue::try_from(format!("Token {text}")).map_err(|_| InvalidApiKey)?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// The value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("https://us-east-1.recall.ai", true; "a region")]
    #[test_case("http://127.0.0.1:4567", true; "a stand-in on this machine")]
    #[test_case("https://us-east-1.recall.ai/", true; "a region with a slash")]
    #[test_case("http://[::1]:4567", true; "the loopback address of version 6")]
    #[test_case("https://127.3.2.1", true; "another loopback address")]
    #[test_case("http://us-east-1.recall.ai", false; "plain http to another machine")]
    #[test_case("https://recall.example", false; "another domain")]
    #[test_case("https://us-east-1.recall.ai.example", false; "a domain that begins as ours")]
    #[test_case("https://us-east-1-recall.ai", false; "a domain that ends as ours")]
    #[test_case("https://recall.ai", false; "no region")]
    #[test_case("https://us-east-1.recall.ai:8443", false; "with a port")]
    #[test_case("https://a@us-east-1.recall.ai", false; "with a user")]
    #[test_case("https://us-east-1.recall.ai?x", false; "with a query")]
    #[test_case("https://xn--a.recall.ai", false; "with an encoded name")]
    #[test_case("http://127.0.0.1:0", false; "port 0")]
    #[test_case("http://127.0.0.1:70000", false; "no port")]
    #[test_case("http://128.0.0.1", false; "no loopback address")]
    #[test_case("http://0.0.0.0:80", false; "any address")]
    #[test_case("http://localhost:80", false; "a name, which may resolve to any address")]
    #[test_case("https://us-east-1.recall.ai/api/v2", false; "with a path")]
    #[test_case("us-east-1.recall.ai", false; "no scheme")]
    fn the_api_key_is_sent_only_to_recall_or_loopback(text: &str, accepted: bool) {
        assert_eq!(BaseUrl::parse(text).is_ok(), accepted);
    }

    #[test_case("abc123\n", true; "with a pasted line end")]
    #[test_case("  ", false; "blank")]
    #[test_case("two words", false; "with a blank inside")]
    fn an_api_key_can_be_sent_in_a_header(text: &str, accepted: bool) {
        assert_eq!(ApiKey::parse(text).is_ok(), accepted);
    }
}
