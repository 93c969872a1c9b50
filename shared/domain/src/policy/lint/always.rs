//! Expressions that are true, or false, whatever the facts are.
//!
//! An expression is tried with every combination of values that can make a difference to it:
//! both flags, all choices, the texts and numbers that it names and others beside them. One
//! that has too many of them is taken to depend on its facts.

use std::collections::BTreeSet;

use crate::email::Email;
use crate::event::ResponseStatus;
use crate::fact::{Fact, FactType, FactValue, FactValues, Person};
use crate::policy::expression::Expression;

/// The most combinations that are tried.
const MAX_TRIED: usize = 1_500;
/// The longest list that is tried.
const MAX_LENGTH: i64 = 40;
/// A text that no expression names.
const OTHER: &str = "zqx.invalid";

/// The value of an expression, if it is the same for all facts by which it has one.
pub(super) fn value(expression: &Expression) -> Option<bool> {
    let literals = Literals::of(expression.source());
    let values: Vec<(Fact, Vec<FactValue>)> = expression
        .facts()
        .iter()
        .map(|fact| Some((*fact, literals.values(*fact)?)))
        .collect::<Option<_>>()?;
    let combinations = values.iter().try_fold(1_usize, |product, (_, values)| {
        product
            .checked_mul(values.len())
            .filter(|product| *product <= MAX_TRIED)
    })?;
    let mut found = None;
    for index in 0..combinations {
        let facts = combination(&values, index);
        let result = match expression.evaluate(&facts) {
            Ok(result) => result,
            // Of people who are not listed nothing is known.
            Err(_) if facts.get(&Fact::AttendeesComplete) == Some(&FactValue::Flag(false)) => {
                continue;
            }
            Err(_) => return None,
        };
        if *found.get_or_insert(result) != result {
            return None;
        }
    }
    found
}

/// The combination of this index.
fn combination(values: &[(Fact, Vec<FactValue>)], mut index: usize) -> FactValues {
    let mut facts = FactValues::new();
    for (fact, values) in values {
        facts.insert(*fact, values[index % values.len()].clone());
        index /= values.len();
    }
    if let Some(FactValue::Flag(external)) = facts.get(&Fact::External) {
        let internal = FactValue::Flag(!external);
        facts
            .entry(Fact::Internal)
            .and_modify(|value| *value = internal);
    }
    facts
}

/// The texts and numbers that an expression names.
struct Literals {
    texts: BTreeSet<String>,
    numbers: BTreeSet<i64>,
}

impl Literals {
    fn of(source: &str) -> Self {
        let mut texts = BTreeSet::new();
        let mut outside = String::new();
        let mut rest = source;
        while let Some(start) = rest.find(['\'', '"']) {
            outside.push_str(&rest[..start]);
            outside.push(' ');
            let quote = &rest[start..=start];
            let text = &rest[start + 1..];
            let end = text.find(quote).unwrap_or(text.len());
            texts.insert(text[..end].to_owned());
            rest = text.get(end + 1..).unwrap_or_default();
        }
        outside.push_str(rest);
        let numbers = outside.split(|char: char| !char.is_ascii_digit());
        Self {
            texts,
            numbers: numbers.filter_map(|number| number.parse().ok()).collect(),
        }
    }

    /// Values of `fact` that can make a difference; none if there are too many.
    fn values(&self, fact: Fact) -> Option<Vec<FactValue>> {
        Some(match fact.kind() {
            FactType::Flag => vec![FactValue::Flag(true), FactValue::Flag(false)],
            FactType::Number => self
                .numbers(fact)
                .into_iter()
                .map(FactValue::Number)
                .collect(),
            FactType::Text => self
                .texts_of(fact)
                .into_iter()
                .map(FactValue::Text)
                .collect(),
            FactType::Texts => {
                let lists = self.lists(str::to_owned)?;
                lists.into_iter().map(FactValue::Texts).collect()
            }
            FactType::People => {
                let responses = [
                    ResponseStatus::Accepted,
                    ResponseStatus::Declined,
                    ResponseStatus::Pending,
                    ResponseStatus::Tentative,
                ];
                let mut lists = Vec::new();
                for (index, response) in responses.into_iter().enumerate() {
                    lists.extend(self.lists(|text| person(text, response, index % 2 == 0))?);
                }
                lists.into_iter().map(FactValue::People).collect()
            }
            FactType::Metadata => return None,
        })
    }

    fn numbers(&self, fact: Fact) -> BTreeSet<i64> {
        let (least, most) = match fact {
            Fact::Participants => (1, i64::MAX),
            Fact::Hour => (0, 23),
            Fact::StartMinute => (0, 1439),
            Fact::LeadMinutes => (-1_000_000, i64::MAX),
            _ => (0, i64::MAX),
        };
        let named = self
            .numbers
            .iter()
            .flat_map(|number| [number - 1, *number, number + 1]);
        let all = named.chain([least, 1, 1_000_000.min(most)]);
        all.filter(|number| (least..=most).contains(number))
            .collect()
    }

    fn texts_of(&self, fact: Fact) -> Vec<String> {
        if let Some(choices) = fact.choices() {
            return choices.iter().map(|choice| (*choice).to_owned()).collect();
        }
        let named = self.texts.iter().cloned();
        named.chain([String::new(), OTHER.to_owned()]).collect()
    }

    /// Lists of none, of each text, and of as many as a number that is named.
    fn lists<T: Clone>(&self, entry: impl Fn(&str) -> T) -> Option<Vec<Vec<T>>> {
        let mut lists = vec![Vec::new(), vec![entry(OTHER)]];
        lists.extend(self.texts.iter().map(|text| vec![entry(text)]));
        for number in &self.numbers {
            if *number > MAX_LENGTH {
                return None;
            }
            let length = usize::try_from(*number).ok()?;
            lists.extend([length, length + 1].map(|length| vec![entry(OTHER); length]));
        }
        Some(lists)
    }
}

fn person(text: &str, response: ResponseStatus, is_so: bool) -> Person {
    let address = if text.contains('@') {
        text.to_owned()
    } else {
        format!("zqx@{text}")
    };
    let email = Email::parse(&address).or_else(|_| Email::parse("zqx@zqx.invalid"));
    Person {
        email: email.expect("an address"),
        response,
        is_optional: is_so,
        is_resource: is_so,
        is_organizer: is_so,
    }
}
