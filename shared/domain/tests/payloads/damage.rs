//! The events of the corpus, damaged at random: an entry that cannot be read, and a person who
//! is not shown, are never taken for nobody.

use callsheet_domain::{Fact, FactSource as _, FactValue, RuleName, Verdict};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::corpus::{Case, policies, policy, topics};

/// How calendars write the address of somebody of a denied domain.
const DENIED: [&str; 10] = [
    "partner@counsel.example",
    "Partner@London.Counsel.EXAMPLE.",
    "'partner@counsel.example'",
    "A Partner <partner@counsel.example>",
    "\"Counsel, the\" <smtp:partner@counsel.example>;",
    "SMTP:partner@counsel.example",
    "mailto:partner%40counsel.example?subject=hello",
    "partner_counsel.example#EXT#@acme.onmicrosoft.example",
    "IMCEASMTP-partner+40counsel+2Eexample@acme.example",
    "part\u{ad}ner＠coun\u{200b}sel.example",
];

/// Texts that are no address.
const GARBAGE: [&str; 6] = [
    "",
    "A Partner",
    "/o=ExchangeLabs/ou=Group/cn=Recipients/cn=0f1e-partner",
    "partner@",
    "ann@acme.example, partner@counsel.example",
    "partner@counsel.example@acme.example",
];

fn a_case() -> impl Strategy<Value = Case> {
    let cases = topics().iter().flat_map(|topic| &topic.cases);
    select(cases.cloned().collect::<Vec<_>>())
}

/// Something of another type than a platform sends.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!("yes")),
        Just(json!(7)),
        Just(json!({})),
        Just(json!([])),
        Just(json!({"email": "ann@acme.example"})),
        Just(json!([["partner@counsel.example"]])),
        any::<bool>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ]
}

/// The places in `value`, as JSON pointers, that are below `under`.
fn places(value: &Value, under: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = format!("{under}/{name}");
                places(field, &place, found);
                found.push(place);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let place = format!("{under}/{index}");
                places(item, &place, found);
                found.push(place);
            }
        }
        _ => {}
    }
}

fn damage(raw: &mut Value, at: Index, odd: Value) -> Option<String> {
    let mut found = Vec::new();
    places(raw, "", &mut found);
    if found.is_empty() {
        return None;
    }
    let place = at.get(&found).clone();
    *raw.pointer_mut(&place)? = odd;
    Some(place)
}

fn is_recorded(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Record(_))
}

fn fact(case: &Case, fact: Fact) -> FactValue {
    let (event, calendar) = (case.event(), case.calendar());
    policy("built-in").situation(&event, &calendar).value(fact)
}

fn is_complete(case: &Case) -> bool {
    fact(case, Fact::AttendeesComplete) == FactValue::Flag(true)
}

/// An entry of the list with this address.
fn entry(case: &Case, address: &str) -> Value {
    if case.platform.starts_with("google") {
        json!({"email": address, "responseStatus": "needsAction"})
    } else {
        json!({"type": "required", "emailAddress": {"address": address}})
    }
}

/// Puts an entry into the list, if there is a list.
fn invite(case: &mut Case, address: &str, at: Index) -> bool {
    let entry = entry(case, address);
    match case.raw.get_mut("attendees") {
        Some(Value::Array(attendees)) => {
            attendees.insert(at.index(attendees.len() + 1), entry);
            true
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(crate::at_least(800))]

    #[test]
    fn no_damage_panics(mut case in a_case(), damages in prop::collection::vec((any::<Index>(), odd()), 1..4)) {
        for (at, odd) in damages {
            damage(&mut case.raw, at, odd);
        }
        for (_, policy) in policies() {
            case.verdict(policy);
        }
    }

    /// Whatever else the payload says, and however the address is written.
    #[test]
    fn a_denied_domain_that_is_listed_is_never_recorded(
        mut case in a_case(),
        address in select(&DENIED),
        at: Index,
        damages in prop::collection::vec((any::<Index>(), odd()), 0..3),
    ) {
        for (at, odd) in damages {
            damage(&mut case.raw, at, odd);
        }
        if invite(&mut case, address, at) {
            let verdict = case.verdict(policy("denied"));
            let reasons = [RuleName::DENIED_DOMAIN, RuleName::CANCELLED];
            prop_assert!(reasons.contains(&verdict.reason().rule), "{:?}", case.raw);
            prop_assert!(!is_recorded(&verdict));
        }
    }

    #[test]
    fn a_hidden_list_is_never_recorded_under_a_ban(mut case in a_case(), is_omitted: bool) {
        let hidden = if is_omitted { "attendeesOmitted" } else { "guestsCanSeeOtherGuests" };
        case.raw[hidden] = json!(is_omitted);
        case.raw["hideAttendees"] = json!(true);
        if is_complete(&case) {
            let hosted = fact(&case, Fact::Hosted);
            prop_assert_eq!(hosted, FactValue::Flag(true), "only the organizer sees all");
        } else {
            let verdict = case.verdict(policy("denied"));
            prop_assert_eq!(&verdict.reason().rule, &RuleName::DENIED_DOMAIN);
        }
    }

    /// A person whose entry cannot be read may be anybody.
    #[test]
    fn an_entry_that_cannot_be_read_is_not_absent(mut case in a_case(), garbage in select(&GARBAGE), at: Index) {
        if invite(&mut case, garbage, at) {
            prop_assert!(!is_complete(&case), "{:?}", case.raw);
            for name in ["internal", "denied"] {
                prop_assert!(!is_recorded(&case.verdict(policy(name))), "{name}: {:?}", case.raw);
            }
        }
    }

    /// Damage to what a payload says about people makes facts unknown. So a policy that records
    /// what it knows records no more.
    #[test]
    fn damage_to_people_turns_nothing_into_a_recording(mut case in a_case(), at: Index, is_text: bool, name in select(vec!["built-in", "internal", "denied", "confirmed"])) {
        let before = case.verdict(policy(name));
        let odd = if is_text { json!("\u{fffd}") } else { json!([7]) };
        let mut found = Vec::new();
        places(&case.raw, "", &mut found);
        found.retain(|place| ["/attendees", "/organizer", "/isOrganizer", "/guests", "/hide", "/responseStatus"].iter().any(|name| place.starts_with(name)));
        if found.is_empty() {
            return Ok(());
        }
        let place = at.get(&found).clone();
        *case.raw.pointer_mut(&place).unwrap() = odd;
        let after = case.verdict(policy(name));
        prop_assert!(is_recorded(&before) || !is_recorded(&after), "{name}, {place}: {:?}", case.raw);
    }
}
