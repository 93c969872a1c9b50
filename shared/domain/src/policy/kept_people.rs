//! Of people, an explanation keeps no more than the verdict hung on.
//!
//! A rule that reads the list of attendees reads every guest. Stored are as few of them as
//! give the same outcome, mostly one or none, and each under `***` at their domain, unless
//! the outcome depends on the address itself. The search for them is bounded, since lists
//! can be long: people that it does not get to are stored under `***`, too.

use std::ops::Range;

use crate::email::Email;
use crate::fact::{Fact, FactValue, FactValues, Person};

/// The name in place of a person's own.
const HIDDEN: &str = "***";
/// People that each person on the list is worth while the outcome is tried with fewer.
const TRIED_PER_PERSON: usize = 8;
/// People that are tried in any case.
const TRIED_AT_LEAST: usize = 200;

/// Reduces the people in `kept` as far as `is_same` says that the outcome is the same.
pub(super) fn reduce_people(kept: &mut FactValues, is_same: impl Fn(&FactValues) -> bool) {
    let Some(FactValue::People(people)) = kept.get(&Fact::Attendees).cloned() else {
        hide_organizer(kept, &is_same);
        return;
    };
    let mut trial = Trial {
        left: people.len() * TRIED_PER_PERSON + TRIED_AT_LEAST,
        kept: &mut *kept,
        is_same: &is_same,
    };
    let fewest = trial.fewest(people);
    // Two that are compared with each other are alike as long as both are hidden.
    let organizer = kept.get(&Fact::Organizer).cloned();
    let all_hidden = fewest.iter().map(hide).collect();
    kept.insert(Fact::Attendees, FactValue::People(all_hidden));
    if hide_organizer(kept, &is_same) {
        return;
    }
    kept.extend(organizer.map(|organizer| (Fact::Organizer, organizer)));
    let mut trial = Trial {
        left: fewest.len() * TRIED_PER_PERSON + TRIED_AT_LEAST,
        kept: &mut *kept,
        is_same: &is_same,
    };
    let whole = 0..fewest.len();
    let hidden = trial.hide(fewest, whole);
    kept.insert(Fact::Attendees, FactValue::People(hidden));
    hide_organizer(kept, &is_same);
}

/// Hides the organizer's name unless the outcome depends on it. Returns whether the outcome
/// is the same with the name hidden.
fn hide_organizer(kept: &mut FactValues, is_same: &impl Fn(&FactValues) -> bool) -> bool {
    let hidden_organizer = match kept.get(&Fact::Organizer) {
        Some(FactValue::Text(address)) => Email::parse(address).ok().and_then(|it| hidden(&it)),
        _ => None,
    };
    let Some(hidden) = hidden_organizer else {
        return is_same(kept);
    };
    let hidden = FactValue::Text(hidden.as_str().to_owned());
    let address = kept.insert(Fact::Organizer, hidden);
    let is_hidden = is_same(kept);
    if !is_hidden {
        kept.extend(address.map(|address| (Fact::Organizer, address)));
    }
    is_hidden
}

/// Tries the outcome with other people.
struct Trial<'a, F> {
    /// How many people may still be tried.
    left: usize,
    kept: &'a mut FactValues,
    is_same: &'a F,
}

impl<F: Fn(&FactValues) -> bool> Trial<'_, F> {
    /// Whether the outcome is the same with these people; no, once too many were tried.
    fn is_same(&mut self, people: &[Person]) -> bool {
        let Some(left) = self.left.checked_sub(people.len() + 1) else {
            return false;
        };
        self.left = left;
        let people = FactValue::People(people.to_vec());
        self.kept.insert(Fact::Attendees, people);
        (self.is_same)(self.kept)
    }

    /// As few of `people` as give the same outcome: none, or a part, or all without a part,
    /// in parts that become smaller.
    fn fewest(&mut self, mut people: Vec<Person>) -> Vec<Person> {
        if people.is_empty() || self.is_same(&[]) {
            return Vec::new();
        }
        let mut size = people.len().div_ceil(2);
        loop {
            match self.fewer(&people, size) {
                Some(fewer) => {
                    people = fewer;
                    size = people.len().div_ceil(2);
                }
                None if size <= 1 => return people,
                None => size = size.div_ceil(2),
            }
        }
    }

    fn fewer(&mut self, people: &[Person], size: usize) -> Option<Vec<Person>> {
        if people.len() <= 1 {
            return None;
        }
        let mut parts = people.chunks(size);
        if let Some(part) = parts.find(|part| self.is_same(part)) {
            return Some(part.to_vec());
        }
        (0..people.len()).step_by(size).find_map(|start| {
            let end = people.len().min(start + size);
            let rest = [&people[..start], &people[end..]].concat();
            self.is_same(&rest).then_some(rest)
        })
    }

    /// The people, with those addresses in `part` hidden that the outcome does not depend on.
    fn hide(&mut self, people: Vec<Person>, part: Range<usize>) -> Vec<Person> {
        if part.is_empty() {
            return people;
        }
        let mut changed = people.clone();
        for person in &mut changed[part.clone()] {
            *person = hide(person);
        }
        let is_spent = self.left <= people.len();
        if is_spent || self.is_same(&changed) {
            return changed;
        }
        if part.len() == 1 {
            return people;
        }
        let middle = part.start + part.len() / 2;
        let people = self.hide(people, part.start..middle);
        self.hide(people, middle..part.end)
    }
}

