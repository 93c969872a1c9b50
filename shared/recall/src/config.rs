//! The service's address and the API key.

use std::fmt;

use reqwest::header::HeaderValue;
use url::{Host, Url};

/// The address of one region's deployment. Regions share nothing: keys,
/// calendars, bots and webhook secrets belong to one workspace of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// An address that the API key must not be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the base URL must be https://<region>.recall.ai, without a path; plain http only on a loopback address"
)]
pub struct InvalidBaseUrl;

impl BaseUrl {
    /// Takes an address without a path: https, or http on a loopback address.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url = Url::parse(text).map_err(|_| InvalidBaseUrl)?;
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(_)) | None => false,
        };
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
        let is_bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        if is_safe && is_bare {
            Ok(Self(url))
        } else {
            Err(InvalidBaseUrl)
        }
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
    #[test_case("http://us-east-1.recall.ai", false; "plain http to another machine")]
    #[test_case("http://localhost:80", false; "a name, which may resolve to any address")]
    #[test_case("https://us-east-1.recall.ai/api/v2", false; "with a path")]
    #[test_case("us-east-1.recall.ai", false; "no scheme")]
    fn the_api_key_is_sent_only_to_https_or_loopback(text: &str, accepted: bool) {
        assert_eq!(BaseUrl::parse(text).is_ok(), accepted);
    }

    #[test_case("abc123\n", true; "with a pasted line end")]
    #[test_case("  ", false; "blank")]
    #[test_case("two words", false; "with a blank inside")]
    fn an_api_key_can_be_sent_in_a_header(text: &str, accepted: bool) {
        assert_eq!(ApiKey::parse(text).is_ok(), accepted);
    }
}
