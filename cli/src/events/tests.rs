//! Which events are listed, and which one a name means.

use callsheet_app::bot_state::BotState;
use callsheet_app::events::{EventName, find_event};
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{Applied, BotStatus, Decision, RuleName, Verdict, Wanted};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_applied_bot,
    an_email, at, id,
};
use jiff::SignedDuration;
use test_case::test_case;

use super::*;
use crate::render::{Render as _, assert_published};
use crate::screen::Screen;

/// An event of the calendar of sales.
fn row(event: &str, title: &str, start: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(event);
        row.key.ical_uid = id(format!("{event}@acme.example"));
        row.title = Some(title.to_owned());
        row.starts_at = at(start);
        row.ends_at = at(&start.replace(":00", ":30"));
    })
}

fn skipped(row: &mut Decision) {
    row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule records it");
    row.wanted = Wanted::Nothing;
}

fn scheduled(row: &mut Decision) {
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
}

async fn stored() -> (MemoryState, MemoryDecisions) {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let lead = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-lead");
        record.calendar.email = Some(an_email("lead@acme.example"));
    });
    for record in [a_calendar_record(), lead] {
        state.write_record(&record).await.expect("memory");
    }
    let rows = [
        row("0195a1f4-past-1", "Kick-off Initech", "08:00"),
        row("0195a1f4-aaaa-1", "Kick-off Globex", "10:00").with(scheduled),
        row("0195a1f4-aaaa-2", "Standup", "11:00").with(skipped),
        row("0195a1f4-bbbb-1", "Kick-off Hooli", "12:00")
            .with(|row| row.calendar_id = id("calendar-lead")),
    ];
    for row in rows {
        decisions.write(&row).await.expect("memory");
    }
    (state, decisions)
}

fn all() -> EventsArguments {
    EventsArguments {
        calendars: Vec::new(),
        from: None,
        until: None,
        day: None,
        verdict: None,
        bot: None,
        find: None,
    }
}

async fn listed(arguments: EventsArguments) -> EventList {
    let (state, decisions) = stored().await;
    let listed = events((&state, &decisions), arguments, &TimeZone::UTC, at("09:30")).await;
    listed.expect("memory")
}

#[tokio::test]
async fn what_can_still_be_saved_is_said_below_the_list() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let at_risk = row("0195a1f4-aaaa-1", "Kick-off Globex", "09:00").with(|row| {
        scheduled(row);
        row.ends_at = at("10:00");
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.starts_at = row.starts_at;
        }
    });
    let status = |code, time: &str| BotStatus::new(code, None, at(time)).expect("a code");
    let waits = [status("in_waiting_room", "09:01")];
    let at_risk = at_risk
        .with_statuses(&id("bot-1"), &waits, true)
        .with_alerts(Some(SignedDuration::ZERO), at("09:05"));
    let record = a_calendar_record();
    state.write_record(&record).await.expect("memory");
    decisions.write(&at_risk).await.expect("memory");
    let listed = async |now| {
        let from = EventsArguments {
            from: Some(at("08:00")),
            ..all()
        };
        let listed = events((&state, &decisions), from, &TimeZone::UTC, now).await;
        listed.expect("memory").text_on(&Screen::new(None, None))
    };
    let text = listed(at("09:30")).await;
    let words = "While it can be saved:\n2090-03-06 09:00  Kick-off Globex: The bot still waits";
    assert!(text.contains(words), "{text}");
    let over = listed(at("10:30")).await;
    assert!(!over.contains("saved"), "{over}");
    let joined = [status("in_call_recording", "09:10")];
    decisions.put(at_risk.with_statuses(&id("bot-1"), &joined, true));
    let admitted = listed(at("09:30")).await;
    assert!(!admitted.contains("saved"), "{admitted}");
}

#[test_case(|_| (), &["Globex", "Standup", "Hooli"]; "coming events")]
#[test_case(|all| all.from = Some(at("07:00")), &["Initech", "Globex", "Standup", "Hooli"]; "from an instant")]
#[test_case(|all| all.until = Some(at("11:00")), &["Globex"]; "until an instant")]
#[test_case(|all| all.day = Some(jiff::civil::date(2090, 3, 6)), &["Initech", "Globex", "Standup", "Hooli"]; "of a day")]
#[test_case(|all| all.day = Some(jiff::civil::date(2090, 3, 7)), &[]; "of another day")]
#[test_case(|all| all.calendars = vec!["Lead@acme.example".to_owned()], &["Hooli"]; "of a calendar")]
#[test_case(|all| all.verdict = Some(VerdictChoice::Skip), &["Standup"]; "with a verdict")]
#[test_case(|all| all.bot = Some(BotState::Scheduled), &["Globex"]; "with a scheduled bot")]
#[test_case(|all| all.bot = Some(BotState::Due), &["Hooli"]; "with a bot that is due")]
#[test_case(|all| all.find = Some("kick-OFF".to_owned()), &["Globex", "Hooli"]; "with a title")]
#[tokio::test]
async fn events_are_listed(change: impl FnOnce(&mut EventsArguments), expected: &[&str]) {
    let mut arguments = all();
    change(&mut arguments);
    let listed = listed(arguments).await;
    assert_published("events", &listed);
    let titles: Vec<_> = listed
        .events
        .iter()
        .filter_map(|event| event.title.as_deref())
        .collect();
    assert_eq!(titles.len(), expected.len(), "{titles:?}");
    for (title, expected) in titles.iter().zip(expected) {
        assert!(title.contains(expected), "{titles:?}");
    }
}

