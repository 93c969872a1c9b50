//! The names under which code calls an adapter, derived from the ports that it implements.
//!
//! `SqsQueue` implements `Queue`; in a file with the bound `Q: Queue`, a field
//! `queue: Q` or an argument `queue: &Q` is an `SqsQueue`, and so is an argument
//! `queue: &impl Queue`. A trait without methods of its own (`trait SyncState:
//! Calendars + Policies {}`) stands for its supertraits.

use std::collections::BTreeSet;

use crate::source::{is_of_name, last_name, places};

/// The fields, arguments and variables of the code that hold an `adapter`, and
/// its type, for associated functions.
pub(crate) fn receivers(adapter: &str, source: &[String], code: &[String]) -> BTreeSet<String> {
    let mut ports = BTreeSet::new();
    for file in source.iter().chain(code) {
        ports.extend(implemented_by(adapter, file));
    }
    while let Some(combined) = combination(&ports, code) {
        ports.insert(combined);
    }
    let mut found = BTreeSet::from([adapter.to_owned()]);
    for file in code {
        found.extend(of_type(adapter, file));
        for port in &ports {
            found.extend(of_type(port, file));
            for parameter in bound_by(port, file) {
                found.extend(of_type(&parameter, file));
            }
        }
    }
    found
}

/// The traits that a file implements for a type.
fn implemented_by(name: &str, file: &str) -> BTreeSet<String> {
    let implementations = places(file, name).filter_map(|at| {
        let port = last_name(file[..at].strip_suffix(" for ")?);
        (!port.is_empty()).then(|| port.to_owned())
    });
    implementations.collect()
}

/// A trait that only combines others, one of which is in `ports`, if it is not there itself.
fn combination(ports: &BTreeSet<String>, code: &[String]) -> Option<String> {
    let declarations = code.iter().flat_map(|file| file.split("trait ").skip(1));
    let mut combined = declarations.filter_map(|declaration| {
        let (head, _) = declaration.split_once("{}")?;
        let (name, bounds) = head.split_once(':')?;
        let combines = bounds.split('+').any(|bound| ports.contains(bound));
        (combines && !ports.contains(name)).then(|| name.to_owned())
    });
    combined.next()
}

/// The type parameters of a file that have the trait as a bound: `S` in `S: Leases + Policies`.
fn bound_by(port: &str, file: &str) -> BTreeSet<String> {
    let parameters = places(file, port).filter_map(|at| {
        let mut before = &file[..at];
        while let Some(bounds) = before.strip_suffix('+') {
            before = bounds.trim_end_matches(|letter| is_of_name(letter) || letter == '\'');
        }
        declared(before)
    });
    parameters.collect()
}

/// The names that a file declares or sets to a value of a type, behind references, in an `Arc` or
/// an `Option`.
fn of_type(name: &str, file: &str) -> BTreeSet<String> {
    let names = places(file, name).filter_map(|at| declared(without_wrappers(&file[..at])));
    names.collect()
}

/// The name before a colon or an equals sign at the end of `code`.
fn declared(code: &str) -> Option<String> {
    let before = code.strip_suffix([':', '='])?;
    let name = last_name(before);
    (!name.is_empty()).then(|| name.to_owned())
}

fn without_wrappers(code: &str) -> &str {
    let mut rest = code;
    loop {
        let shorter = ["&", "mut ", "impl ", "dyn ", "Arc<", "Arc::new(", "Option<"]
            .iter()
            .find_map(|wrapper| rest.strip_suffix(wrapper))
            .or_else(|| without_lifetime(rest));
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

/// Without the lifetime of a reference: `&'a `.
fn without_lifetime(code: &str) -> Option<&str> {
    let before = code.strip_suffix(' ').unwrap_or(code);
    before.trim_end_matches(is_of_name).strip_suffix('\'')
}
