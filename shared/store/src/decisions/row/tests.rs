//! A row is read as it is written, and one that cannot be read says which attribute is wrong.

mod guests;

use callsheet_domain::{
    Abandonment, AppliedBot, BotLife, BotStatus, ConfigDigest, Fact, FactValue, LeftBot, Offer,
    OwnerCheck, Person, ResponseStatus, SentConfig, Verdict,
};
use callsheet_testkit::{a_bot_config, a_decision, an_applied_bot, an_email, at, id};
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::attributes::text;

/// A row of version 1, written by hand. Every build that reads version 1 reads it.
fn a_row_written_by_hand() -> Value {
    json!({
        "v": 1,
        "ical_uid": "meeting-1@acme.example",
        "event_id": "event-1",
        "calendar_id": "calendar-sales",
        "platform_id": "platform-event-1",
        "series": "series-1",
        "starts_at": 3_792_477_600_000_000_i64,
        "ends_at": 3_792_481_200_000_000_i64,
        "title": "Kick-off",
        "link": "zkCXbl5daFiLkrwN9UQ6UQ",
        "platform": "google_meet",
        "verdict": "record",
        "rule": "external",
        "reason": "globex.example takes part, outside of acme.example",
        "inputs": {"event": 3_792_474_000_000_000_i64, "calendar": 1, "policy": 1, "overrides": 0},
        "wanted": {
            "deduplication_key": "2090-03-06T10:00:00Z-https://meet.example/abc-defg",
            "starts_at": 3_792_477_600_000_000_i64,
            "meeting_url": "https://meet.example/abc-defg",
            "config": r#"{"bot_name":"Notes"}"#,
        },
        "offer": {"is_organizers": false},
        "applied": {
            "deduplication_key": "2090-03-06T10:00:00Z-https://meet.example/abc-defg",
            "starts_at": 3_792_477_600_000_000_i64,
            "meeting_url": "https://meet.example/abc-defg",
            "config": "0f",
            "bot_id": "bot-1",
        },
        "had_bot": true,
        "outcome": {
            "bot_id": "bot-1",
            "phase": "not_recorded",
            "class": "removed",
            "newest": {"code": "done", "at": 3_792_478_002_000_000_i64},
            "step": {"code": "done", "at": 3_792_478_002_000_000_i64},
            "ended": {"code": "call_ended", "sub_code": "bot_kicked_from_call", "at": 3_792_478_001_000_000_i64},
            "permission": {"code": "recording_permission_allowed", "at": 3_792_478_000_000_001_i64},
            "joined_at": 3_792_478_000_000_000_i64,
        },
        "generation": 1,
        "attempts": 2,
        "not_before": 3_792_474_000_000_001_i64,
        "last_error": "busy",
        "abandoned": {"generation": 0, "reason": "over"},
        "version": 5,
        "expires_at": 3_795_073_200_i64,
        "due": "due",
        "bot": "6vPoL8f_GfX0uVpdXXrCgQ",
        "bot_id": "bot-1",
        "bot_rank": "001#event-1",
        "check_at": 3_792_474_030_000_000_i64,
        "left_bots": [{
            "deduplication_key": "2090-03-06T09:00:00Z-https://meet.example/abc-defg",
            "rank": "000#event-1",
            "at": 3_792_474_000_000_000_i64,
            "sent": {"config": "0e", "at": 3_792_474_000_000_001_i64},
        }],
        "due_bot": "6vPoL8f_GfX0uVpdXXrCgQ",
        "day": "2090-03-06",
        "bot_state": "due",
        "phase": "not_recorded",
        "counted": {"result": "removed", "policy": 1, "joined_at": 3_792_478_000_000_000_i64},
    })
}

/// `decision` after `change`.
fn changed(mut decision: Decision, change: impl FnOnce(&mut Decision)) -> Decision {
    change(&mut decision);
    decision
}

