//! How long a decision takes.

use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarStatus, Email, EventId, Facts, IcalUid, Meeting,
    Overrides, Platform, Policy, PolicyDocument, Verdict, decide, plan,
};
use serde_json::{Value, json};

use crate::events::at;

fn rule(index: usize, when: Value, then: &str) -> Value {
    json!({"name": format!("rule-{index}"), "when": when, "then": then})
}

/// Sixteen rules of shorthands and four expressions, of which only the last applies.
fn policy() -> Policy {
    let never = [
        json!({"own_response": ["declined"]}),
        json!({"internal": true}),
        json!({"private": true}),
        json!({"all_day": true}),
        json!({"busy": false}),
        json!({"out_of_office": true}),
        json!({"title_has": ["interview", "salary", "1:1", "performance review"]}),
        json!({"any_domain": ["initech.example", "counsel.example", "press.example"]}),
        json!({"any_attendee": ["board@acme.example", "auditor@globex.example"]}),
        json!({"organizer": ["umbrella.example"]}),
        json!({"participants_at_most": 2}),
        json!({"minutes_at_most": 5}),
        json!({"outside_hours": {"from": "08:00", "to": "19:00"}}),
        json!({"lead_minutes_at_most": 5}),
        json!({"meeting_platform": ["webex"]}),
        json!({"only_domains": ["umbrella.example"], "external_to_organizer": true}),
        json!("title.lower().contains('[no rec]')"),
        json!("attendees.exists(a, a.domain.isOf('initech.example') && !a.resource)"),
        json!("external && size(external_domains) > 4 && weekday != 'friday'"),
    ];
    let mut rules: Vec<Value> = never
        .into_iter()
        .enumerate()
        .map(|(index, when)| rule(index, when, "skip"))
        .collect();
    let last = "attendees.exists(a, a.response == 'accepted' && !a.domain.isOf('acme.example')) && external";
    rules.push(rule(19, json!(last), "record"));
    let document = json!({
        "version": 1,
        "default": "skip",
        "denied_domains": ["denied.example"],
        "rules": rules,
        "bot": {"bot_name": "Notes: {{ title }}", "metadata": {"guests": "{{ external_domains | join(', ') }}"}},
    });
    let document = PolicyDocument::parse(&document.to_string()).unwrap();
    Policy::compile(&document).unwrap()
}

fn event() -> CalendarEvent {
    let attendee = |name: &str| json!({"email": name, "responseStatus": "accepted"});
    let attendees = [
        "lead@acme.example",
        "sales@acme.example",
        "support@acme.example",
        "buyer@globex.example",
        "seller@globex.example",
        "broker@umbrella.example",
        "clerk@eu.globex.example",
        "agent@soylent.example",
    ];
    let raw = json!({
        "summary": "Quarterly review with Globex",
        "organizer": {"email": "lead@acme.example"},
        "attendees": attendees.map(attendee),
        "start": {"dateTime": "2026-03-06T10:00:00Z", "timeZone": "Europe/Berlin"},
    });
    CalendarEvent {
        id: EventId::parse("event-1").unwrap(),
        calendar_id: CalendarId::parse("calendar-1").unwrap(),
        ical_uid: IcalUid::parse("meeting-1").unwrap(),
        platform: Platform::Google,
        platform_id: None,
        starts_at: at("2026-03-06T10:00:00Z"),
        ends_at: at("2026-03-06T11:00:00Z"),
        created_at: Some(at("2026-03-01T00:00:00Z")),
        updated_at: at("2026-03-01T00:00:00Z"),
        is_deleted: false,
        has_unreadable_link: false,
        meeting: Some(Meeting {
            url: "https://zoom.example/1".to_owned(),
        }),
        meeting_platform: Some("zoom".to_owned()),
        has_unreadable_bots: false,
        bots: Vec::new(),
        facts: Facts::from_payload(Platform::Google, &raw),
    }
}

#[test]
#[ignore = "a measurement: cargo test --release -p callsheet-domain --test laws -- --ignored --nocapture microseconds"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it measures and prints"
)]
fn a_decision_takes_microseconds() {
    const TIMES: u32 = 20_000;
    let (policy, event, overrides) = (policy(), event(), Overrides::default());
    let calendar = Calendar {
        id: CalendarId::parse("calendar-1").unwrap(),
        platform: Platform::Google,
        status: CalendarStatus::Connected,
        email: Email::parse("sales@acme.example").ok(),
        disconnect_reason: None,
        metadata: callsheet_domain::CalendarMetadata::default(),
        created_at: None,
        updated_at: at("2026-03-01T00:00:00Z"),
    };
    let now = at("2026-03-06T06:00:00Z");
    let decided = || decide(&event, &calendar, &policy, &overrides, now);
    let verdict = decided();
    let is_last = matches!(&verdict, Verdict::Record(reason) if reason.rule.as_str() == "rule-19");
    assert!(is_last, "{verdict:?}");
    let started = std::time::Instant::now();
    for _ in 0..TIMES {
        assert_eq!(decided().as_str(), "record");
    }
    println!("decide: {:?}", started.elapsed() / TIMES);
    let started = std::time::Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(plan(&decided(), &event, &calendar, &policy));
    }
    println!("decide and plan: {:?}", started.elapsed() / TIMES);
}
