//! The rules, most final first.

use crate::{
    Calendar, CalendarEvent, Policy, Preferences, RuleName, Subject, Timestamp, Verdict, Word,
};

/// Decides what to do about `event`, as things stand at `now`.
///
/// The first objection wins, most final first, so that the reason shown to a
/// person is the one they would have to mend first. Nobody can overrule the
/// objections; a person's word about the series goes before the policy.
#[must_use]
pub fn decide(
    event: &CalendarEvent,
    calendar: &Calendar,
    policy: &Policy,
    preferences: &Preferences,
    now: Timestamp,
) -> Verdict {
    objection(event, calendar, now)
        .or_else(|| word(event, preferences))
        .unwrap_or_else(|| policy.judge(&event.facts, calendar))
}

/// What makes a recording impossible or pointless, whatever anybody wants.
fn objection(event: &CalendarEvent, calendar: &Calendar, now: Timestamp) -> Option<Verdict> {
    if event.is_deleted {
        return Some(Verdict::skip(RuleName::DELETED, "the event was deleted"));
    }
    if !calendar.status.holds_bots() {
        let reason = format!("the calendar is {}", calendar.status);
        return Some(Verdict::skip(RuleName::DISCONNECTED, reason));
    }
    if event.facts.is_cancelled {
        return Some(Verdict::skip(
            RuleName::CANCELLED,
            "the meeting was cancelled",
        ));
    }
    if event.ends_at <= now {
        return Some(Verdict::skip(
            RuleName::OVER,
            format!("the meeting ended at {}", event.ends_at),
        ));
    }
    if event.meeting.is_none() {
        return Some(Verdict::skip(
            RuleName::NO_MEETING,
            "the event has no meeting link",
        ));
    }
    None
}

fn word(event: &CalendarEvent, preferences: &Preferences) -> Option<Verdict> {
    let series = Subject::Series(event.ical_uid.clone());
    match preferences.words.get(&series)?.word {
        Word::Record => Some(Verdict::record(
            RuleName::SERIES,
            "a person marked the series to be recorded",
        )),
        Word::Skip => Some(Verdict::skip(
            RuleName::SERIES,
            "a person marked the series not to be recorded",
        )),
        Word::AskPolicy => None,
    }
}