/// The person with their name hidden.
fn hide(person: &Person) -> Person {
    let email = hidden(&person.email).unwrap_or_else(|| person.email.clone());
    Person {
        email,
        ..person.clone()
    }
}

/// The address with its name hidden.
fn hidden(address: &Email) -> Option<Email> {
    Email::parse(&format!("{HIDDEN}@{}", address.domain())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ResponseStatus;
    use crate::policy::Expression;
    use test_case::test_case;

    fn people(addresses: &[&str]) -> Vec<Person> {
        let person = |address: &&str| Person {
            email: Email::parse(address).expect("an address"),
            response: ResponseStatus::Accepted,
            is_optional: false,
            is_resource: false,
            is_organizer: false,
        };
        addresses.iter().map(person).collect()
    }

    const LISTED: [&str; 4] = [
        "ann@acme.example",
        "bob@acme.example",
        "buyer@globex.example",
        "broker@initech.example",
    ];

    /// The addresses that are kept for an expression over the listed people.
    fn kept_for(expression: &str, listed: &[&str]) -> Vec<String> {
        let expression = Expression::compile(expression).expect("it compiles");
        let mut kept = FactValues::from([
            (Fact::Attendees, FactValue::People(people(listed))),
            (Fact::AttendeesComplete, FactValue::Flag(true)),
        ]);
        let outcome = expression.evaluate(&kept);
        reduce_people(&mut kept, |kept| expression.evaluate(kept) == outcome);
        assert_eq!(expression.evaluate(&kept), outcome);
        let Some(FactValue::People(people)) = kept.remove(&Fact::Attendees) else {
            panic!("a list");
        };
        let addresses = people.into_iter().map(|person| person.email);
        addresses.map(|email| email.as_str().to_owned()).collect()
    }

    #[test_case("attendees.exists(a, a.domain.isOf('globex.example'))" => vec!["***@globex.example"]; "the one that there is")]
    #[test_case("attendees.exists(a, a.domain == 'hooli.example')" => Vec::<String>::new(); "none that there is")]
    #[test_case("attendees.all(a, a.response == 'accepted')" => Vec::<String>::new(); "all are alike")]
    #[test_case("attendees.all(a, a.domain == 'acme.example')" => vec!["***@globex.example"]; "the one that is not")]
    #[test_case("size(attendees) > 1" => vec!["***@acme.example", "***@acme.example"]; "as many as were counted")]
    #[test_case("size(attendees) > 9" => Vec::<String>::new(); "fewer than were counted")]
    #[test_case("attendees.exists(a, a.address == 'bob@acme.example')" => vec!["bob@acme.example"]; "an address that the rule names")]
    #[test_case("attendees.filter(a, a.domain != 'acme.example').size() == 2" => vec!["***@globex.example", "***@initech.example"]; "two of four")]
    #[test_case("attendees.map(a, a.address) == ['x@acme.example']" => Vec::<String>::new(); "other addresses")]
    #[test_case("attendees[2].optional" => vec!["***@acme.example", "***@globex.example", "***@initech.example"]; "a place in the list")]
    #[test_case("attendees[9].optional" => Vec::<String>::new(); "a failure")]
    fn keeps_as_few_people_as_give_the_same_outcome(expression: &str) -> Vec<String> {
        kept_for(expression, &LISTED)
    }

    #[test]
    fn no_address_of_a_long_list_is_kept() {
        let listed: Vec<String> = (0..500)
            .map(|number| format!("guest-{number}@globex-{}.example", number % 7))
            .collect();
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        for expression in [
            "size(attendees) > 300",
            "attendees.exists(a, a.address.startsWith('guest-9'))",
            "attendees.filter(a, a.domain == 'globex-3.example').size() > 60",
            "attendees.map(a, a.address).size() == 500",
        ] {
            let kept = kept_for(expression, &listed);
            let shown = kept.iter().filter(|address| !address.starts_with("***@"));
            assert!(shown.count() <= 1, "{expression}: {} people", kept.len());
        }
    }

    #[test]
    fn the_organizer_is_kept_by_domain_unless_the_address_decided() {
        let organizer = |decides: fn(&str) -> bool| {
            let address = FactValue::Text("buyer@globex.example".to_owned());
            let mut kept = FactValues::from([(Fact::Organizer, address)]);
            reduce_people(&mut kept, |kept| match kept.get(&Fact::Organizer) {
                Some(FactValue::Text(address)) => decides(address),
                _ => false,
            });
            kept.remove(&Fact::Organizer)
        };
        let text = |text: &str| Some(FactValue::Text(text.to_owned()));
        let by_domain = organizer(|address| address.ends_with("@globex.example"));
        assert_eq!(by_domain, text("***@globex.example"));
        let by_address = organizer(|address| address == "buyer@globex.example");
        assert_eq!(by_address, text("buyer@globex.example"));
    }
}
