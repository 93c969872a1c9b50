//! What is removed, and what stays.

use callsheet_api::forget::{DecisionCounts, Forgotten};
use callsheet_app::forget::mentions;
use callsheet_app::ports::{Calendars as _, Decisions as _, Forgetting as _, OverrideStore as _};
use callsheet_domain::{
    Actor, Applied, CalendarStatus, Decision, Fact, FactValue, OverrideChoice, OverrideScope,
    Person, RequestedDisconnection, ResponseStatus, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_applied_bot, an_email, at, id,
};

use crate::render::Render as _;

const GUEST: &str = "buyer@globex.example";

/// The tables, in memory.
struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
}

/// A meeting with a guest, whose address a rule asked for; it is over if it ended at nine.
fn a_meeting(event: &str, calendar: &str, ended: bool) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(event);
        row.calendar_id = id(calendar);
        if ended {
            (row.starts_at, row.ends_at) = (at("08:00"), at("09:00"));
        }
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
        let guest = Person {
            email: an_email(GUEST),
            response: ResponseStatus::Accepted,
            is_optional: false,
            is_resource: false,
            is_organizer: false,
        };
        let reason = match &mut row.verdict {
            callsheet_domain::Verdict::Record(reason) | callsheet_domain::Verdict::Skip(reason) => {
                reason
            }
        };
        let people = FactValue::People(vec![guest]);
        reason.facts.insert(Fact::Attendees, people);
    })
}

/// A calendar with this status, an override by the lead, a meeting that is over and one
/// that is not.
async fn with_calendar(status: CalendarStatus) -> Harness {
    let ports = Harness {
        state: MemoryState::new(),
        decisions: MemoryDecisions::new(),
    };
    let record = a_calendar_record().with(|record| record.calendar.status = status);
    let (calendar, owner) = (record.calendar.id.clone(), record.calendar.owner());
    ports.state.write_record(&record).await.expect("memory");
    let (scope, by) = (OverrideScope::Event(id("a")), an_actor());
    let set = ports
        .state
        .set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:00"));
    set.await.expect("memory");
    for (event, ended) in [("past", true), ("coming", false)] {
        let row = a_meeting(event, calendar.as_str(), ended);
        ports.decisions.write(&row).await.expect("memory");
    }
    ports
}

async fn forget(ports: &Harness, name: &str, is_dry_run: bool) -> Forgotten {
    let tables = (&ports.state, &ports.decisions);
    let forgotten = callsheet_app::forget::forget(tables, name, is_dry_run, at("09:30")).await;
    Forgotten::of(forgotten.expect("memory"))
}

async fn row(ports: &Harness, event: &str) -> Decision {
    let rows = ports.decisions.of_event(&id(event)).await.expect("memory");
    rows.decisions.into_iter().next().expect("it is stored")
}

/// All that `row` says, hidden or not.
fn says(row: &Decision, text: &str) -> bool {
    mentions(row, text)
}

#[tokio::test]
async fn without_a_confirmation_forgetting_only_shows_what_it_would_do() {
    let ports = with_calendar(CalendarStatus::Deleted).await;
    let before = row(&ports, "past").await;
    let shown = forget(&ports, "sales@acme.example", true).await;
    assert_eq!(
        shown.text(),
        "\
Of sales@acme.example would be removed:
  2 decisions' titles, links, facts and reasons
  3 rows of overrides and pauses of the person
  calendar calendar-sales: 1 row
Nothing was changed: add --yes to do it."
    );
    assert_eq!(shown.exit_code(), 0);
    assert_eq!(row(&ports, "past").await, before);
    let calendar = a_calendar_record().calendar.id;
    let rows = ports.state.calendar_rows(&calendar).await;
    assert_eq!(rows.expect("memory"), 1);
    let owner = a_calendar_record().calendar.owner();
    let own = ports.state.owner_rows(&owner);
    assert_eq!(own.await.expect("memory"), 3);
}

#[tokio::test]
async fn a_calendar_that_is_gone_is_forgotten_with_all_its_meetings() {
    let ports = with_calendar(CalendarStatus::Deleted).await;
    let shown = forget(&ports, "calendar-sales", false).await;
    assert_eq!((shown.decisions.forgotten, shown.exit_code()), (2, 0));
    for event in ["past", "coming"] {
        let row = row(&ports, event).await;
        for text in ["Kick-off", "meet.example", GUEST, "globex"] {
            assert!(!says(&row, text), "{event} says {text}");
        }
        assert_eq!(row.verdict.reason().rule.as_str(), "external");
        assert!(!row.is_due());
    }
    let calendar = a_calendar_record().calendar.id;
    let rows = ports.state.calendar_rows(&calendar).await;
    assert_eq!(rows.expect("memory"), 0);
    let again = forget(&ports, "calendar-sales", false).await;
    assert!(
        again
            .text()
            .starts_with("Nothing about calendar-sales is to be removed."),
        "{}",
        again.text()
    );
}

