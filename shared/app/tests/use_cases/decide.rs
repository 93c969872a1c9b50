//! The rules, row by row.

use callsheet_domain::{
    Answer, Calendar, CalendarEvent, CalendarStatus, Guest, Meetings, Policy, Preference,
    PreferenceRevision, Preferences, Subject, Word, decide,
};
use callsheet_testkit::{But as _, a_calendar, a_policy, an_email, an_event, at};
use test_case::test_case;

/// Everything a decision is made from; a row changes what it is about.
struct Case {
    event: CalendarEvent,
    calendar: Calendar,
    policy: Policy,
    word: Option<Word>,
}

impl callsheet_testkit::But for Case {}

fn guest(email: &str) -> Guest {
    Guest {
        email: an_email(email),
        answer: Answer::Accepted,
        is_resource: false,
        is_optional: false,
        is_organizer: false,
    }
}

fn colleagues(case: &mut Case) {
    case.event.facts.guests.listed = vec![guest("sales@acme.example")];
}

#[test_case(|_| (), "record external"; "a meeting nothing is wrong with")]
#[test_case(|c| c.event.is_deleted = true, "skip deleted"; "removed")]
#[test_case(|c| c.calendar.status = CalendarStatus::Disconnected, "skip disconnected"; "the calendar is lost")]
#[test_case(|c| c.calendar.status = CalendarStatus::Deleted, "skip disconnected"; "the calendar is gone")]
#[test_case(|c| c.calendar.status = CalendarStatus::Connecting, "record external"; "the calendar is being connected")]
#[test_case(|c| c.event.facts.is_cancelled = true, "skip cancelled"; "called off")]
#[test_case(|c| c.event.ends_at = at("09:30"), "skip over"; "ends this instant")]
#[test_case(|c| c.event.ends_at = at("09:30:00.000001"), "record external"; "ends in a moment")]
#[test_case(|c| c.event.meeting = None, "skip no-meeting"; "no link")]
#[test_case(|c| { c.event.is_deleted = true; c.event.meeting = None; c.word = Some(Word::Record) }, "skip deleted"; "nobody overrules an objection, and the most final is named")]
#[test_case(|c| { c.event.meeting = None; c.word = Some(Word::Record) }, "skip no-meeting"; "a wish gives no link")]
#[test_case(|c| c.word = Some(Word::Skip), "skip series"; "a person said no")]
#[test_case(|c| { colleagues(c); c.word = Some(Word::Record) }, "record series"; "a person said yes")]
#[test_case(|c| c.word = Some(Word::AskPolicy), "record external"; "a person took their word back")]
#[test_case(|c| { c.event.facts.own_answer = Some(Answer::Declined); c.word = Some(Word::Record) }, "record series"; "a yes to the series goes before a decline")]
#[test_case(|c| c.event.facts.own_answer = Some(Answer::Declined), "skip declined"; "the owner declined")]
#[test_case(|c| c.event.facts.guests.listed[0].answer = Answer::Declined, "skip declined"; "the owner declined, known by the address")]
#[test_case(|c| c.event.facts.own_answer = Some(Answer::Tentative), "record external"; "the owner may come")]
#[test_case(|c| { c.policy.confirmed_only = true; c.event.facts.own_answer = Some(Answer::Tentative) }, "skip not-confirmed"; "only confirmed, and the owner may come")]
#[test_case(|c| { c.policy.confirmed_only = true; c.event.facts.own_answer = Some(Answer::Pending) }, "skip not-confirmed"; "only confirmed, and the owner has not said")]
#[test_case(|c| { c.policy.confirmed_only = true; c.event.facts.guests.listed.clear(); c.event.facts.organizer = Some(an_email("buyer@globex.example")) }, "skip not-confirmed"; "only confirmed, and nothing tells what the owner said")]
#[test_case(|c| c.policy.confirmed_only = true, "record external"; "only confirmed, and the owner comes")]
#[test_case(|c| { c.policy.confirmed_only = true; c.event.facts.guests.listed = vec![guest("buyer@globex.example")] }, "record external"; "only confirmed, and the owner called the meeting")]
#[test_case(colleagues, "skip internal"; "among colleagues")]
#[test_case(|c| { colleagues(c); c.event.facts.organizer = Some(an_email("buyer@globex.example")) }, "record external"; "called by somebody outside")]
#[test_case(|c| { colleagues(c); c.event.facts.guests.listed.push(Guest { is_resource: true, ..guest("room@resource.example") }) }, "skip internal"; "a room is nobody")]
#[test_case(|c| { colleagues(c); c.event.facts.guests.is_incomplete = true }, "skip internal"; "nobody outside is listed, though some are not shown")]
#[test_case(|c| { c.event.facts.guests.listed.clear(); c.event.facts.organizer = None }, "skip internal"; "nobody at all")]
#[test_case(|c| c.calendar.email = None, "skip unknown-owner"; "whose calendar it is, is not known yet")]
#[test_case(|c| { c.calendar.email = None; c.policy.meetings = Meetings::All }, "record all"; "which matters only if outsiders do")]
#[test_case(|c| { colleagues(c); c.policy.meetings = Meetings::All }, "record all"; "everything")]
#[test_case(|c| { c.policy.meetings = Meetings::All; c.event.facts.own_answer = Some(Answer::Declined) }, "skip declined"; "everything but what was declined")]
#[test_case(|c| c.policy.meetings = Meetings::Marked, "skip not-marked"; "only what is marked")]
#[test_case(|c| { c.policy.meetings = Meetings::Marked; c.word = Some(Word::Record) }, "record series"; "only what is marked, and it is")]
fn decides(change: impl FnOnce(&mut Case), expected: &str) {
    let (event, calendar, policy) = (an_event(), a_calendar(), a_policy());
    let case = Case {
        event,
        calendar,
        policy,
        word: None,
    }
    .but(change);
    let mut preferences = Preferences::default();
    if let Some(word) = case.word {
        let spoken = Preference {
            word,
            revision: PreferenceRevision(1),
            by: None,
            at: at("09:00"),
        };
        preferences
            .words
            .insert(Subject::Series(case.event.ical_uid.clone()), spoken);
    }
    let verdict = decide(
        &case.event,
        &case.calendar,
        &case.policy,
        &preferences,
        at("09:30"),
    );
    let (outcome, grounds) = (verdict.as_str(), verdict.grounds());
    assert_eq!(format!("{outcome} {}", grounds.rule), expected);
    assert!(!grounds.reason.is_empty());
}
