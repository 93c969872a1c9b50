//! The published schemas are those of the events, and the documented examples follow them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use callsheet_domain::{
    Alert, AlertKind, Alerts, Applied, BusEvent, CalendarStatus, PolicyRevision, Wanted,
    calendar_events, decision_events, policy_events,
};
use callsheet_events::{Texts, VERSION, detail, schemas};
use callsheet_testkit::{
    With as _, a_calendar_record, a_decision, an_applied_bot, at, id, schema_violations,
};
use serde_json::{Value, json};
use test_case::test_case;

const DOCUMENT: &str = include_str!("../../../docs/events.md");

#[test]
fn each_published_schema_is_that_of_its_event() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let files = fs::read_dir(&folder).expect("the folder of the schemas");
    let published: BTreeSet<_> = files
        .map(|file| file.expect("a file").file_name())
        .collect();
    let mut expected = BTreeSet::new();
    for (kind, schema) in schemas() {
        let file = format!("{kind}.json");
        let text = fs::read_to_string(folder.join(&file)).unwrap_or_default();
        assert_eq!(
            text,
            format!("{schema:#}\n"),
            "{file} is out of date: `cargo run -p callsheet-events --example write_event_schemas` writes it"
        );
        expected.insert(file.into());
    }
    assert_eq!(
        published, expected,
        "files without a kind, or without a schema"
    );
}

/// The examples of the page, by the kind in their heading.
fn examples() -> BTreeMap<&'static str, Value> {
    let sections = DOCUMENT.split("\n### ").skip(1);
    let of_each = sections.map(|section| {
        let (kind, rest) = section.split_once('\n').expect("a heading is a line");
        let (_, json) = rest.split_once("```json\n").expect("an example");
        let (json, _) = json.split_once("```").expect("it ends");
        (
            kind,
            serde_json::from_str(json).expect("an example is JSON"),
        )
    });
    of_each.collect()
}

#[test]
fn the_page_has_an_example_of_each_kind_that_follows_its_schema() {
    let examples = examples();
    let schemas: BTreeMap<_, _> = schemas().into_iter().collect();
    let kinds: Vec<_> = examples.keys().collect();
    assert_eq!(kinds, schemas.keys().collect::<Vec<_>>());
    for (kind, example) in &examples {
        assert_eq!(
            schema_violations(&schemas[kind], example),
            [""; 0],
            "{kind}"
        );
        assert_eq!(example["kind"], *kind);
        assert_eq!(example["schema_version"], VERSION);
    }
}

/// Members of an event that its schema names, by their places.
fn members(value: &Value, place: &str, found: &mut BTreeSet<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        members(value, &place, found);
        found.insert(place);
    }
}

/// Events of every kind, as rows give them.
fn events() -> Vec<BusEvent> {
    let first = a_decision().with(|row| row.series = Some(id("series-1")));
    let there = first.clone().with(|row| {
        if let Wanted::Bot(wanted) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
        }
    });
    let moved = there.clone().with(|row| {
        if let Applied::Bot(bot) = &mut row.applied {
            bot.starts_at = at("10:30");
        }
    });
    let at_risk = there.clone().with(|row| {
        row.life.alerts = Alerts::kept([Alert {
            kind: AlertKind::Waiting,
            bot_id: id("bot-1"),
            at: at("10:05"),
        }]);
    });
    let lost =
        a_calendar_record().with(|record| record.calendar.status = CalendarStatus::Disconnected);
    let connected = a_calendar_record();
    let now = at("09:00");
    [
        decision_events(None, &first, now),
        decision_events(Some(&first), &there, now),
        decision_events(Some(&there), &moved, now),
        decision_events(Some(&moved), &first, now),
        decision_events(
            Some(&first),
            &first.clone().abandon("the link is wrong"),
            now,
        ),
        decision_events(Some(&there), &at_risk, now),
        calendar_events(Some(&connected), &lost, now),
        calendar_events(Some(&lost), &connected, now),
        policy_events(Some(PolicyRevision(6)), PolicyRevision(7), now),
    ]
    .concat()
}

#[test_case(Texts::LeftOut; "without texts")]
#[test_case(Texts::Kept; "with texts")]
fn each_event_follows_the_schema_of_its_kind(texts: Texts) {
    let schemas: BTreeMap<_, _> = schemas().into_iter().collect();
    for event in events() {
        let kind = event.content.kind().as_str();
        let detail = detail(&event, "callsheet", texts);
        assert_eq!(
            schema_violations(&schemas[kind], &detail),
            [""; 0],
            "{kind}"
        );
    }
}

#[test]
fn titles_links_and_words_of_recall_are_in_events_only_if_texts_are_kept() {
    let texts = [
        "Kick-off",
        "https://meet.example/abc-defg",
        "the link is wrong",
    ];
    for event in events() {
        let without = detail(&event, "callsheet", Texts::LeftOut).to_string();
        for text in texts {
            assert!(!without.contains(text), "{without}");
        }
    }
    let kept = events().into_iter();
    let kept = kept.map(|event| detail(&event, "callsheet", Texts::Kept));
    let kept = kept.collect::<Value>().to_string();
    for text in texts {
        assert!(kept.contains(text), "{text}");
    }
}

#[test]
fn an_event_is_written_as_it_is_published() {
    let [event] = &policy_events(Some(PolicyRevision(6)), PolicyRevision(7), at("09:00"))[..]
    else {
        panic!("a push is one event");
    };
    let expected = json!({
        "schema_version": 1,
        "id": event.id.as_str(),
        "kind": "policy.pushed",
        "stack": "callsheet",
        "at": "2090-03-06T09:00:00Z",
        "row_version": 7,
        "policy": {"revision": 7, "revision_before": 6},
    });
    let detail = detail(event, "callsheet", Texts::LeftOut);
    assert_eq!(detail, expected);
    let (mut written, mut documented) = (BTreeSet::new(), BTreeSet::new());
    members(&detail, "", &mut written);
    members(&examples()["policy.pushed"], "", &mut documented);
    assert_eq!(written, documented);
}
