//! Addresses that nobody has.

use super::domains;
use crate::email::Email;
use crate::policy::problem::Place;

/// Checks a list of addresses.
pub(super) fn list(written: &[String], place: &mut Place<'_>) {
    for (index, text) in written.iter().enumerate() {
        if let Some(problem) = problem(text) {
            place.item(index).report(problem);
        } else if is_among(text, &written[..index]) {
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
        } else if written[..index].contains(text) || is_among(text, &written[..index]) {
            place
                .item(index)
                .report(format!("`{text}` is in the list twice"));
        }
    }
}

/// Whether an address is among others, in any way to write it.
fn is_among(text: &str, others: &[String]) -> bool {
    let mut others = others.iter().filter_map(|other| Email::parse(other).ok());
    Email::parse(text).is_ok_and(|email| others.any(|other| other == email))
}

/// What is wrong with one address.
pub(super) fn problem(text: &str) -> Option<String> {
    let email = Email::parse(text).ok()?;
    let domain = email.domain();
    let address = email.as_str();
    let local = &address[..address.len() - domain.as_str().len() - 1];
    if local.contains('*') {
        return Some(format!(
            "`{text}` is nobody's address, since there are no wildcards; for everybody of the domain write `@{domain}`, or `any_domain` in a rule"
        ));
    }
    if domain.as_str().contains('.') {
        return None;
    }
    Some(format!(
        "`{text}` has a domain without a dot, so it is nobody's address; did you mean `{local}@{domain}.com`?"
    ))
}
