//! Holds the documented data model to the rows that are stored.
//!
//! Full rows are written with a mark in every text that people, platforms or Recall give.
//! The attributes that hold a mark are those that may hold personal data.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_app::ports::NewPolicy;
use callsheet_domain::{
    Abandonment, Actor, Applied, Attempts, BotConfig, BotStatus, CalendarMetadata, CalendarRecord,
    CallRecord, Cause, CompletedSync, Decision, DisconnectReason, EarlierOutcomes, Fact, FactValue,
    FactValues, Generation, History, LoggedAction, LoggedActionKind, MeetingAction,
    MeetingOverride, MeetingWish, Offer, Operation, Outcome, OverrideChoice, OverrideRevision,
    PageCursor, Person, PolicyRevision, Reason, RecordedResult, RequestedDisconnection,
    ResponseStatus, RuleName, SyncInProgress, TestedRules, UnreadableEvent, UnreadableEvents,
    Verdict, Wanted,
};
use callsheet_testkit::{
    With as _, a_calendar_record, a_decision, an_applied_bot, an_email, at, id,
};
use serde_json::json;

use crate::attributes::Attributes;
use crate::decisions::written_decision;
use crate::state::written;

const PAGE: &str = include_str!("../../../docs/data-model.md");
/// The mark, which is also a valid part of an address.
const MARK: &str = "personal-mark";

fn marked(text: &str) -> String {
    format!("{text} {MARK}")
}

fn a_marked_config(name: &str) -> BotConfig {
    BotConfig::new(json!({"bot_name": marked(name)})).expect("a configuration")
}

/// A decision with every optional attribute.
fn a_full_decision() -> Decision {
    let guest = Person {
        email: an_email(&format!("{MARK}@globex.example")),
        response: ResponseStatus::Accepted,
        is_optional: false,
        is_resource: false,
        is_organizer: false,
    };
    a_decision().with(|row| {
        row.series = Some(id("series-1"));
        row.title = Some(marked("Kick-off"));
        row.verdict = Verdict::Record(Reason {
            rule: RuleName::named("external"),
            reason: marked("because of"),
            facts: FactValues::from([
                (Fact::Attendees, FactValue::People(vec![guest])),
                (Fact::OwnDomain, FactValue::Text(marked("acme.example"))),
            ]),
            has_failed: true,
            is_locked: true,
            tested: Some(TestedRules {
                policy: Some("sales".to_owned()),
                passed: 1,
                facts: FactValues::from([(
                    Fact::OwnDomain,
                    FactValue::Text(marked("acme.example")),
                )]),
            }),
        });
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.meeting_url = format!("https://meet.example/{MARK}");
            bot.deduplication_key = id(format!("10:00-{MARK}"));
            bot.config = a_marked_config("Notes");
            row.applied = Applied::Uncertain(Box::new(an_applied_bot(bot)));
        }
        row.offer = Some(Offer {
            config: a_marked_config("Other notes"),
            is_organizers: false,
            is_refused: false,
        });
        let status = BotStatus::new("done", None, at("11:00"));
        row.outcome = status.map(|status| Outcome::of(id("bot-1"), status));
        row.life.earlier = EarlierOutcomes::kept(row.outcome.clone());
        row.life.last_key = Some(id(format!("10:00-{MARK}")));
        row.life.called_key = Some(id(format!("10:00-{MARK}")));
        row.attempts = Attempts {
            count: 2,
            not_before: Some(at("09:00")),
            last_error: Some(marked("refused")),
        };
        row.history = History::kept([CallRecord {
            at: at("09:00"),
            operation: Operation::ScheduleBot,
            cause: Cause::New,
            outcome: RecordedResult::Again(marked("busy")),
            is_late: true,
        }]);
        row.abandoned = Some(Abandonment {
            generation: Generation(0),
            reason: marked("over"),
        });
    })
}

fn a_full_record() -> CalendarRecord {
    let sync = CompletedSync {
        began_at: at("09:00"),
        since: Some(at("08:00")),
        full_sync_at: Some(at("08:00")),
        policy: PolicyRevision(1),
        overrides: OverrideRevision(1),
        holds_until: Some(at("12:00")),
    };
    a_calendar_record().with(|record| {
        record.calendar.email = Some(an_email(&format!("{MARK}@acme.example")));
        record.calendar.disconnect_reason = DisconnectReason::parse("invalid_grant");
        let metadata = BTreeMap::from([("team".to_owned(), Some(marked("sales")))]);
        record.calendar.metadata = CalendarMetadata::kept(metadata, false);
        record.last_sync = Some(sync.clone());
        record.in_progress = Some(SyncInProgress {
            mark: sync,
            next: Some(PageCursor("cursor".to_owned())),
            pages: 1,
            listed: 100,
            held_until: at("09:01"),
        });
        record.own_addresses = vec![an_email(&format!("{MARK}@old.example"))];
        record.disconnection = Some(RequestedDisconnection {
            by: id(MARK),
            at: at("09:00"),
        });
        record.unreadable_events = UnreadableEvents {
            named: vec![UnreadableEvent {
                id: id("event-1"),
                problem: "its start is missing".to_owned(),
                since: at("08:00"),
                seen_at: at("09:00"),
            }],
            more: 1,
        };
    })
}

