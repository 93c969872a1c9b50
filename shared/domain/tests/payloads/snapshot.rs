//! The facts of an event and the verdicts on it, as text.

use std::fmt::Write as _;

use callsheet_domain::{Fact, FactSource as _, FactValue};
use serde_json::{Value, json};

use crate::corpus::{Case, Topic, policies};

/// The facts that a snapshot shows.
const SHOWN: [Fact; 18] = [
    Fact::Title,
    Fact::Organizer,
    Fact::Attendees,
    Fact::AttendeesComplete,
    Fact::Participants,
    Fact::ParticipantsKnown,
    Fact::Rooms,
    Fact::Domains,
    Fact::External,
    Fact::ExternalToOrganizer,
    Fact::OwnResponse,
    Fact::Hosted,
    Fact::SeriesId,
    Fact::TimeZone,
    Fact::Date,
    Fact::AllDay,
    Fact::Private,
    Fact::ShowsAs,
];

/// The text that the snapshot of `topic` holds.
pub(crate) fn of(topic: &Topic) -> String {
    let mut text = String::new();
    for case in &topic.cases {
        writeln!(text, "# {}", case.name).unwrap();
        for (name, policy) in policies() {
            let verdict = case.verdict(policy);
            let (word, rule) = (verdict.as_str(), &verdict.reason().rule);
            writeln!(text, "{name}: {word} ({rule})").unwrap();
        }
        for fact in SHOWN {
            writeln!(text, "  {}: {}", fact.name(), value(case, fact)).unwrap();
        }
    }
    text
}

/// Where the facts of `case` are not those that it expects.
pub(crate) fn differences(topic: &str, case: &Case) -> Vec<String> {
    let differs = |(name, expected): (&String, &Value)| {
        let fact = Fact::named(name).unwrap_or_else(|| panic!("no fact {name}"));
        let actual = value(case, fact);
        let place = format!("{topic}, {}: {name}", case.name);
        (actual != *expected).then(|| format!("{place} is {actual}, not {expected}"))
    };
    case.expected.iter().filter_map(differs).collect()
}

fn value(case: &Case, fact: Fact) -> Value {
    let (event, calendar) = (case.event(), case.calendar());
    match case.zoned().situation(&event, &calendar).value(fact) {
        FactValue::Unknown => json!("unknown"),
        FactValue::Flag(flag) => json!(flag),
        FactValue::Number(number) => json!(number),
        FactValue::Text(text) => json!(text),
        FactValue::Texts(texts) => json!(texts),
        FactValue::People(people) => {
            let shown = people.iter().map(|person| {
                let kind = if person.is_resource { " (thing)" } else { "" };
                format!("{}{kind}", person.email.as_str())
            });
            json!(shown.collect::<Vec<_>>())
        }
        FactValue::Metadata(metadata) => json!(metadata.values()),
    }
}
