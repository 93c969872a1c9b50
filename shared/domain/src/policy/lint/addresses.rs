//! Addresses that nobody has.

use super::domains;
use super::words::is_invisible;
use crate::email::Email;
use crate::policy::problem::Place;

/// Checks a list of addresses.
pub(super) fn list(written: &[String], place: &mut Place<'_>) {
    for (index, text) in written.iter().enumerate() {
        let same = |other: &String| other.trim().eq_ignore_ascii_case(text.trim());
        if let Some(problem) = problem(text) {
            place.item(index).report(problem);
        } else if written[..index].iter().any(same) {
            place
                .item(index)
                .report(format!("`{text}` is in the list twice"));
        }
    }
}

/// Checks a list of addresses and domains.
pub(super) fn organizers(written: &[String], place: &mut Place<'_>) {
    for (index, text) in written.iter().enumerate() {
        let is_address = text.contains('@') && !text.starts_with('@');
        let found = if is_address {
            problem(text)
        } else {
            domains::problem(text, written)
        };
        if let Some(problem) = found {
            place.item(index).report(problem);
        } else if written[..index].contains(text) {
            place
                .item(index)
                .report(format!("`{text}` is in the list twice"));
        }
    }
}

/// What is wrong with one address.
pub(super) fn problem(text: &str) -> Option<String> {
    let email = Email::parse(text).ok()?;
    let domain = email.domain();
    let address = email.as_str();
    let local = &address[..address.len() - domain.as_str().len() - 1];
    if local == "*" {
        return Some(format!(
            "`{text}` is nobody's address, since there are no wildcards; for everybody of the domain write `@{domain}`, or `any_domain` in a rule"
        ));
    }
    if let Some(plain) = address.strip_prefix("mailto:") {
        return Some(format!("`{text}` is a link; did you mean `{plain}`?"));
    }
    let is_odd = |char: char| ",;:<>()[]\"*@".contains(char) || is_invisible(char);
    if local.contains(is_odd) || domain.as_str().contains(is_odd) {
        let plain: String = address
            .chars()
            .filter(|char| !"<>\"".contains(*char))
            .collect();
        return Some(match Email::parse(&plain) {
            Ok(_) if plain != address && plain.matches('@').count() == 1 => {
                format!("`{text}` is nobody's address; did you mean `{plain}`?")
            }
            _ => format!(
                "`{text}` is nobody's address; write each address as an entry of its own, without signs around it"
            ),
        });
    }
    if domain.as_str().contains('.') {
        return None;
    }
    Some(format!(
        "`{text}` has a domain without a dot, so it is nobody's address; did you mean `{local}@{domain}.com`?"
    ))
}