#[tokio::test]
async fn a_connected_calendar_and_its_coming_meetings_stay_and_are_reported() {
    let ports = with_calendar(CalendarStatus::Connected).await;
    let coming = row(&ports, "coming").await;
    let shown = forget(&ports, "Sales@acme.example", false).await;
    let expected = DecisionCounts {
        forgotten: 1,
        upcoming: 1,
    };
    assert_eq!((shown.decisions, shown.exit_code()), (expected, 1));
    let text = shown.text();
    for line in [
        "  1 decision about a meeting that is not over",
        "  calendar calendar-sales, which is not deleted at Recall",
        "  3 rows of overrides and pauses of the person, who has a calendar that is",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!says(&row(&ports, "past").await, "Kick-off"));
    assert_eq!(row(&ports, "coming").await, coming);
}

/// The mailbox may be connected again under another id: its overrides stay until the person
/// is forgotten.
#[tokio::test]
async fn overrides_of_a_person_are_forgotten_with_the_address_and_not_with_a_calendar() {
    let ports = with_calendar(CalendarStatus::Deleted).await;
    let owner = a_calendar_record().calendar.owner();
    let rows = async || ports.state.owner_rows(&owner).await.expect("memory");
    forget(&ports, "calendar-sales", false).await;
    assert_eq!(rows().await, 3);
    let shown = forget(&ports, "sales@acme.example", false).await;
    assert_eq!(shown.own_overrides.forgotten, 3);
    assert_eq!(rows().await, 0);
}

/// A guest owns no calendar, and stands in decisions of another's.
#[tokio::test]
async fn a_guest_is_forgotten_in_the_decisions_that_mention_them() {
    let ports = with_calendar(CalendarStatus::Connected).await;
    let other = a_meeting("other", "calendar-sales", true).with(|row| {
        *row = row.clone().forgotten();
        row.title = Some("Another".to_owned());
    });
    ports.decisions.write(&other).await.expect("memory");
    let shown = forget(&ports, GUEST, false).await;
    assert_eq!(
        (shown.decisions.forgotten, shown.decisions.upcoming),
        (1, 1)
    );
    assert!(!says(&row(&ports, "past").await, GUEST));
    assert!(says(&row(&ports, "other").await, "Another"));
}

#[tokio::test]
async fn the_name_of_who_set_overrides_is_replaced() {
    let ports = with_calendar(CalendarStatus::Connected).await;
    let shown = forget(&ports, "lead@acme.example", true).await;
    assert_eq!((shown.overrides, shown.actions), (1, 1));
    assert_eq!(shown.exit_code(), 0);
    let line = "\n  1 entry of the log of activity with the name\n";
    assert!(shown.text().contains(line), "{}", shown.text());
    forget(&ports, "lead@acme.example", false).await;
    let owner = a_calendar_record().calendar.owner();
    let overrides = ports.state.overrides(&owner).await.expect("memory");
    let by: Vec<_> = overrides
        .by_scope
        .values()
        .map(|one| one.by.clone())
        .collect();
    assert_eq!(by, [Some(Actor::forgotten())]);
}

#[tokio::test]
async fn the_name_of_who_disconnected_a_calendar_is_counted_by_itself_and_replaced() {
    let ports = with_calendar(CalendarStatus::Connected).await;
    let id = a_calendar_record().calendar.id;
    let record = async || {
        let record = ports.state.record(&id).await;
        record.expect("memory").expect("it is stored")
    };
    let by: Actor = callsheet_testkit::id("owner@acme.example");
    let wanted = record().await.wanted_gone(RequestedDisconnection {
        by,
        at: at("09:00"),
    });
    let written = ports.state.write_disconnection(&wanted).await;
    written.expect("memory");
    let shown = forget(&ports, "owner@acme.example", false).await;
    let counts = (shown.overrides, shown.actions, shown.disconnections);
    assert_eq!(counts, (0, 1, 1));
    let text = shown.text();
    let line = "\n  1 name of who disconnected a calendar\n";
    assert!(text.contains(line), "{text}");
    let by = record().await.disconnection.map(|wanted| wanted.by);
    assert_eq!(by, Some(Actor::forgotten()));
}

#[tokio::test]
async fn decisions_that_cannot_be_read_are_named() {
    let ports = with_calendar(CalendarStatus::Deleted).await;
    let bad = row(&ports, "past").await;
    ports.decisions.make_unreadable(&bad.key);
    let shown = forget(&ports, "calendar-sales", false).await;
    assert_eq!((shown.decisions.forgotten, shown.exit_code()), (1, 1));
    assert!(shown.text().contains("  event past: "), "{}", shown.text());
}

/// It may say something about the person, whoever the owner of its calendar is.
#[tokio::test]
async fn a_decision_of_another_calendar_that_cannot_be_read_is_named() {
    let ports = with_calendar(CalendarStatus::Connected).await;
    let bad = row(&ports, "past").await;
    ports.decisions.make_unreadable(&bad.key);
    let shown = forget(&ports, "buyer@elsewhere.example", false).await;
    assert_eq!((shown.decisions.forgotten, shown.exit_code()), (0, 1));
    assert!(shown.text().contains("  event past: "), "{}", shown.text());
}
