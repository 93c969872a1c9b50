//! The rules, most final first.

use crate::{
    Calendar, CalendarEvent, DeduplicationScheme, Policy, Preference, Preferences, RuleName,
    Timestamp, Verdict, Word,
};

/// Decides what to do about `event`, as things stand at `now`.
///
/// The first objection wins, most final first, so that the reason shown to a
/// person is the one they would have to mend first. Nobody can overrule what
/// cannot be; then a person's word for the event goes before everything, also
/// before the denied domains; then come a person's word for the series, a pause
/// of the calendar, the rules of the policy, and its default.
#[must_use]
pub fn decide(
    event: &CalendarEvent,
    calendar: &Calendar,
    policy: &Policy,
    preferences: &Preferences,
    now: Timestamp,
) -> Verdict {
    let spoken = preferences.on(event);
    let facts = policy.situation(event, calendar);
    objection(event, calendar, policy.scheme(), now)
        .or_else(|| word(spoken.event?, RuleName::EVENT, "event"))
        .or_else(|| policy.deny(&facts))
        .or_else(|| word(spoken.series?, RuleName::SERIES, "series"))
        .or_else(|| {
            let pause = spoken.pause.filter(|pause| now < pause.until)?;
            let reason = format!(
                "{} paused the calendar until {}",
                pause.by_whom(),
                day(pause.until)
            );
            Some(Verdict::skip(RuleName::PAUSED, reason))
        })
        .unwrap_or_else(|| policy.judge(&facts, calendar))
}

/// What makes a recording impossible or pointless, whatever anybody wants.
fn objection(
    event: &CalendarEvent,
    calendar: &Calendar,
    scheme: DeduplicationScheme,
    now: Timestamp,
) -> Option<Verdict> {
    let (rule, reason) = if event.is_deleted {
        (RuleName::DELETED, "the event was deleted".to_owned())
    } else if !calendar.status.holds_bots() {
        let reason = format!("the calendar is {}", calendar.status);
        (RuleName::DISCONNECTED, reason)
    } else if event.facts.is_cancelled {
        (RuleName::CANCELLED, "the meeting was cancelled".to_owned())
    } else if event.ends_at <= now {
        let reason = format!("the meeting ended at {}", event.ends_at);
        (RuleName::OVER, reason)
    } else if event.meeting.is_none() {
        (
            RuleName::NO_MEETING,
            "the event has no meeting link".to_owned(),
        )
    } else if scheme == DeduplicationScheme::Domain && calendar.email.is_none() {
        let reason =
            "the calendar's address is not known yet, and each company domain has a bot of its own";
        (RuleName::UNKNOWN_OWNER, reason.to_owned())
    } else {
        return None;
    };
    Some(Verdict::skip(rule, reason))
}

fn word(spoken: &Preference, rule: RuleName, about: &str) -> Option<Verdict> {
    let said = |what| {
        format!(
            "{} said on {}: {what} this {about}",
            spoken.by_whom(),
            day(spoken.at)
        )
    };
    match spoken.word {
        Word::Record => Some(Verdict::record(rule, said("record"))),
        Word::Skip => Some(Verdict::skip(rule, said("do not record"))),
        Word::AskPolicy => None,
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
