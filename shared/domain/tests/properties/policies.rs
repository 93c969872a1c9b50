//! Random policies of shorthands and expressions, and random overrides.

use callsheet_domain::{
    Actor, CalendarId, EventId, IcalUid, MeetingName, MeetingOverride, Override, OverrideChoice,
    OverrideRevision, OverrideScope, Overrides, Pause, PlatformEventId, Policy, PolicyDocument,
    Timestamp,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::events::{ADDRESSES, at};

const FLAGS: [&str; 12] = [
    "external",
    "internal",
    "external_to_organizer",
    "hosted",
    "confirmed",
    "recurring",
    "private",
    "all_day",
    "busy",
    "out_of_office",
    "focus_time",
    "attendees_complete",
];
const DOMAINS: [&str; 4] = [
    "acme.example",
    "eu.acme.example",
    "globex.example",
    "initech.example",
];
const EXPRESSIONS: [&str; 12] = [
    "external && !title.hasWord('interview')",
    "organizer_domain != 'globex.example'",
    "attendees.exists(a, a.domain.isOf('globex.example') && !a.resource)",
    "attendees.all(a, a.response != 'declined')",
    "hosted == null || hosted",
    "weekday in ['saturday', 'sunday'] || hour < 8",
    "participants / rooms > 2",
    "domains[1] == own_domain",
    "own_response == 'accepted' ? lead_minutes > 60 : external",
    "size(external_domains) > 1",
    "meeting_platform != 'zoom'",
    "title.lower().contains('[rec]')",
];

fn list(entries: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(select(entries), 1..3)
}

fn shorthand() -> impl Strategy<Value = (&'static str, Value)> {
    let domains = select(vec!["any_domain", "no_domain", "only_domains", "organizer"]);
    let answers = list(&["accepted", "tentative", "declined", "pending"]);
    let numbers = select(vec![
        "participants_at_least",
        "participants_at_most",
        "minutes_at_least",
        "lead_minutes_at_most",
    ]);
    let hours = select(vec!["within_hours", "outside_hours"]);
    let titles = select(vec!["title_has", "title_lacks"]);
    prop_oneof![
        4 => (select(&FLAGS), any::<bool>()).prop_map(|(name, flag)| (name, json!(flag))),
        2 => (domains, list(&DOMAINS)).prop_map(|(name, list)| (name, json!(list))),
        1 => list(&ADDRESSES).prop_map(|list| ("any_attendee", json!(list))),
        1 => answers.prop_map(|list| ("own_response", json!(list))),
        1 => (numbers, 0..90_u32).prop_map(|(name, number)| (name, json!(number))),
        1 => (titles, list(&["sync", "1:1", "interview"])).prop_map(|(name, list)| (name, json!(list))),
        1 => hours.prop_map(|name| (name, json!({"from": "08:00", "to": "18:00"}))),
        1 => select(&EXPRESSIONS).prop_map(|source| ("expression", json!(source))),
    ]
}

fn when() -> impl Strategy<Value = Value> {
    let shorthands = prop::collection::vec(shorthand(), 1..4).prop_map(|asked| {
        let asked = asked.into_iter();
        Value::Object(
            asked
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    });
    prop_oneof![3 => shorthands, 1 => select(&EXPRESSIONS).prop_map(Value::from)]
}

/// A rule that records or skips.
pub(crate) fn rule(name: String) -> impl Strategy<Value = Value> {
    (when(), any::<bool>(), prop::bool::weighted(0.3)).prop_map(move |(when, records, locks)| {
        let then = if records { "record" } else { "skip" };
        json!({"name": name, "when": when, "then": then, "locked": locks && !records})
    })
}

/// Policies in JSON; a few of them are refused, for a rule that never applies.
pub(crate) fn document() -> impl Strategy<Value = Value> {
    let rules: Vec<_> = (0..5).map(|index| rule(format!("rule-{index}"))).collect();
    let denied = (
        prop::collection::vec(select(&DOMAINS[2..]), 0..2),
        prop::bool::weighted(0.3),
    );
    let denied = denied.prop_map(|(domains, locked)| json!({"domains": domains, "locked": locked}));
    let scheme = select(vec!["meeting", "domain", "calendar"]);
    let zone = prop::option::of(Just("America/New_York"));
    let named = prop::option::of(prop::collection::vec(rule("own-rule".to_owned()), 0..2));
    let for_all = prop::collection::vec(rule("rule-for-all".to_owned()), 0..2);
    let parts = (
        (for_all, rules),
        0..=5_usize,
        any::<bool>(),
        denied,
        scheme,
        zone,
        named,
    );
    parts.prop_map(
        |((for_all, mut rules), kept, records, denied, scheme, zone, named)| {
            rules.truncate(kept);
            let policies: Vec<Value> = named
            .map(|rules| json!({"name": "named", "calendars": ["@acme.example"], "rules": rules}))
            .into_iter()
            .collect();
            json!({
                "version": 1,
                "default": if records { "record" } else { "skip" },
                "rules_for_all": for_all,
                "rules": rules,
                "denied_domains": denied,
                "own_domains": if records { vec!["globex.example"] } else { Vec::new() },
                "deduplication": scheme,
                "time_zone": zone,
                "bot": {"bot_name": "{{ title }} {{ external_domains | join(', ') }}"},
                "policies": policies,
            })
        },
    )
}

/// The document without its locks, whose denied domains are a list.
pub(crate) fn unlocked(document: &Value) -> Value {
    let mut unlocked = document.clone();
    unlocked["denied_domains"] = document["denied_domains"]["domains"].clone();
    let unlock = |rules: &mut Value| {
        for rule in rules.as_array_mut().into_iter().flatten() {
            rule.as_object_mut().expect("a rule").remove("locked");
        }
    };
    unlock(&mut unlocked["rules_for_all"]);
    unlock(&mut unlocked["rules"]);
    for named in unlocked["policies"].as_array_mut().expect("a list") {
        unlock(&mut named["rules"]);
    }
    unlocked
}

/// The document as a policy's author writes it.
pub(crate) fn parsed(document: &Value) -> PolicyDocument {
    PolicyDocument::parse(&document.to_string()).unwrap()
}

/// The policy, if it can be one.
pub(crate) fn compiled(document: &Value) -> Option<Policy> {
    Policy::compile(&parsed(document)).ok()
}

/// The choices of two people for the whole meeting.
fn any_meeting() -> impl Strategy<Value = MeetingOverride> {
    let choice = || {
        prop::option::weighted(
            0.3,
            select(vec![OverrideChoice::Record, OverrideChoice::Skip]),
        )
    };
    (choice(), choice()).prop_map(|choices| {
        let event = (
            CalendarId::parse("calendar-1").unwrap(),
            EventId::parse("event-1").unwrap(),
        );
        let mut meeting = MeetingOverride::default();
        for (by, choice) in [("a", choices.0), ("b", choices.1)] {
            let Some(choice) = choice else { continue };
            let by = Actor::parse(by).unwrap();
            let next = meeting.with_choice(choice, &by, Timestamp::UNIX_EPOCH, &event);
            meeting = next.unwrap().unwrap_or(meeting);
        }
        meeting
    })
}

/// Random overrides of the meeting, the event and its series, and a pause.
pub(crate) fn any_overrides() -> impl Strategy<Value = Overrides> {
    let choice = || {
        let choice = select(vec![
            OverrideChoice::Record,
            OverrideChoice::Skip,
            OverrideChoice::Clear,
        ]);
        prop::option::weighted(0.3, choice)
    };
    (
        choice(),
        choice(),
        prop::option::weighted(0.2, -600..600_i64),
        any_meeting(),
    )
        .prop_map(|(event, series, pause, meeting)| {
            let id = PlatformEventId::parse("platform-1").unwrap();
            let name = MeetingName::of(&IcalUid::parse("meeting-1").unwrap(), Some(&id));
            let scopes = [
                OverrideScope::Event(PlatformEventId::parse("platform-1").unwrap()),
                OverrideScope::Series(IcalUid::parse("meeting-1").unwrap()),
            ];
            let set = scopes.into_iter().zip([event, series]);
            let set = set.filter_map(|(scope, choice)| Some((scope, an_override(choice?))));
            Overrides {
                by_scope: set.collect(),
                pause: pause.map(|minutes| Pause {
                    until: at("2026-03-06T10:00:00Z") + SignedDuration::from_mins(minutes),
                    revision: OverrideRevision(3),
                    by: None,
                    at: Timestamp::UNIX_EPOCH,
                }),
                revision: OverrideRevision(3),
                full_sync_revision: OverrideRevision(3),
                unapplied: Vec::new(),
                are_expiring: false,
                meetings: [(name, meeting)].into(),
            }
        })
}

fn an_override(choice: OverrideChoice) -> Override {
    Override {
        choice,
        revision: OverrideRevision(1),
        by: None,
        at: Timestamp::UNIX_EPOCH,
    }
}
