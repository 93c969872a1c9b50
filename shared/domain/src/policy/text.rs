//! Comparison of texts in rules: by whole words and by domains, regardless of case.

use crate::email::Domain;

/// Whether `text` contains `words`, as whole words and in that order.
///
/// A word is a run of letters and digits, so `1:1` is in `Sales 1-1 Support`, but not in
/// `11:10`. A text without letters and digits is compared as it is; blanks never match.
pub(crate) fn has_word(text: &str, words: &str) -> bool {
    let wanted = runs(words);
    if wanted.is_empty() {
        let sign = words.trim();
        return !sign.is_empty() && text.contains(sign);
    }
    runs(text)
        .windows(wanted.len())
        .any(|window| window == wanted.as_slice())
}

fn runs(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty())
        .map(str::to_lowercase)
        .collect()
}

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

    #[test_case("Weekly sync", "weekly sync", true; "the whole text")]
    #[test_case("The WEEKLY\tSync, again", "weekly sync", true; "case, blanks and signs between")]
    #[test_case("Interviewing sales", "interview", false; "a part of a word")]
    #[test_case("(interview)", "interview", true; "signs around")]
    #[test_case("sync weekly", "weekly sync", false; "another order")]
    #[test_case("weekly team sync", "weekly sync", false; "a word between")]
    #[test_case("Sales 1:1 Support", "1:1", true; "digits and a sign")]
    #[test_case("Sales 1-1 Support", "1:1", true; "another sign")]
    #[test_case("at 11:10", "1:1", false; "parts of numbers")]
    #[test_case("Gespräch über ÖPNV", "öpnv", true; "letters of any alphabet")]
    #[test_case("<> weekly", "<>", true; "a sign alone")]
    #[test_case("weekly", "<>", false; "a sign that is not there")]
    #[test_case("weekly", "", false; "nothing")]
    #[test_case("a b", " ", false; "a blank")]
    #[test_case("", "weekly", false; "no text")]
    fn finds_whole_words(text: &str, words: &str, expected: bool) {
        assert_eq!(has_word(text, words), expected);
    }

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
