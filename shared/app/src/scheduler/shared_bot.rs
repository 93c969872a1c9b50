//! A bot that several copies of a meeting share must stay in the call as long
//! as one of them wants it.

use callsheet_domain::{Decision, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Clock, Decisions};

/// When to ask again about a bot that another copy wants. That copy may stop
/// wanting it without a call of its own, since it need not have had a bot.
const NEXT_CHECK: SignedDuration = SignedDuration::from_secs(60);

/// Checks whether a bot is shared before it is sent out of its call.
#[derive(Debug)]
pub(super) struct SharedBots<'a, D, K> {
    pub(super) decisions: &'a D,
    pub(super) clock: &'a K,
}

impl<D: Decisions, K: Clock> SharedBots<'_, D, K> {
    /// Whether another copy of the meeting wants the bot that this row does not,
    /// as the latest writes left them.
    ///
    /// Of two copies that both stopped wanting it, the one whose row was written
    /// last reads the other's, so one of them sends the bot out.
    pub(super) async fn is_wanted_by_copy(&self, row: &Decision) -> Result<bool, PortError> {
        let Some(bot) = row.applied.bot() else {
            return Ok(false);
        };
        let meeting = std::slice::from_ref(&row.key.ical_uid);
        let copies = self.decisions.copies(meeting).await?.all_readable()?;
        let now = self.clock.now();
        let wants =
            |copy: &Decision| copy.key != row.key && copy.wants(&bot.deduplication_key, now);
        Ok(copies.iter().any(wants))
    }

    /// Has a row wait whose bot another copy wants. If another worker has
    /// written the row meanwhile, it is planned again as it is now.
    pub(super) async fn wait(&self, row: Decision) -> Result<(), PortError> {
        let until = plus(self.clock.now(), NEXT_CHECK);
        let waiting = row.waiting(until, "another copy of the meeting wants the bot");
        self.decisions.write(&waiting).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::fakes::{FakeClock, Rows};
    use callsheet_domain::{Applied, EventId, Wanted};
    use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};
    use futures_util::FutureExt as _;

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
        let answer = shared.is_wanted_by_copy(&row).now_or_never();
        answer.expect("no port waits").expect("memory")
    }

    #[test]
    fn a_bot_is_shared_while_another_copy_wants_it() {
        assert!(is_shared(&Rows::with([unwanted(), copy()]), "10:05"));
        assert!(!is_shared(&Rows::with([unwanted()]), "10:05"));
        let declined = copy().with(|row| row.wanted = Wanted::Nothing);
        assert!(!is_shared(&Rows::with([unwanted(), declined]), "10:05"));
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
