//! A bot that several events share must stay in the call as long as one of them
//! wants it.
//!
//! Recall shares bots by deduplication key, so the rows that count are found by that
//! key: a copy of the meeting may have another `ical_uid`, as a Google series and an
//! Outlook occurrence have. Only a row that holds a claim at Recall, or is about to
//! make one, keeps the bot. A row whose call was refused for good does neither,
//! unless it had the bot before.
//!
//! The index that finds the rows may lag behind the writes, the rows themselves are
//! loaded as the latest writes left them. So a lag can only hide a row that began to
//! want the bot a moment ago:
//!
//! - *Two copies stop wanting the bot at once.* The index may still list the other
//!   one, but the row that is loaded wants nothing. The run that comes last sees both,
//!   and so does each later one: the bot leaves.
//! - *A copy has just begun to want the bot.* Its row is due, and its own call is made
//!   after this one, since two calls for one key are never in flight together. It
//!   schedules the bot again. Only if that call was made within the lag, before this
//!   check, is the bot lost to the copy: until a sync finds that Recall does not list
//!   it any more.
//!
//! A row that cannot be read keeps no bot. Nobody can tell what it wants, and a person
//! said no.

use callsheet_domain::{Applied, Call, Decision, DeduplicationKey, Timestamp, owned_config, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::first_copy::first_copy;
use crate::ports::{Clock, Decisions, WriteOutcome};
use crate::scheduler::plan::PlannedCall;

/// When to ask again about a bot that another copy wants. That copy may stop
/// wanting it without a call of its own, since it need not have had a bot.
const NEXT_CHECK: SignedDuration = SignedDuration::from_secs(60);

/// Copies that are asked, before a call for a running meeting, what became of its bots.
const COPIES_ASKED: usize = 32;

/// Checks whether a bot is shared before it is sent out of its call.
#[derive(Debug)]
pub(super) struct SharedBots<'a, D, K> {
    pub(super) decisions: &'a D,
    pub(super) clock: &'a K,
}

impl<D: Decisions, K: Clock> SharedBots<'_, D, K> {
    /// Whether another row claims the bot that this row does not want.
    pub(super) async fn is_claimed_by_copy(&self, row: &Decision) -> Result<bool, PortError> {
        let Some(bot) = row.applied.bot() else {
            return Ok(false);
        };
        let key = &bot.deduplication_key;
        let now = self.clock.now();
        let is_claim = |copy: &Decision| copy.key != row.key && claims(copy, key, now);
        let copy = first_copy(self.decisions, key, is_claim).await?;
        Ok(copy.is_some())
    }

    /// The row as it is called; none if another worker has written it meanwhile, or if it was
    /// written instead: since people put a bot of its running meeting out, and none has wanted one
    /// since, or since another one is there already.
    ///
    /// A call into a running meeting is noted on the row before it is made. So if its answer is
    /// lost, others know that it may have sent a bot.
    ///
    /// What all copies of a large meeting know is spread over them when the end of a bot is
    /// reported. What is asked here covers the reports that came another way, or while the row was
    /// due.
    pub(super) async fn before_call(&self, row: Decision) -> Result<Option<Decision>, PortError> {
        let now = self.clock.now();
        let Some(key) = row.wanted_key().filter(|_| row.starts_at <= now) else {
            return Ok(Some(row));
        };
        let copies = self
            .decisions
            .wanting(key, COPIES_ASKED)
            .await?
            .rows
            .decisions;
        let event = &row.key.event_id;
        let settled = if let Some(turned_away) = row.turned_away(&copies, now) {
            tracing::info!(%event, "people put a bot of event {event} out, so it gets no other one");
            turned_away
        } else if let Some(joining) = row.joining_present(&copies, now) {
            tracing::info!(%event, "another bot of event {event} is there, so it shares that one");
            joining
        } else {
            return self.note_call(row, now).await;
        };
        // A row that another worker has written meanwhile is planned again as it is now.
        self.decisions.write(&settled).await?;
        Ok(None)
    }

    async fn note_call(
        &self,
        row: Decision,
        now: Timestamp,
    ) -> Result<Option<Decision>, PortError> {
        let Some(mut calling) = row.calling(now) else {
            return Ok(Some(row));
        };
        match self.decisions.write(&calling).await {
            Ok(WriteOutcome::Written) => {
                calling.version = calling.version.next();
                Ok(Some(calling))
            }
            Ok(WriteOutcome::Conflict) => Ok(None),
            // The bot comes all the same; its result cannot be written either.
            Err(PortError::Unwritable { .. }) => Ok(Some(row)),
            Err(error) => Err(error),
        }
    }

    /// The attempt with the configuration of the bot's owner, if it schedules a bot.
    pub(super) async fn configure(&self, planned: PlannedCall) -> Result<PlannedCall, PortError> {
        let PlannedCall { row, mut attempt } = planned;
        if let Call::Schedule(bot) = &mut attempt.call {
            let now = self.clock.now();
            let key = &bot.deduplication_key;
            let may_own =
                |copy: &Decision| copy.key != row.key && !copy.is_abandoned() && copy.ends_at > now;
            let first = first_copy(self.decisions, key, may_own).await?;
            if let Some(config) = owned_config(&row, first.as_ref(), now) {
                bot.config = config;
            }
        }
        Ok(PlannedCall { row, attempt })
    }

    /// Has a row wait whose bot another copy wants, or go on to the one that it wants itself. If
    /// another worker has written the row meanwhile, it is planned again as it is now.
    pub(super) async fn wait(&self, row: Decision) -> Result<(), PortError> {
        let until = plus(self.clock.now(), NEXT_CHECK);
        let waiting = row
            .leaving_to_copy()
            .unwrap_or_else(|| row.waiting(until, "another copy of the meeting wants the bot"));
        self.decisions.write(&waiting).await.map(|_| ())
    }
}

