//! Comparison of domains in rules, regardless of case.

use crate::email::Domain;

/// Whether `text` is `domain`, a subdomain of it, or an address in one of these.
pub(crate) fn is_of(text: &str, domain: &str) -> bool {
    let domain = domain.trim();
    let own = text.rsplit('@').next().unwrap_or_default();
    let parsed = [own, domain.strip_prefix('@').unwrap_or(domain)].map(Domain::parse);
    matches!(parsed, [Ok(own), Ok(domain)] if own.is_within(&domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("acme.example", "acme.example", true; "the domain")]
    #[test_case("ACME.example", "acme.EXAMPLE", true; "case")]
    #[test_case("mail.acme.example", "acme.example", true; "a part of it")]
    #[test_case("ann@acme.example", "acme.example", true; "an address")]
    #[test_case("ann@mail.acme.example", "@acme.example", true; "an address in a part, asked with an at")]
    #[test_case("ann@MÜNCHEN.example", "xn--mnchen-3ya.example", true; "another spelling")]
    #[test_case("notacme.example", "acme.example", false; "the same ending")]
    #[test_case("acme.example", "mail.acme.example", false; "the whole of a part")]
    #[test_case("acme.example@other.example", "acme.example", false; "a name like the domain")]
    #[test_case("acme.example.other", "acme.example", false; "the same beginning")]
    #[test_case("acme.example", "", false; "no domain")]
    #[test_case("ann@", "", false; "no domain on either side")]
    #[test_case("", "acme.example", false; "no text")]
    fn compares_domains(text: &str, domain: &str, expected: bool) {
        assert_eq!(is_of(text, domain), expected);
    }
}
