//! The origins whose pages may show the console in a frame.

use std::str::FromStr;

/// Origins that may frame the console, separated by a space each; by default there are none.
///
/// An origin is `https://` with a host, which may begin with `*.`, and a port if it is another one.
/// `http://` is for a page on the same machine only. `*` is any port.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embedders(Vec<String>);

/// A text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin such as https://crm.example")]
pub struct InvalidOrigin(String);

impl Embedders {
    /// The sources of the directive `frame-ancestors`.
    pub(crate) fn frame_ancestors(&self) -> String {
        if self.0.is_empty() {
            "'none'".to_owned()
        } else {
            self.0.join(" ")
        }
    }
}

impl FromStr for Embedders {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let checked = text.split(' ').map(|origin| {
            let is_valid = is_origin(origin);
            let origin = origin.to_owned();
            is_valid
                .then(|| origin.clone())
                .ok_or(InvalidOrigin(origin))
        });
        checked.collect::<Result<_, _>>().map(Self)
    }
}

/// Nothing passes that could begin another source or directive of a policy.
fn is_origin(text: &str) -> bool {
    let (host, is_local) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(host), _) => (host, false),
        (None, Some(host)) => (host, true),
        (None, None) => return false,
    };
    let (host, port) = host.split_once(':').unwrap_or((host, "*"));
    if !is_port(port) {
        return false;
    }
    if is_local {
        return ["localhost", "127.0.0.1"].contains(&host);
    }
    let host = host.strip_prefix("*.").unwrap_or(host);
    host.split('.').all(is_label)
}

fn is_port(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    text == "*" || ((1..=5).contains(&text.len()) && text.bytes().all(is_digit))
}

fn is_label(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("", "'none'"; "nobody")]
    #[test_case("https://crm.example", "https://crm.example"; "one")]
    #[test_case("https://crm.example https://*.acme.example:8443", "https://crm.example https://*.acme.example:8443"; "two")]
    #[test_case("http://localhost:3000 http://127.0.0.1:*", "http://localhost:3000 http://127.0.0.1:*"; "of this machine")]
    fn origins_are_the_sources_of_a_directive(text: &str, expected: &str) {
        let embedders: Embedders = text.parse().expect("origins");
        assert_eq!(embedders.frame_ancestors(), expected);
    }

    #[test_case("*"; "everybody")]
    #[test_case("https://*"; "every host")]
    #[test_case("http://crm.example"; "without encryption")]
    #[test_case("crm.example"; "without a scheme")]
    #[test_case("https://crm.example/"; "with a path")]
    #[test_case("https://crm.example:https"; "no port")]
    #[test_case("https://crm.example  https://b.example"; "two spaces")]
    #[test_case("https://crm.example; script-src *"; "another directive")]
    #[test_case("https://crm.example,https://b.example"; "a comma")]
    #[test_case("'self'"; "a keyword")]
    #[test_case("https://"; "no host")]
    fn what_is_no_origin_is_refused(text: &str) {
        let embedders: Result<Embedders, _> = text.parse();
        embedders.expect_err("it is no origin");
    }
}
