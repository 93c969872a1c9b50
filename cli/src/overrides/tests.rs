//! Which word is written down, about what, and who is told.

use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_domain::{CalendarId, Decision, OverrideScope, SeriesId, SyncJob, SyncReason};
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_event, at,
};
use test_case::test_case;

use super::*;
use crate::render::Render as _;

struct House {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

async fn house(row: Decision) -> House {
    let house = House {
        state: MemoryState::new(),
        decisions: MemoryDecisions::new(),
        queue: MemoryQueue::new(),
    };
    house
        .state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    house.decisions.write(&row).await.expect("memory");
    house
}

impl House {
    async fn say(&self, about: About, say: Say) -> Result<Said, CliError> {
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let event = an_event().id;
        word(ports, (about, &event), say, &an_actor(), at("09:30")).await
    }

    async fn words(&self) -> Vec<(OverrideScope, OverrideChoice)> {
        let calendar = a_calendar_record().calendar.id;
        let overrides = self.state.overrides(&calendar).await.expect("memory");
        let words = overrides.by_scope.into_iter();
        words
            .map(|(subject, said)| (subject, said.choice))
            .collect()
    }

    async fn pause(&self, calendar: &str, until: Option<&str>) -> Result<Said, CliError> {
        let ports = (&self.state, Some(&self.queue));
        pause(ports, calendar, until.map(at), &an_actor(), at("09:30")).await
    }
}

fn an_event_named() -> OverrideScope {
    OverrideScope::Event(an_event().platform_id.expect("it has a name"))
}

fn a_series() -> SeriesId {
    SeriesId::parse("series-1").expect("an id")
}

#[test_case(About::Event, None, an_event_named(); "an event")]
#[test_case(About::Event, Some(a_series()), an_event_named(); "an event of a series")]
#[test_case(About::Series, Some(a_series()), OverrideScope::PlatformSeries(a_series()); "a series")]
#[test_case(About::Series, None, OverrideScope::Series(an_event().ical_uid); "a series without a name")]
#[tokio::test]
async fn a_word_is_about_the_platforms_names(
    about: About,
    series: Option<SeriesId>,
    expected: OverrideScope,
) {
    let house = house(a_decision().with(|row| row.series = series)).await;
    let said = house.say(about, Say::Skip).await.expect("it is said");
    assert_eq!(house.words().await, [(expected, OverrideChoice::Skip)]);
    assert_eq!((said.revision, said.look), (1, Asked::Yes));
    let Some(SyncJob::Request(request)) = house.queue.sent().pop() else {
        panic!("its calendar is to be looked at");
    };
    assert_eq!(request.reason, SyncReason::FullSync);
    assert_eq!(request.sent_at, at("09:30"));
}

#[test_case(Say::Record, "lead@acme.example wants this event recorded: Kick-off."; "record")]
#[test_case(Say::Skip, "lead@acme.example does not want this event recorded: Kick-off."; "skip")]
#[test_case(Say::Ask, "The policy decides again about this event: Kick-off."; "taken back")]
#[tokio::test]
async fn says_what_was_written_down(say: Say, expected: &str) {
    let house = house(a_decision()).await;
    let said = house.say(About::Event, say).await.expect("it is said");
    assert!(said.text().starts_with(expected), "{}", said.text());
}

#[test_case(About::Event; "an event")]
#[test_case(About::Series; "a series")]
#[tokio::test]
async fn a_row_of_an_earlier_build_is_looked_at_first(about: About) {
    let house = house(a_decision().with(|row| row.platform_id = None)).await;
    let trouble = house
        .say(about, Say::Skip)
        .await
        .expect_err("it cannot be said yet");
    assert_eq!(trouble.exit_code(), 1);
    assert!(
        trouble.report().contains("say it again in a minute"),
        "{}",
        trouble.report()
    );
    assert_eq!(house.queue.sent().len(), 1);
    assert!(house.words().await.is_empty());
}

#[test_case("calendar-sales", Some("12:00"), true; "by its id")]
#[test_case("Sales@acme.example", Some("12:00"), true; "by its owner")]
#[test_case("sales@acme.example", None, true; "resumed")]
#[test_case("calendar-sales", Some("09:30"), false; "over already")]
#[test_case("lead@acme.example", Some("12:00"), false; "another owner")]
#[test_case("../calendar", Some("12:00"), false; "no id")]
#[tokio::test]
async fn a_calendar_is_paused(calendar: &str, until: Option<&str>, accepted: bool) {
    let house = house(a_decision()).await;
    let said = house.pause(calendar, until).await;
    assert_eq!(said.is_ok(), accepted);
    assert_eq!(house.queue.sent().len(), usize::from(accepted));
    let id = a_calendar_record().calendar.id;
    let pause = house.state.overrides(&id).await.expect("memory").pause;
    let expected = accepted.then(|| until.map_or(at("09:30"), at));
    assert_eq!(pause.map(|pause| pause.until), expected);
}

#[tokio::test]
async fn an_owner_of_two_calendars_is_asked_which() {
    let house = house(a_decision()).await;
    let other = a_calendar_record().with(|record| {
        record.calendar.id = CalendarId::parse("calendar-2").expect("an id");
    });
    house.state.write_record(&other).await.expect("memory");
    let trouble = house
        .pause("sales@acme.example", None)
        .await
        .expect_err("it is not told which");
    assert!(
        trouble.report().contains("calendar-2, calendar-sales"),
        "{}",
        trouble.report()
    );
}

#[tokio::test]
async fn a_word_stands_though_nobody_could_be_told() {
    let house = house(a_decision()).await;
    let ports = (&house.state, &house.decisions, None::<&MemoryQueue>);
    let event = an_event().id;
    let said = word(
        ports,
        (About::Event, &event),
        Say::Skip,
        &an_actor(),
        at("09:30"),
    )
    .await;
    assert!(said.expect("it is said").text().contains("the next sweep"));
}
