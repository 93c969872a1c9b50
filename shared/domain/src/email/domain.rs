//! Domains, in one form each.

use std::borrow::Borrow;
use std::fmt;
use std::iter::successors;

/// The domain of an address, in the form of the DNS: lower case, and letters outside of ASCII
/// encoded, so that `münchen.example` and `xn--mnchen-3ya.example` are one domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// A text that is not a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a domain is written as acme.example, which includes its subdomains")]
pub struct InvalidDomain;

/// The longest name in the DNS, in bytes.
const LONGEST: usize = 253;

impl Domain {
    /// Parses a domain, in any case, with or without the dot of the DNS root at its end.
    ///
    /// # Errors
    /// If it is empty or has a character that no domain has, such as `*` or `@`.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let ascii = idna::domain_to_ascii(text.trim()).map_err(|_| InvalidDomain)?;
        let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_plain);
        if ascii.len() > LONGEST || !ascii.split('.').all(is_label) {
            return Err(InvalidDomain);
        }
        Ok(Self(ascii.to_owned()))
    }

    /// The domain of an address, which is in the form of the DNS already.
    pub(super) fn of_address(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The domain as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain, and those that it is within: `eu.acme.example`, `acme.example`, `example`.
    pub(crate) fn with_parents(&self) -> impl Iterator<Item = &str> {
        successors(Some(self.as_str()), |name| {
            name.split_once('.').map(|(_, parent)| parent)
        })
    }

    /// Whether this is `other` or a subdomain of it, as `eu.acme.example` is of `acme.example`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        is_within(&self.0, other.as_str())
    }
}

/// Whether `domain`, in the form of the DNS, is `whole` or a subdomain of it.
pub(super) fn is_within(domain: &str, whole: &str) -> bool {
    let rest = domain.strip_suffix(whole);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Domains are looked up by their text.
impl Borrow<str> for Domain {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("acme.example", "acme.example", true; "the same")]
    #[test_case("EU.Acme.example", "acme.EXAMPLE", true; "a subdomain, in any case")]
    #[test_case("a.b.acme.example", "acme.example", true; "a subdomain of a subdomain")]
    #[test_case("acme.example", "eu.acme.example", false; "a domain is not within its subdomain")]
    #[test_case("us.acme.example", "eu.acme.example", false; "nor one subdomain within another")]
    #[test_case("notacme.example", "acme.example", false; "another with the same ending")]
    #[test_case("globex.example", "acme.example", false; "another")]
    fn knows_subdomains(domain: &str, whole: &str, expected: bool) {
        let [domain, whole] = [domain, whole].map(|text| Domain::parse(text).expect("a domain"));
        assert_eq!(domain.is_within(&whole), expected);
    }

    #[test_case("ACME.Example"; "case")]
    #[test_case("acme.example."; "the dot of the root")]
    #[test_case(" acme.example "; "blanks around")]
    #[test_case("ａｃｍｅ.example"; "full-width letters")]
    #[test_case("acme。example"; "an ideographic full stop")]
    #[test_case("ac\u{ad}me.example"; "a soft hyphen")]
    fn one_domain_has_one_form(text: &str) {
        assert_eq!(Domain::parse(text), Domain::parse("acme.example"));
    }

    #[test]
    fn letters_outside_of_ascii_have_the_form_of_the_dns() {
        let forms = [
            "münchen.example",
            "MÜNCHEN.example",
            "mu\u{308}nchen.example",
            "xn--mnchen-3ya.example",
            "XN--MNCHEN-3YA.example",
        ];
        for form in forms {
            let domain = Domain::parse(form).expect("a domain");
            assert_eq!(domain.as_str(), "xn--mnchen-3ya.example");
        }
    }

    #[test_case(""; "nothing")]
    #[test_case("."; "a dot")]
    #[test_case("acme..example"; "an empty label")]
    #[test_case("*.acme.example"; "a sign for all")]
    #[test_case("jane@acme.example"; "an address")]
    #[test_case("acme example"; "a blank inside")]
    #[test_case("[192.0.2.1]"; "a literal of an address")]
    #[test_case("xn--\u{fffd}.example"; "what encodes no letters")]
    fn is_no_domain(text: &str) {
        assert_eq!(Domain::parse(text), Err(InvalidDomain));
    }
}