/// The decision in [`a_row_written_by_hand`].
fn the_decision() -> Decision {
    changed(a_decision(), |row| {
        row.platform_id = PlatformEventId::parse("platform-event-1").ok();
        row.series = SeriesId::parse("series-1").ok();
        row.verdict = Verdict::record(
            RuleName::named("external"),
            "globex.example takes part, outside of acme.example",
        );
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.config = a_bot_config();
        }
        row.offer = Some(Offer {
            config: a_bot_config(),
            is_organizers: false,
            is_refused: false,
        });
        if let Wanted::Bot(bot) = &row.wanted {
            let mut bot = an_applied_bot(bot);
            bot.config = ConfigDigest::kept("0f");
            row.applied = Applied::Bot(Box::new(bot));
        }
        row.had_bot = true;
        let status = |code, sub_code, second: &str| BotStatus::new(code, sub_code, at(second));
        let statuses = [
            status("in_call_not_recording", None, "10:06:40"),
            status("recording_permission_allowed", None, "10:06:40.000001"),
            status("call_ended", Some("bot_kicked_from_call"), "10:06:41"),
            status("done", None, "10:06:42"),
        ];
        *row = row.clone().with_statuses(
            &id("bot-1"),
            &statuses.map(|status| status.expect("a code")),
            true,
        );
        row.attempts = Attempts {
            count: 2,
            not_before: Some(at("09:00:00.000001")),
            last_error: Some("busy".to_owned()),
        };
        row.abandoned = Some(Abandonment {
            generation: Generation(0),
            reason: "over".to_owned(),
        });
        row.owner_check = Some(OwnerCheck {
            not_before: at("09:00:30"),
            left: vec![LeftBot {
                deduplication_key: id("2090-03-06T09:00:00Z-https://meet.example/abc-defg"),
                rank: "000#event-1".to_owned(),
                at: at("09:00"),
                sent: Some(SentConfig {
                    config: ConfigDigest::kept("0e"),
                    at: at("09:00:00.000001"),
                }),
            }],
        });
        row.version = Version(5);
    })
}

fn attributes(row: &Value) -> Attributes {
    serde_dynamo::to_item(row).expect("a row")
}

/// What is read of `decision` after it was written.
fn written_and_read(decision: &Decision) -> Decision {
    let read = decision_of(written_decision(decision)).expect("a row of ours");
    changed(read, |read| read.version = decision.version)
}

#[test]
fn a_row_as_written_by_hand_is_read() {
    let row = attributes(&a_row_written_by_hand());
    assert_eq!(decision_of(row), Ok(the_decision()));
}

#[test]
fn a_decision_is_written_as_the_row_written_by_hand() {
    let before = changed(the_decision(), |row| row.version = Version(4));
    let row = attributes(&a_row_written_by_hand());
    assert_eq!(written_decision(&before), row);
}

#[test_case("v", json!(2), Unreadable::UnknownVersion; "a later version")]
#[test_case("verdict", json!("maybe"), Unreadable::Malformed("verdict".to_owned()); "a third verdict")]
#[test_case("starts_at", json!("2090-03-06"), Unreadable::Malformed("starts_at".to_owned()); "an instant as text")]
#[test_case("version", json!(-1), Unreadable::Malformed("version".to_owned()); "a number out of range")]
#[test_case("event_id", json!("../bot"), Unreadable::Malformed("event_id".to_owned()); "no id")]
#[test_case("wanted", json!("bot"), Unreadable::Malformed("wanted".to_owned()); "no map")]
#[test_case("offer", json!({"is_organizers": 1}), Unreadable::Malformed("offer.is_organizers".to_owned()); "an odd value in a map")]
#[test_case("facts", json!({"external": "yes"}), Unreadable::Malformed("facts.external".to_owned()); "a fact of another type")]
fn a_malformed_attribute_is_named_without_its_content(
    name: &str,
    value: Value,
    expected: Unreadable,
) {
    let mut row = a_row_written_by_hand();
    row[name] = value;
    assert_eq!(decision_of(attributes(&row)), Err(expected));
}

#[test]
fn an_unreadable_row_is_named_by_its_event() {
    let mut row = a_row_written_by_hand();
    row["title"] = json!(7);
    let read = read_rows([attributes(&row), attributes(&a_row_written_by_hand())]);
    assert_eq!(read.decisions, [the_decision()]);
    let problems: Vec<_> = read.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["the decision about event event-1: attribute title has an unexpected type or value"]
    );
    let problem = read.all_readable().expect_err("a row is unreadable");
    assert!(problem.to_string().contains("event event-1"), "{problem}");
}

#[test]
fn a_row_without_a_readable_key_is_left_out() {
    let mut row = a_row_written_by_hand();
    row["event_id"] = json!("../bot");
    let read = read_rows([attributes(&row), attributes(&a_row_written_by_hand())]);
    assert_eq!(read.decisions, [the_decision()]);
    assert_eq!(read.unreadable, []);
}

#[test_case("v"; "version of the shape")]
#[test_case("inputs"; "map")]
#[test_case("reason"; "text")]
#[test_case("ends_at"; "instant")]
fn a_required_attribute_may_not_be_missing(name: &str) {
    let mut row = attributes(&a_row_written_by_hand());
    row.remove(name);
    let expected = Unreadable::Missing(name.to_owned());
    assert_eq!(decision_of(row), Err(expected));
}