/// Whether the row wants the bot of `key`, and holds it or is about to schedule it.
fn claims(row: &Decision, key: &DeduplicationKey, now: Timestamp) -> bool {
    let holds = match &row.applied {
        Applied::Bot(bot) | Applied::TooMany(bot) | Applied::Dispatched(bot) => {
            bot.deduplication_key.is_of_same_meeting(key)
        }
        Applied::Uncertain(_) | Applied::Nothing => false,
    };
    row.wants(key, now) && (holds || !row.is_abandoned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::fakes::{FakeClock, Rows};
    use callsheet_domain::{EventId, IcalUid, Wanted};
    use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};
    use futures_util::FutureExt as _;
    use test_case::test_case;

    /// A row that does not want the bot it has.
    fn unwanted() -> Decision {
        a_decision().with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Dispatched(Box::new(an_applied_bot(bot)));
            }
            row.wanted = Wanted::Nothing;
        })
    }

    fn copy() -> Decision {
        a_decision().with(|row| row.key.event_id = EventId::parse("copy").expect("an id"))
    }

    fn is_shared(rows: &Rows, now: &str) -> bool {
        let shared = SharedBots {
            decisions: rows,
            clock: &FakeClock::at(at(now)),
        };
        let row = unwanted();
        let answer = shared.is_claimed_by_copy(&row).now_or_never();
        answer.expect("no port waits").expect("memory")
    }

    /// A copy that wants the bot and has it.
    fn holder() -> Decision {
        copy().with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
            }
        })
    }

    fn in_another_series(row: Decision) -> Decision {
        row.with(|row| row.key.ical_uid = IcalUid::parse("occurrence").expect("an ical_uid"))
    }

    fn refused(row: Decision) -> Decision {
        row.abandon("the calendar is disconnected")
    }

    fn uncertain(row: Decision) -> Decision {
        row.with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Uncertain(Box::new(an_applied_bot(bot)));
            }
        })
    }

    fn declined(row: Decision) -> Decision {
        row.with(|row| row.wanted = Wanted::Nothing)
    }

    fn of_another_bot(row: Decision) -> Decision {
        row.with(|row| {
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.deduplication_key = DeduplicationKey::parse("another").expect("a key");
            }
        })
    }

    #[test_case(copy() => true; "that is about to schedule it")]
    #[test_case(holder() => true; "that has it")]
    #[test_case(in_another_series(copy()) => true; "with another ical uid")]
    #[test_case(in_another_series(holder()) => true; "with another ical uid that has it")]
    #[test_case(uncertain(copy()) => true; "whose call may have been made")]
    #[test_case(refused(holder()) => true; "that has it and whose change was refused")]
    #[test_case(refused(copy()) => false; "whose call was refused for good")]
    #[test_case(refused(uncertain(copy())) => false; "whose repeated call was refused for good")]
    #[test_case(declined(copy()) => false; "that wants none")]
    #[test_case(declined(holder()) => false; "that wants none any more")]
    #[test_case(of_another_bot(copy()) => false; "that wants another bot")]
    fn a_bot_stays_for_a_copy(copy: Decision) -> bool {
        let is_shared_later = is_shared(&Rows::with([unwanted(), copy.clone()]), "11:00");
        assert!(!is_shared_later, "not after the meeting");
        is_shared(&Rows::with([unwanted(), copy]), "10:05")
    }

    #[test]
    fn a_bot_stays_for_no_row_but_a_copy() {
        assert!(!is_shared(&Rows::with([unwanted()]), "10:05"));
    }

    #[test]
    fn a_copy_that_cannot_be_read_keeps_no_bot_and_hides_no_other() {
        let rows = Rows::with([unwanted(), copy()]);
        rows.make_unreadable(&copy().key);
        assert!(!is_shared(&rows, "10:05"));
        let rows = Rows::with([unwanted(), copy(), in_another_series(holder())]);
        rows.make_unreadable(&copy().key);
        assert!(is_shared(&rows, "10:05"));
    }

    #[test]
    fn a_row_whose_bot_is_shared_waits_for_a_minute() {
        let rows = Rows::with([unwanted()]);
        let shared = SharedBots {
            decisions: &rows,
            clock: &FakeClock::at(at("10:05")),
        };
        let waited = shared.wait(unwanted()).now_or_never();
        assert!(matches!(waited, Some(Ok(()))));
        assert_eq!(rows.only().attempts.not_before, Some(at("10:06")));
    }
}