#[tokio::test]
async fn each_event_is_shown_with_the_shortest_id_that_names_it() {
    let text = listed(all()).await.text();
    for (title, short) in [
        ("Kick-off Globex", "0195a1f4-aaaa-1"),
        ("Standup", "0195a1f4-aaaa-2"),
        ("Kick-off Hooli", "0195a1f4-b"),
    ] {
        let line = text
            .lines()
            .find(|line| line.contains(title))
            .expect("it is listed");
        assert!(line.ends_with(short), "{line}");
    }
    assert!(text.contains("3 events: 2 to be recorded."), "{text}");
}

#[test_case(EventName::Id("0195a1f4-aaaa-2".to_owned()), "Standup"; "its whole id")]
#[test_case(EventName::Id("0195a1f4-b".to_owned()), "Kick-off Hooli"; "the beginning of its id")]
#[test_case(EventName::Id("0195a1f4-p".to_owned()), "Kick-off Initech"; "the beginning of a past event's id")]
#[test_case(EventName::Title("globex".to_owned()), "Kick-off Globex"; "a part of its title")]
#[test_case(EventName::Title("initech".to_owned()), "Kick-off Initech"; "a part of a past event's title")]
#[tokio::test]
async fn an_event_is_found_by(name: EventName, expected: &str) {
    let (state, decisions) = stored().await;
    let found = find_event(&state, &decisions, &name, at("09:30")).await;
    let found = found.expect("it is found");
    assert_eq!(found.title.as_deref(), Some(expected));
}

#[test_case(EventName::Id("0195a1f4-aaaa".to_owned()), &["2 events have an id that begins with \"0195a1f4-aaaa\". Which one?", "0195a1f4-aaaa-1", "0195a1f4-aaaa-2"]; "several ids begin so")]
#[test_case(EventName::Title("kick-off".to_owned()), &["2 events have \"kick-off\" in their title. Which one?", "0195a1f4-aaaa-1", "0195a1f4-b"]; "several titles")]
#[test_case(EventName::Id("019".to_owned()), &["no event has the id \"019\"", "`callsheet events`"]; "too short a beginning")]
#[test_case(EventName::Id("ffff0000".to_owned()), &["no event has the id \"ffff0000\""]; "no id")]
#[test_case(EventName::Title("party".to_owned()), &["no event has \"party\" in its title"]; "no title")]
#[tokio::test]
async fn a_name_of_no_event_or_of_several_is_refused(name: EventName, expected: &[&str]) {
    let (state, decisions) = stored().await;
    let found = find_event(&state, &decisions, &name, at("09:30")).await;
    let error = CliError::from(found.expect_err("it is refused"));
    assert_eq!(error.exit_code(), 1);
    for expected in expected {
        assert!(error.report().contains(expected), "{}", error.report());
    }
}

/// A question has the width and the zone of the terminal, as a list has.
#[test_case(60, "Qu"; "a narrow terminal")]
#[test_case(80, "Quarterly"; "a terminal of 80 columns")]
#[test_case(140, "Quarterly kick-off with everybody"; "a wide terminal")]
#[tokio::test]
async fn a_question_fits_the_screen(width: usize, expected: &str) {
    let (state, decisions) = stored().await;
    let long = "Quarterly kick-off with everybody who ever bought anything from us";
    let row = row("0195a1f4-cccc-1", long, "13:00");
    decisions.write(&row).await.expect("memory");
    let name = EventName::Title("kick-off".to_owned());
    let found = find_event(&state, &decisions, &name, at("09:30")).await;
    let error = CliError::from(found.expect_err("several have it"));
    let text = error.report_on(&Screen::new(Some(width), Some("Asia/Kolkata")));
    let (_, table) = text.split_once("\n\n").expect("a table");
    for line in table.lines() {
        assert!(line.chars().count() <= width, "{line}");
    }
    assert!(table.starts_with("start           "), "{table}");
    assert!(table.contains("(Asia/Kolkata)"), "{table}");
    assert!(table.contains("2090-03-06 18:30"), "{table}");
    assert!(table.contains(expected), "{table}");
    let widest = table.lines().map(|line| line.chars().count()).max();
    assert!(width < 80 || widest > Some(70), "{table}");
}

/// What is longer than its column is cut, and the id that commands take is whole.
#[test_case(60; "a narrow terminal")]
#[test_case(80; "a terminal of 80 columns")]
#[test_case(120; "a wide terminal")]
#[tokio::test]
async fn a_list_fits_the_screen(width: usize) {
    let mut listed = listed(all()).await;
    for event in &mut listed.events {
        event.title =
            Some("Quarterly 会議 with everybody who ever bought anything from us".to_owned());
        event.owner = Some("a-person-with-a-rather-long-name@subsidiary.acme.example".to_owned());
    }
    let text = listed.text_on(&Screen::new(Some(width), None));
    let table: Vec<_> = text.lines().take_while(|line| !line.is_empty()).collect();
    for line in &table {
        let columns = unicode_width::UnicodeWidthStr::width(*line);
        assert!(columns <= width, "{columns} columns: {line}");
    }
    for event in &listed.events {
        let is_whole = text.lines().any(|line| line.ends_with(&event.short_id));
        assert!(is_whole, "{text}");
    }
}

#[tokio::test]
async fn starts_are_shown_in_the_time_zone_of_the_person() {
    let text = listed(all())
        .await
        .text_on(&Screen::new(None, Some("America/New_York")));
    assert!(text.contains("(America/New_York)"), "{text}");
    assert!(text.contains("2090-03-06 05:00"), "{text}");
}
