//! E-mail addresses, and their domains, which say who belongs to which company.

use std::fmt;

/// The domain of an address, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// A text that is not a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a domain is written as acme.example, which includes its subdomains")]
pub struct InvalidDomain;

impl Domain {
    /// Parses a domain, in any case.
    ///
    /// # Errors
    /// If it is empty or has a character that no domain has, such as `*` or `@`.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let text = text.trim().to_lowercase();
        let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_');
        let is_label = |label: &str| !label.is_empty() && label.chars().all(is_plain);
        if !text.split('.').all(is_label) {
            return Err(InvalidDomain);
        }
        Ok(Self(text))
    }

    /// The domain as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `other` or a subdomain of it, as `eu.acme.example` is of `acme.example`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let rest = self.0.strip_suffix(other.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An e-mail address in lower case. Its `Debug` shows only the domain: addresses are never
/// logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email {
    text: String,
    at: usize,
}

/// A text that is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address needs a name, an '@' and a domain")]
pub struct InvalidEmail;

impl Email {
    /// Parses an address, in any case.
    ///
    /// # Errors
    /// If there is no name or no domain around the last `@`.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim().to_lowercase();
        let at = text.rfind('@').ok_or(InvalidEmail)?;
        if at == 0 || at + 1 == text.len() || text.chars().any(char::is_whitespace) {
            return Err(InvalidEmail);
        }
        Ok(Self { text, at })
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain after the last `@`.
    #[must_use]
    pub fn domain(&self) -> Domain {
        Domain(self.text[self.at + 1..].to_owned())
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "…{}", &self.text[self.at..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("sales@acme.example", Some("acme.example"); "usual")]
    #[test_case(" Sales@ACME.example ", Some("acme.example"); "case and blanks")]
    #[test_case("\"team@sales\"@acme.example", Some("acme.example"); "the last at counts")]
    #[test_case("acme.example", None; "no at")]
    #[test_case("@acme.example", None; "no name")]
    #[test_case("sales@", None; "no domain")]
    #[test_case("two words@acme.example", None; "a blank inside")]
    fn reads_the_domain(text: &str, domain: Option<&str>) {
        let read = Email::parse(text).ok().map(|email| email.domain());
        assert_eq!(read.as_ref().map(Domain::as_str), domain);
    }

    #[test_case("acme.example", "acme.example", true; "the same")]
    #[test_case("EU.Acme.example", "acme.EXAMPLE", true; "a subdomain, in any case")]
    #[test_case("a.b.acme.example", "acme.example", true; "a subdomain of a subdomain")]
    #[test_case("acme.example", "eu.acme.example", false; "a domain is not within its subdomain")]
    #[test_case("us.acme.example", "eu.acme.example", false; "nor one subdomain within another")]
    #[test_case("notacme.example", "acme.example", false; "another with the same ending")]
    #[test_case("globex.example", "acme.example", false; "another")]
    fn knows_subdomains(domain: &str, whole: &str, expected: bool) {
        let [domain, whole] = [domain, whole].map(|domain| {
            let email = Email::parse(&format!("sales@{domain}"));
            email.expect("an address").domain()
        });
        assert_eq!(domain.is_within(&whole), expected);
    }

    #[test]
    fn debug_hides_the_name() {
        let email = Email::parse("sales@acme.example").expect("an address");
        assert_eq!(format!("{email:?}"), "…@acme.example");
    }
}