#[test_case("08:00", "11:00"; "a bot before the meeting")]
#[test_case("10:00", "11:00"; "the bot of the meeting")]
#[test_case("15:00", "16:00"; "a bot at a later start, for as long as the meeting lasts")]
fn a_row_is_kept_for_30_days_after_the_meeting_and_the_call_of_its_bot(bot: &str, end: &str) {
    let decision = changed(the_decision(), |row| {
        if let Applied::Bot(applied) = &mut row.applied {
            applied.starts_at = at(bot);
        }
    });
    let expected = (at(end).as_second() + 30 * 24 * 60 * 60).to_string();
    let written = written_decision(&decision);
    assert_eq!(written["expires_at"].as_n(), Ok(&expected));
}

#[test_case("uncertain", Applied::Uncertain; "uncertain")]
#[test_case("too_many", Applied::TooMany; "too many")]
#[test_case("dispatched", Applied::Dispatched; "dispatched")]
fn the_state_of_an_applied_bot_comes_back(state: &str, applied: fn(Box<AppliedBot>) -> Applied) {
    let decision = changed(the_decision(), |row| {
        let bot = row.applied.bot().cloned().expect("a bot is applied");
        row.applied = applied(Box::new(bot));
    });
    let written = written_decision(&decision);
    let stored = written["applied"].as_m().expect("a map");
    assert_eq!(stored.get("state"), Some(&text(state)));
    assert_eq!(written_and_read(&decision), decision);
}

#[test_case("platform_id", |row| row.platform_id = None; "platform id")]
#[test_case("series", |row| row.series = None; "series")]
#[test_case("title", |row| row.title = None; "title")]
#[test_case("link", |row| row.link = None; "link")]
#[test_case("platform", |row| row.platform = None; "platform")]
#[test_case("had_bot", |row| row.had_bot = false; "bot that was scheduled once")]
#[test_case("outcome", |row| row.outcome = None; "outcome")]
#[test_case("life", |row| row.life = BotLife::default(); "other bots")]
#[test_case("applied", |row| row.applied = Applied::Nothing; "applied bot")]
#[test_case("abandoned", |row| row.abandoned = None; "abandonment")]
fn an_optional_attribute_is_absent_and_read_as_absent(name: &str, without: fn(&mut Decision)) {
    let decision = changed(the_decision(), without);
    assert_eq!(written_decision(&decision).get(name), None);
    assert_eq!(written_and_read(&decision), decision);
}

#[test]
fn an_offer_that_differs_from_the_wanted_bot_comes_back() {
    let decision = changed(the_decision(), |row| {
        let config = a_bot_config().with_metadata("team", "sales");
        row.offer = Some(Offer {
            config,
            is_organizers: true,
            is_refused: true,
        });
    });
    assert_eq!(written_and_read(&decision), decision);
}

#[test]
fn facts_of_every_type_come_back_and_unknown_names_are_ignored() {
    let person = Person {
        email: an_email("buyer@globex.example"),
        response: ResponseStatus::Accepted,
        is_optional: true,
        is_resource: false,
        is_organizer: false,
    };
    let facts = [
        (Fact::External, FactValue::Flag(true)),
        (Fact::Participants, FactValue::Number(-3)),
        (Fact::Title, FactValue::Text("Kick-off".to_owned())),
        (
            Fact::Domains,
            FactValue::Texts(vec!["globex.example".to_owned()]),
        ),
        (Fact::ExternalDomains, FactValue::Texts(Vec::new())),
        (Fact::Attendees, FactValue::People(vec![person])),
        (Fact::Hosted, FactValue::Unknown),
    ];
    let with = |facts: &[(Fact, FactValue)]| {
        changed(the_decision(), |row| {
            let mut reason = row.verdict.reason().clone();
            reason.facts = facts.iter().cloned().collect();
            row.verdict = Verdict::Record(reason);
        })
    };
    let decision = with(&facts);
    assert_eq!(written_and_read(&decision), decision);
    let without_attendees = with(&[(Fact::Attendees, FactValue::People(Vec::new()))]);
    assert_eq!(written_and_read(&without_attendees), without_attendees);

    let mut row = a_row_written_by_hand();
    row["facts"] = json!({"external": true, "of_a_later_build": {"odd": [1]}});
    let read = decision_of(attributes(&row)).expect("readable");
    let expected = with(&[(Fact::External, FactValue::Flag(true))]);
    assert_eq!(read, expected);
}
