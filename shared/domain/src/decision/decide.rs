//! The verdict on an event.

use jiff::Timestamp;

use crate::event::{Calendar, CalendarEvent};
use crate::meeting_override::MeetingOverride;
use crate::override_choice::OverrideChoice;
use crate::overrides::{Override, Overrides, Pause};
use crate::policy::{DeduplicationScheme, Policy};
use crate::time::date_and_time;
use crate::verdict::{RuleName, Verdict};

/// Decides whether `event` is recorded, as of `now`.
///
/// The first objection wins, most final first, so that the reason shown to a person is
/// the one they would have to fix first:
///
/// 1. Conditions under which no bot can record: a deleted event, no meeting link, …
/// 2. What the policy locks: the denied domains if they are locked, then locked rules from the
///    top. They only skip, also if it is unknown whether they apply.
/// 3. A no to the whole meeting, by any of its people.
/// 4. An override of the event.
/// 5. A yes to the whole meeting, by an operator.
/// 6. The denied domains that are not locked.
/// 7. An override of the series.
/// 8. A pause of the calendar.
/// 9. The rules of the policy from the top, then its default.
///
/// What this means for an event that has begun depends on its row, see
/// [`revise_copies`](super::revise_copies).
#[must_use]
pub fn decide(
    event: &CalendarEvent,
    calendar: &Calendar,
    policy: &Policy,
    overrides: &Overrides,
    now: Timestamp,
) -> Verdict {
    let overrides = overrides.for_event(event);
    let facts = policy.situation(event, calendar);
    objection(event, calendar, policy.deduplication().scheme, now)
        .or_else(|| policy.lock(&facts, calendar))
        .or_else(|| no_to_meeting(overrides.meeting?))
        .or_else(|| by_override(overrides.event?, RuleName::EVENT_OVERRIDE, "event"))
        .or_else(|| yes_to_meeting(overrides.meeting?))
        .or_else(|| policy.deny(&facts))
        .or_else(|| by_override(overrides.series?, RuleName::SERIES_OVERRIDE, "series"))
        .or_else(|| by_pause(overrides.pause?, now))
        .unwrap_or_else(|| policy.evaluate(&facts, calendar))
}

/// The verdict if a recording is impossible or pointless, whatever a person wants.
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
        let reason = if event.has_unreadable_link {
            "the event has a meeting link that cannot be read"
        } else {
            "the event has no meeting link"
        };
        (RuleName::NO_MEETING, reason.to_owned())
    } else if scheme == DeduplicationScheme::Domain && calendar.email.is_none() {
        let reason = "the address of the calendar's owner is not known yet, and each company \
                      domain has a bot of its own";
        (RuleName::UNKNOWN_OWNER, reason.to_owned())
    } else {
        return None;
    };
    Some(Verdict::skip(rule, reason))
}

pub(super) fn by_override(choice: &Override, rule: RuleName, scope: &str) -> Option<Verdict> {
    let reason = |verb| {
        let (actor, date) = (choice.actor_name(), date_and_time(choice.at));
        format!("{actor} set an override on {date}: {verb} this {scope}")
    };
    match choice.choice {
        OverrideChoice::Record => Some(Verdict::record(rule, reason("record"))),
        OverrideChoice::Skip => Some(Verdict::skip(rule, reason("do not record"))),
        OverrideChoice::Clear => None,
    }
}

/// The reason names nobody: it is stored in the calendars of other people.
pub(super) fn no_to_meeting(meeting: &MeetingOverride) -> Option<Verdict> {
    let no = meeting.in_force()?;
    let date = date_and_time(no.at);
    let reason = format!("a person asked on {date} that nobody records this meeting");
    let skip = || Verdict::skip(RuleName::MEETING_OVERRIDE, reason);
    (no.choice == OverrideChoice::Skip).then(skip)
}

fn yes_to_meeting(meeting: &MeetingOverride) -> Option<Verdict> {
    let yes = meeting.in_force()?;
    let date = date_and_time(yes.at);
    let reason = format!("an operator decided on {date} to record this meeting");
    let record = || Verdict::record(RuleName::MEETING_OVERRIDE, reason);
    (yes.choice == OverrideChoice::Record).then(record)
}

fn by_pause(pause: &Pause, now: Timestamp) -> Option<Verdict> {
    let (actor, end) = (pause.actor_name(), date_and_time(pause.until));
    let reason = format!("{actor} paused the calendar until {end}");
    (now < pause.until).then(|| Verdict::skip(RuleName::PAUSED, reason))
}
