//! Texts about the copies of a meeting that keep a bot in it.

use callsheet_api::explain::Explanation;
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{Applied, Decision};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_email, at, id,
};
use test_case::test_case;

use super::{named, skipped, with_bot};
use crate::explain::explain;
use crate::render::Render as _;

/// A copy in the calendar of a colleague, whose bot is at Recall.
fn a_colleagues_copy(ical_uid: &str) -> Decision {
    a_decision().with(with_bot).with(|row| {
        row.key.event_id = id("event-2");
        row.key.ical_uid = id(ical_uid);
        row.calendar_id = id("calendar-colleague");
    })
}

async fn explained_beside(row: Decision, copies: Vec<Decision>) -> Explanation {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let colleague = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-colleague");
        record.calendar.email = Some(an_email("colleague@acme.example"));
    });
    for record in [a_calendar_record(), colleague] {
        state.write_record(&record).await.expect("memory");
    }
    for row in copies.iter().chain([&row]) {
        decisions.write(row).await.expect("memory");
    }
    let explained = explain(&state, &decisions, &named(&row.key.event_id), at("09:30")).await;
    explained.expect("it is stored")
}

#[tokio::test]
async fn a_person_who_wants_no_bot_is_told_which_calendar_keeps_one() {
    let copy = a_colleagues_copy("meeting-1@acme.example");
    let explained = explained_beside(a_decision().with(skipped), vec![copy]).await;
    let text = explained.text();
    let expected = "\
No bot is wanted. None is at Recall for this event.
Nothing is left to be done.
The meeting is recorded all the same, since other calendars keep a bot in it:
  colleague@acme.example (calendar-colleague), event event-2: a bot, at Recall (bot-1), to join 2090-03-06 10:00 UTC";
    assert!(text.contains(expected), "{text}");
}

/// Google gives the series an `ical_uid`, and Outlook each occurrence: the bot is the same.
#[tokio::test]
async fn copies_with_another_ical_uid_are_found_by_the_bot() {
    let copy = a_colleagues_copy("outlook-occurrence");
    let explained = explained_beside(a_decision().with(with_bot), vec![copy.clone()]).await;
    let kept_by = &explained.bot.kept_by;
    assert_eq!((kept_by.len(), kept_by[0].is_shared), (1, true));

    // The removal of the event's own bot is not called yet.
    let leaving = a_decision().with(with_bot).with(skipped);
    let explained = explained_beside(leaving, vec![copy.clone()]).await;
    assert_eq!(explained.bot.kept_by.len(), 1);

    // A third copy shows the bot of the meeting.
    let third = a_colleagues_copy("meeting-1@acme.example").with(|row| {
        row.key.event_id = id("event-3");
    });
    let explained = explained_beside(a_decision().with(skipped), vec![copy, third]).await;
    assert_eq!(explained.bot.kept_by.len(), 2);
}

#[test_case(|row| row.starts_at = at("2090-03-13T10:00:00Z"), 0; "another occurrence of the series")]
#[test_case(skipped, 0; "a copy that wants none")]
#[test_case(|row| { row.applied = Applied::Nothing; *row = row.clone().abandon("400"); }, 0; "a copy whose call was refused")]
#[test_case(|row| row.applied = Applied::Nothing, 1; "a copy whose bot is to be scheduled")]
#[tokio::test]
async fn only_copies_that_keep_a_bot_in_the_meeting_are_named(
    change: impl FnOnce(&mut Decision),
    expected: usize,
) {
    let copy = a_colleagues_copy("meeting-1@acme.example").with(change);
    let explained = explained_beside(a_decision().with(skipped), vec![copy]).await;
    assert_eq!(explained.bot.kept_by.len(), expected, "{:?}", explained.bot);
}
