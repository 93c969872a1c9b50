//! Domains that nobody's address is of, or too many are.

use crate::email::Domain;
use crate::policy::problem::Place;
use crate::policy::text::is_of;

/// Labels under which the domains of a country are registered, as in `co.uk`.
const REGISTRIES: [&str; 9] = ["co", "com", "org", "net", "ac", "gov", "edu", "ne", "or"];
/// Names of hosts that are put before a company's domain.
const HOSTS: [&str; 2] = ["www", "http"];

/// Checks a list of domains. Those that are `known` from elsewhere may show how one ends.
pub(super) fn list(written: &[String], known: &[String], place: &mut Place<'_>) {
    for (index, text) in written.iter().enumerate() {
        if let Some(problem) = problem(text, &[written, known].concat()) {
            place.item(index).report(problem);
        } else if let Some(other) = covering(text, index, written) {
            let problem = format!("`{text}` is in the list already: `{other}` includes it");
            place.item(index).report(problem);
        }
    }
}

/// What is wrong with one domain; `others` may show how it ends.
pub(super) fn problem(text: &str, others: &[String]) -> Option<String> {
    let plain = text.trim().trim_start_matches('@').trim_end_matches('.');
    let plain = plain.to_lowercase();
    Domain::parse(&plain).ok()?;
    let labels: Vec<&str> = plain.split('.').collect();
    match labels.as_slice() {
        [name] => Some(without_dot(text, name, others)),
        [registry, country] if REGISTRIES.contains(registry) && country.len() == 2 => {
            Some(format!(
                "`{text}` is no company's domain: every domain that ends in .{plain} is of it; write the whole domain, such as `acme.{plain}`"
            ))
        }
        [host, rest @ ..] if HOSTS.contains(host) && rest.len() > 1 => {
            let rest = rest.join(".");
            Some(format!(
                "`{text}` is the name of a host, which addresses seldom have; did you mean `{rest}`?"
            ))
        }
        _ => None,
    }
}

fn without_dot(text: &str, name: &str, others: &[String]) -> String {
    let plain = |other: &String| {
        let domain = other.rsplit('@').next().unwrap_or_default();
        domain.trim().to_lowercase()
    };
    let mut longer = others.iter().map(plain);
    let meant = longer.find(|other| {
        other
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    let meant = meant.unwrap_or_else(|| format!("{name}.com"));
    format!(
        "`{text}` has no dot, so it is no company's domain: only domains that end in .{name} are of it; did you mean `{meant}`?"
    )
}

/// Another domain of the list that includes this one; of two that are equal, the first.
fn covering<'a>(text: &str, index: usize, written: &'a [String]) -> Option<&'a String> {
    let mut others = written.iter().enumerate();
    let found = others.find(|(other, domain)| {
        let is_equal = is_of(text, domain) && is_of(domain, text);
        *other != index && is_of(text, domain) && (!is_equal || *other < index)
    });
    found.map(|(_, domain)| domain)
}
