//! Where people sign in with a company login, as the parameter `ConsoleSignIn` says it.

use std::str::FromStr;

/// The issuer at which people sign in, and the claim by which it names operators.
///
/// Written as `<issuer> <client id> <authorization URL> <token URL> <claim>=<value>`, separated by
/// one space each: the template takes issuer and client out of the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The issuer, as its ID tokens name it.
    pub(crate) issuer: String,
    /// The id of the console among the clients of the issuer: the audience of its ID tokens.
    pub(crate) client: String,
    /// Where a person signs in.
    pub(crate) authorization_url: String,
    /// Where the page redeems the code that the person comes back with.
    pub(crate) token_url: String,
    /// The claim that makes an operator.
    pub(crate) operator_claim: String,
    /// The value of that claim, or one of its values.
    pub(crate) operator_value: String,
}

/// A text that does not say where people sign in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an issuer, a client id, an authorization URL, a token URL and claim=value, separated by spaces"
)]
pub struct InvalidSignIn;

impl FromStr for SignIn {
    type Err = InvalidSignIn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<_> = text.split(' ').collect();
        let [issuer, client, authorization_url, token_url, operator] = parts.as_slice() else {
            return Err(InvalidSignIn);
        };
        let (claim, value) = operator.split_once('=').ok_or(InvalidSignIn)?;
        let are_urls = [issuer, authorization_url, token_url]
            .into_iter()
            .all(|url| is_url(url));
        let are_words = [*client, claim, value].into_iter().all(is_word);
        if !are_urls || !are_words {
            return Err(InvalidSignIn);
        }
        Ok(Self {
            issuer: (*issuer).to_owned(),
            client: (*client).to_owned(),
            authorization_url: (*authorization_url).to_owned(),
            token_url: (*token_url).to_owned(),
            operator_claim: claim.to_owned(),
            operator_value: value.to_owned(),
        })
    }
}

/// Nothing passes that could begin another source or directive of a policy, or another parameter
/// of an address. `http://` is for an issuer on the same machine only.
fn is_url(text: &str) -> bool {
    let (rest, is_local) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = if is_local {
        ["localhost", "127.0.0.1"].contains(&host)
    } else {
        host.split('.').all(is_label)
    };
    let is_of_path = |byte: u8| byte.is_ascii_alphanumeric() || b"._~%/-".contains(&byte);
    is_host && is_port && path.bytes().all(is_of_path)
}

fn is_label(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_plain)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const OPERATORS: &str = "https://id.acme.example/ callsheet https://id.acme.example/authorize \
                             https://id.acme.example/token groups=callsheet-operators";

    #[test]
    fn the_parts_are_taken_apart() {
        let sign_in: SignIn = OPERATORS.parse().expect("five parts");
        assert_eq!(
            sign_in,
            SignIn {
                issuer: "https://id.acme.example/".to_owned(),
                client: "callsheet".to_owned(),
                authorization_url: "https://id.acme.example/authorize".to_owned(),
                token_url: "https://id.acme.example/token".to_owned(),
                operator_claim: "groups".to_owned(),
                operator_value: "callsheet-operators".to_owned(),
            }
        );
    }

    #[test_case("groups=callsheet-operators", "https://acme.example/roles=a=b"; "a claim with the name of an address, a value with a sign")]
    #[test_case("callsheet", "1234-abc.apps.googleusercontent.com"; "another client")]
    #[test_case("https://id.acme.example/token", "http://127.0.0.1:4711/token"; "an issuer on this machine")]
    #[test_case("https://id.acme.example/authorize", "https://id.acme.example:8443/a-1/v2.0/authorize"; "a port and a path")]
    fn other_parts_are_taken(part: &str, other: &str) {
        let text = OPERATORS.replacen(part, other, 1);
        text.parse::<SignIn>().expect("five parts");
    }

    #[test_case(OPERATORS, ""; "nothing")]
    #[test_case(" callsheet", ""; "four parts")]
    #[test_case(" callsheet", "  callsheet"; "two spaces")]
    #[test_case("groups=callsheet-operators", "groups"; "a claim without a value")]
    #[test_case("groups=callsheet-operators", "groups="; "an empty value")]
    #[test_case("groups=callsheet-operators", "=operators"; "a claim without a name")]
    #[test_case("https://id.acme.example/ ", "id.acme.example "; "no scheme")]
    #[test_case("https://id.acme.example/ ", "http://id.acme.example/ "; "without encryption")]
    #[test_case("/token", "/token;script-src"; "another directive of the policy")]
    #[test_case("/token", "/token?a=b"; "a query")]
    #[test_case("https://id.acme.example/token", "https:///token"; "no host")]
    #[test_case("https://id.acme.example/token", "https://*.acme.example/token"; "every host")]
    fn what_is_no_sign_in_is_refused(part: &str, other: &str) {
        let text = OPERATORS.replacen(part, other, 1);
        text.parse::<SignIn>().expect_err("it is none");
    }
}