/// A person's choice for a whole meeting, which spreads.
fn a_full_meeting(by: &Actor) -> MeetingOverride {
    let of = (id("calendar-1"), id("event-1"));
    let none = MeetingOverride::default();
    let chosen = none.with_choice(OverrideChoice::Skip, by, at("09:00"), &of);
    chosen.expect("few people").expect("a choice")
}

/// What a person did, with everything that may be logged.
fn an_action(by: &Actor) -> LoggedAction {
    let made = LoggedActionKind::Meeting(MeetingAction {
        calendar: id("calendar-1"),
        event: a_decision().key,
        choice: MeetingWish::Own(OverrideChoice::Skip),
    });
    LoggedAction {
        number: 1,
        at: at("09:00"),
        by: by.clone(),
        what: made,
    }
}

/// A full row of each kind that may hold personal data, by the kind's name on the page.
fn full_rows() -> BTreeMap<&'static str, Attributes> {
    let by: Actor = id(MARK);
    let policy = NewPolicy {
        document: json!({"version": 1, "note": MARK}).to_string(),
        by: by.clone(),
        at: at("09:00"),
        note: Some(marked("for")),
        newest_used: PolicyRevision(0),
    };
    BTreeMap::from([
        ("decision", written_decision(&a_full_decision())),
        ("calendar", written::calendar(&a_full_record())),
        ("override", written::override_by(&by, at("09:00"))),
        (
            "meeting",
            written::meeting_override(&a_full_meeting(&by), at("11:00")),
        ),
        ("pause", written::pause_by(&by, at("09:00"))),
        ("action", written::action(&an_action(&by), at("11:00"))),
        (
            "head",
            written::joined_head(1, &an_email(&format!("{MARK}@new.example"))),
        ),
        ("policy", written::policy(&policy)),
    ])
}

/// The paths of the attributes below `value` that hold a mark. Items of a list share one
/// path, and facts and metadata, whose names are those of people who write policies, too.
fn marked_paths(path: &str, value: &AttributeValue, found: &mut BTreeSet<String>) {
    match value {
        AttributeValue::S(text) if text.contains(MARK) => {
            found.insert(path.to_owned());
        }
        AttributeValue::L(items) => {
            for item in items {
                marked_paths(path, item, found);
            }
        }
        AttributeValue::M(map) => {
            for (name, value) in map {
                let below = if path.ends_with("facts") || path == "metadata" || path.is_empty() {
                    path.to_owned()
                } else {
                    format!("{path}.{name}")
                };
                marked_paths(&below, value, found);
            }
        }
        _ => {}
    }
}

/// The attributes of the page's table of personal data, by the kind of row.
fn documented() -> BTreeSet<(String, String)> {
    let (_, section) = PAGE.split_once("## Personal data").expect("the section");
    let rows = section.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .flat_map(|cells| {
            let attributes = cells[3].split(", ").map(|name| name.trim_matches('`'));
            let kind = cells[2].to_owned();
            attributes
                .map(|name| (kind.clone(), name.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_page_names_exactly_the_attributes_that_may_hold_personal_data() {
    let mut stored = BTreeSet::new();
    for (kind, row) in full_rows() {
        for (name, value) in row {
            let mut found = BTreeSet::new();
            marked_paths(&name, &value, &mut found);
            stored.extend(found.into_iter().map(|path| (kind.to_owned(), path)));
        }
    }
    assert_eq!(
        documented(),
        stored,
        "documented on the left, stored on the right"
    );
}

/// An attribute that is not on the page is one that nobody asked whether it is personal.
#[test]
fn every_stored_attribute_is_on_the_page() {
    for (kind, row) in full_rows() {
        for name in row.keys() {
            let is_named = PAGE.contains(&format!("`{name}`"));
            assert!(
                is_named,
                "the attribute {name} of a {kind} is not on the page"
            );
        }
    }
}

#[test]
fn the_page_says_how_long_decisions_are_kept() {
    let row = a_full_decision();
    let attributes = written_decision(&row);
    let expires_at = attributes.get("expires_at").and_then(|at| at.as_n().ok());
    let expires_at: i64 = expires_at
        .and_then(|at| at.parse().ok())
        .expect("an instant");
    let days = (expires_at - row.ends_at.as_second()) / (24 * 60 * 60);
    let (_, section) = PAGE.split_once("## Personal data").expect("the section");
    let decisions = section.lines().filter(|line| line.contains("| decision |"));
    for line in decisions {
        assert!(
            line.ends_with(&format!("| {days} days after the meeting |")),
            "{line}"
        );
    }
}
