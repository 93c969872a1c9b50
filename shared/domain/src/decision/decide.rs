//! The rules, most final first.

use crate::event::{Calendar, CalendarEvent};
use crate::overrides::{Override, OverrideChoice, Overrides};
use crate::policy::{DeduplicationScheme, Policy};
use crate::verdict::{RuleName, Verdict};
use jiff::Timestamp;

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
    overrides: &Overrides,
    now: Timestamp,
) -> Verdict {
    let override_revision = overrides.for_event(event);
    let facts = policy.situation(event, calendar);
    objection(event, calendar, policy.scheme(), now)
        .or_else(|| word(override_revision.event?, RuleName::EVENT_OVERRIDE, "event"))
        .or_else(|| policy.deny(&facts))
        .or_else(|| {
            word(
                override_revision.series?,
                RuleName::SERIES_OVERRIDE,
                "series",
            )
        })
        .or_else(|| {
            let pause = override_revision.pause.filter(|pause| now < pause.until)?;
            let reason = format!(
                "{} paused the calendar until {}",
                pause.actor_name(),
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

fn word(override_revision: &Override, rule: RuleName, about: &str) -> Option<Verdict> {
    let said = |what| {
        format!(
            "{} said on {}: {what} this {about}",
            override_revision.actor_name(),
            day(override_revision.at)
        )
    };
    match override_revision.choice {
        OverrideChoice::Record => Some(Verdict::record(rule, said("record"))),
        OverrideChoice::Skip => Some(Verdict::skip(rule, said("do not record"))),
        OverrideChoice::Clear => None,
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
