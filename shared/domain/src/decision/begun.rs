//! After its start, a meeting is not joined because of a configuration alone.
//!
//! Whoever puts a bot out of a call must not meet it again because a title was edited, a
//! policy was pushed or a pause ended. So once an event has begun, its row keeps the bot
//! that it wants, with its configuration, as long as start and link stay the same. A row
//! that wants none gets one only
//!
//! - at another start or under another link, which is another call,
//! - by a person's own override,
//! - by the owner's own response, if nothing but that kept the bot out: who declined and
//!   accepts again wants it back, or
//! - by a change of the event, if no bot was ever scheduled for it.
//!
//! An event that has no row yet is new, and gets its bot. A call that was due before the
//! start is still made.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::bot::{LinkDigest, WantedBot};
use crate::decision::evaluation::Evaluation;
use crate::decision::plan::Plan;
use crate::decision::row::Decision;
use crate::decision::wanted::{Offer, Wanted};
use crate::event::CalendarEvent;
use crate::fact::Fact;
use crate::time::date_and_time;
use crate::verdict::{Reason, RuleName, Verdict};

/// The evaluation as it applies to the `stored` row at `now`, if its event has begun.
pub(super) fn after_start<'e, 'a>(
    evaluation: &'e Evaluation<'a>,
    stored: Option<&Decision>,
    now: Timestamp,
) -> Cow<'e, Evaluation<'a>> {
    let has_begun = evaluation.event.starts_at <= now;
    let Some(stored) = stored.filter(|_| has_begun) else {
        return Cow::Borrowed(evaluation);
    };
    match (&evaluation.plan, &stored.wanted) {
        (Plan::Bot { offer, .. }, Wanted::Bot(bot)) if stored.is_of_same_call(evaluation.event) => {
            Cow::Owned(Evaluation {
                plan: kept(bot, offer),
                ..evaluation.clone()
            })
        }
        (Plan::Bot { .. }, Wanted::Nothing) if !may_join(stored, evaluation) => {
            Cow::Owned(Evaluation {
                plan: Plan::Nothing,
                verdict: begun(evaluation),
                ..evaluation.clone()
            })
        }
        _ => Cow::Borrowed(evaluation),
    }
}

/// The plan that keeps `bot` as it is wanted.
fn kept(bot: &WantedBot, offer: &Offer) -> Plan {
    Plan::Bot {
        deduplication_key: bot.deduplication_key.clone(),
        starts_at: bot.starts_at,
        meeting_url: bot.meeting_url.clone(),
        offer: Offer {
            config: bot.config.clone(),
            ..offer.clone()
        },
    }
}

/// Whether a bot may join though the `stored` row wants none and the event has begun.
fn may_join(stored: &Decision, evaluation: &Evaluation<'_>) -> bool {
    let is_changed = evaluation.inputs.event > stored.inputs.event;
    !stored.is_of_same_call(evaluation.event)
        || RuleName::OF_OVERRIDES.contains(&evaluation.verdict.reason().rule)
        || (is_changed && (!stored.had_bot || is_of_response(stored, evaluation)))
}

/// Whether the owner's response alone kept the bot out, and has changed since: the rules are
/// the same, and the one that decided asked for nothing else.
fn is_of_response(stored: &Decision, evaluation: &Evaluation<'_>) -> bool {
    let mut facts = stored.verdict.reason().facts.keys();
    evaluation.inputs.policy == stored.inputs.policy
        && facts.next() == Some(&Fact::OwnResponse)
        && facts.next().is_none()
}

fn begun(evaluation: &Evaluation<'_>) -> Verdict {
    let start = date_and_time(evaluation.event.starts_at);
    let Reason { reason, tested, .. } = evaluation.verdict.reason();
    let verdict = Verdict::skip(
        RuleName::BEGUN,
        format!(
            "the meeting had begun at {start} when it was decided to record it ({reason}); from \
             its start on, a bot is sent only for another start or link, or by a person's override"
        ),
    );
    verdict.after(tested.clone())
}

/// The digest of an event's link.
pub(super) fn link_of(event: &CalendarEvent) -> Option<LinkDigest> {
    let meeting = event.meeting.as_ref();
    meeting.map(|meeting| LinkDigest::of(&meeting.url))
}

impl Decision {
    /// Whether `event` still has the start and the link that the row was made from.
    pub(super) fn is_of_same_call(&self, event: &CalendarEvent) -> bool {
        self.starts_at == event.starts_at && self.link == link_of(event)
    }

    /// Whether a call for a configuration alone would send its bot into a meeting that has
    /// begun.
    pub(super) fn has_begun(&self, now: Timestamp) -> bool {
        self.starts_at <= now
    }
}
