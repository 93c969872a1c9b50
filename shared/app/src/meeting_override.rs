//! Sets a person's choice for a whole meeting: for all of its copies, in every calendar.
//!
//! The choices of a meeting stand in one row, by person, and a sync of any copy reads them. A *no*
//! is folded into the copies in the same request, as far as these are few; a sync of the event
//! goes on with the rest, and does what is left after a crash. Any other change is spread by that
//! sync alone.

use callsheet_domain::{
    Actor, Decision, LoggedAction, LoggedActionKind, MeetingAction, MeetingName, MeetingOverride,
    MeetingWish, OverrideChoice, RuleName, Timestamp, TooManyChoices, plus,
};

use crate::at_instant::AtInstant;
use crate::event_override::KEPT_AFTER_EVENT;
use crate::meeting_spread::{MeetingSpread, Spread};
use crate::notify::{Notification, request_event};
use crate::overrides::{Obstacle, obstacle};
use crate::ports::{Decisions, OverrideStore, Queue, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::use_case_error::UseCaseError;
use crate::{PortError, Service};

/// Pages of copies that are changed in the request itself: some 2,000 decisions.
const PAGES: usize = 4;

/// A choice for a whole meeting that was made or taken back.
#[derive(Debug)]
pub struct MeetingOverrideSet {
    /// The decision on the event, as it was before.
    pub decision: Decision,
    /// What was wanted.
    pub wish: MeetingWish,
    /// Who wanted it.
    pub by: Actor,
    /// The choices that hold from now on.
    pub meeting: MeetingOverride,
    /// Copies of the meeting that were found, in all calendars.
    pub copies: u64,
    /// Whether there may be more copies.
    pub has_more_copies: bool,
    /// Whether it is a no that the decisions about all copies have taken in already.
    pub is_applied: bool,
    /// Whether the bot stays, since another meeting shares it.
    pub is_bot_kept: bool,
    /// Why it has no effect on the meeting for now.
    pub obstacle: Option<Obstacle>,
    /// What became of the request of a sync.
    pub notification: Notification,
}

impl MeetingOverrideSet {
    /// The rule by which the policy locks that the event is skipped, if no copy is left that can
    /// be recorded: then the choice changes nothing. None otherwise.
    #[must_use]
    pub fn lock(&self) -> Option<&RuleName> {
        let has_others = self.copies > 0 || self.has_more_copies;
        self.decision.lock().filter(|_| !has_others)
    }
}

/// Sets a person's choice for the meeting of a decision that was read.
///
/// # Errors
/// If the meeting is over, too many people have made a choice, or a collaborator fails.
pub async fn override_meeting<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    decision: Decision,
    wish: MeetingWish,
    by: &Actor,
    now: Timestamp,
) -> Result<MeetingOverrideSet, UseCaseError>
where
    S: OverrideStore,
    D: Decisions,
    Q: Queue,
{
    if decision.ends_at <= now {
        return Err(UseCaseError::MeetingOver(decision.key.event_id));
    }
    let meeting = choose(state, &decision, (wish, by), now).await?;
    let mut notification = Notification::NotNeeded;
    if let Some((calendar, event)) = &meeting.spreads_from {
        notification = request_event(queue, (calendar, event), now).await;
    }
    let clock = &AtInstant(now);
    let spread = MeetingSpread::<_, Q, _> {
        decisions,
        queue: None,
        clock,
    };
    let spread = match spread.spread(&decision, &meeting, PAGES).await {
        Ok(spread) => spread,
        Err(error) => {
            let event = &decision.key.event_id;
            tracing::info!(
                %event,
                %error,
                "a sync of event {event} has its copies take in a choice for the meeting: {error}"
            );
            Spread::default()
        }
    };
    let is_no = meeting.choice() == Some(OverrideChoice::Skip);
    let is_applied = is_no && spread.is_done;
    if is_applied {
        note_spread(state, &decision, &meeting, now).await?;
    }
    Ok(MeetingOverrideSet {
        obstacle: obstacle(&decision, false, now),
        copies: spread.copies,
        has_more_copies: !spread.is_done,
        is_applied,
        is_bot_kept: spread.is_bot_kept,
        decision,
        wish,
        by: by.clone(),
        meeting,
        notification,
    })
}

/// What people chose for the meeting of a decision.
///
/// # Errors
/// If a collaborator fails, or what they chose cannot be read.
pub(crate) async fn chosen_for<S: OverrideStore>(
    state: &S,
    name: &MeetingName,
) -> Result<MeetingOverride, PortError> {
    let mut read = state.meeting_overrides(std::slice::from_ref(name)).await?;
    match read.unreadable.remove(name) {
        None => Ok(read.known.remove(name).unwrap_or_default()),
        Some(reason) => Err(PortError::Unreadable {
            service: Service::DynamoDb,
            reason,
        }),
    }
}

/// Writes the choice, unless it was made before; gives the choices that hold.
async fn choose<S: OverrideStore>(
    state: &S,
    decision: &Decision,
    (wish, by): (MeetingWish, &Actor),
    now: Timestamp,
) -> Result<MeetingOverride, UseCaseError> {
    let name = decision.meeting_name();
    let event = (decision.calendar_id.clone(), decision.key.event_id.clone());
    let written = retry_on_conflict(async || {
        let before = chosen_for(state, &name).await?;
        let next = match wish {
            MeetingWish::Own(choice) => before.with_choice(choice, by, now, &event),
            MeetingWish::ClearAll => Ok(before.cleared(by, now, &event)),
        };
        let mut next = match next {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(Attempt::Done(Ok(before))),
            Err(refused) => return Ok(Attempt::Done(Err(refused))),
        };
        let action = LoggedAction {
            number: next.actions,
            at: now,
            by: by.clone(),
            what: LoggedActionKind::Meeting(MeetingAction {
                calendar: decision.calendar_id.clone(),
                event: decision.key.clone(),
                choice: wish,
            }),
        };
        let kept_until = plus(decision.ends_at, KEPT_AFTER_EVENT);
        let written = state.write_meeting_override(&name, &next, Some(&action), kept_until);
        let written = written.await?;
        next.version = next.version.next();
        Ok(match written {
            WriteOutcome::Written => Attempt::Done(Ok(next)),
            WriteOutcome::Conflict => Attempt::Conflict,
        })
    });
    match written.await {
        Ok(chosen) => chosen
            .map_err(|TooManyChoices| UseCaseError::TooManyChoices(decision.key.event_id.clone())),
        Err(SyncError::Port(error)) => Err(error.into()),
        Err(_) => Err(UseCaseError::KeepsChanging(format!(
            "what people chose for the meeting of event {}",
            decision.key.event_id
        ))),
    }
}

/// Notes that every copy has taken in what `meeting` says. If somebody has made another choice
/// since, that spreads by itself.
pub(crate) async fn note_spread<S: OverrideStore>(
    state: &S,
    decision: &Decision,
    meeting: &MeetingOverride,
    now: Timestamp,
) -> Result<(), PortError> {
    if meeting.spreads_from.is_none() {
        return Ok(());
    }
    let spread = MeetingOverride {
        spreads_from: None,
        ..meeting.clone()
    };
    let kept_until = plus(decision.ends_at.max(now), KEPT_AFTER_EVENT);
    let name = decision.meeting_name();
    state
        .write_meeting_override(&name, &spread, None, kept_until)
        .await?;
    Ok(())
}
