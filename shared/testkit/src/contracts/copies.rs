//! What every implementation of `Decisions` must do with the copies of a meeting.

use callsheet_app::ports::{DecisionRows, Decisions};
use callsheet_domain::{
    BotConfig, Decision, Fact, FactValue, FactValues, IcalUid, Offer, Person, Reason,
    ResponseStatus, RuleName, TestedRules, Timestamp, Verdict, Wanted,
};
use futures_util::future::join_all;
use serde_json::json;

use super::decision_rows::a_row;
use super::decisions::written;
use super::eventually;
use crate::{With, an_email, an_offer, at, id};

fn meeting(name: &str) -> IcalUid {
    id(name)
}

pub(super) fn a_copy(of: &str, event: &str) -> Decision {
    a_row(event).with(|row| row.key.ical_uid = meeting(of))
}

async fn copies(decisions: &impl Decisions, of: &str) -> Vec<Decision> {
    let rows = decisions.copies_at(&meeting(of), starts_at()).await;
    let rows = rows.expect("the store answers");
    let mut rows = rows.all_readable().expect("each row can be read");
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows
}

/// One value of each type, and unusual ones.
fn facts() -> FactValues {
    let person = |email: &str, response| Person {
        email: an_email(email),
        response,
        is_optional: true,
        is_resource: false,
        is_organizer: true,
    };
    let people = vec![
        person("sales@acme.example", ResponseStatus::Tentative),
        person("\"odd@name\"@acme.example", ResponseStatus::Pending),
    ];
    FactValues::from([
        (Fact::OwnResponse, FactValue::Unknown),
        (Fact::External, FactValue::Flag(false)),
        (Fact::LeadMinutes, FactValue::Number(i64::MIN)),
        (Fact::Title, FactValue::Text(String::new())),
        (
            Fact::Domains,
            FactValue::Texts(vec![String::new(), "ü".to_owned()]),
        ),
        (Fact::ExternalDomains, FactValue::Texts(Vec::new())),
        (Fact::Attendees, FactValue::People(people)),
    ])
}

/// The facts of a verdict and the offer of a copy are read as they were written.
///
/// # Panics
/// If the implementation does something else.
pub async fn facts_and_offers_are_read_as_they_were_written(decisions: &impl Decisions) {
    let other = BotConfig::new(json!({"bot_name": "Another"})).expect("valid");
    let rows = [
        a_row("no-facts").with(|row| row.verdict = Verdict::record(RuleName::DEFAULT, "why")),
        a_row("all-facts").with(|row| {
            row.verdict = Verdict::Skip(Reason {
                rule: RuleName::named("a-rule"),
                reason: "why".to_owned(),
                facts: facts(),
                has_failed: true,
                is_locked: true,
                tested: Some(TestedRules {
                    policy: Some("sales".to_owned()),
                    passed: 2,
                    facts: facts(),
                }),
            });
        }),
        a_row("follows").with(|row| {
            row.offer = Some(Offer {
                config: other,
                is_organizers: false,
                is_refused: false,
            });
        }),
        a_row("wants-nothing").with(|row| {
            row.wanted = Wanted::Nothing;
            row.offer = None;
        }),
        a_row("no-names").with(|row| row.offer = Some(an_offer())),
    ];
    for row in rows {
        let row = written(decisions, &row).await;
        let read = decisions.decisions(std::slice::from_ref(&row.key)).await;
        assert_eq!(
            read.expect("the store answers")
                .all_readable()
                .expect("readable"),
            [row]
        );
    }
}

fn starts_at() -> Timestamp {
    a_row("any").starts_at
}

/// The copies of a meeting at one start are read, and no other, as the latest writes left
/// them.
///
/// # Panics
/// If the implementation does something else.
pub async fn copies_of_a_meeting_at_one_start_are_read(decisions: &impl Decisions) {
    let one = written(decisions, &a_copy("one", "event-1")).await;
    let again = written(decisions, &a_copy("one", "event-2")).await;
    let again = written(decisions, &again.with(|row| row.title = None)).await;
    written(decisions, &a_copy("two", "event-3")).await;
    written(decisions, &a_copy("one and more", "event-4")).await;
    let later = a_copy("one", "event-5").with(|row| row.starts_at = row.ends_at);
    written(decisions, &later).await;
    assert_eq!(copies(decisions, "one").await, [one, again]);
    assert_eq!(copies(decisions, "none").await, []);
}

/// More copies than one response of a table holds are read.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_meeting_with_many_copies_is_read_to_the_end(decisions: &impl Decisions) {
    let long = "x".repeat(20_000);
    let rows = (0..80).map(|number| {
        a_copy("weekly", &format!("event-{number:03}")).with(|row| {
            row.verdict = Verdict::record(RuleName::DEFAULT, long.clone());
        })
    });
    let rows: Vec<_> = rows.collect();
    let rows = join_all(rows.iter().map(|row| written(decisions, row))).await;
    assert_eq!(copies(decisions, "weekly").await, rows);
}

/// The decision on an event is found by the event's id alone, after a while.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_decision_is_found_by_its_event(decisions: &impl Decisions) {
    let row = written(decisions, &a_copy("one", "event-1")).await;
    written(decisions, &a_copy("one", "event-2")).await;
    eventually("the event is found", async || {
        let found = decisions.of_event(&row.key.event_id).await;
        found.expect("the store answers").decisions == std::slice::from_ref(&row)
    })
    .await;
    let unknown = a_copy("one", "event-9").key.event_id;
    let found = decisions.of_event(&unknown).await;
    assert_eq!(found.expect("the store answers"), DecisionRows::default());
}

/// Only a row that cannot be read may be discarded.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_row_that_can_be_read_is_not_discarded(decisions: &impl Decisions) {
    let row = written(decisions, &a_copy("one", "event-1")).await;
    let unknown = a_copy("one", "event-9").key;
    for key in [&row.key, &unknown] {
        assert!(!decisions.discard(key).await.expect("the store answers"));
    }
    let rows = decisions.decisions(std::slice::from_ref(&row.key)).await;
    assert_eq!(rows.expect("the store answers").decisions, [row]);
}

/// Every row of an `ical_uid` is on one page, whatever its start.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_copies_of_an_ical_uid_are_read_page_by_page(decisions: &impl Decisions) {
    let mut expected = Vec::new();
    for number in 0..50 {
        let row = a_copy("weekly", &format!("event-{number:02}")).with(|row| {
            if number % 2 == 0 {
                row.starts_at = at("12:00");
                row.ends_at = at("13:00");
            }
        });
        written(decisions, &row).await;
        expected.push(row.key);
    }
    written(decisions, &a_copy("another", "event-99")).await;
    let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = decisions
            .copies_page(&meeting("weekly"), after.as_ref())
            .await;
        let page = page.expect("the store answers");
        let rows = page.rows.all_readable().expect("each row can be read");
        found.extend(rows.into_iter().map(|row| row.key));
        pages += 1;
        assert!(pages <= 50, "the pages have an end");
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
}
