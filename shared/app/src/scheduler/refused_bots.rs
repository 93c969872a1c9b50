//! Gives a shared bot another owner, if Recall refused the configuration of the copy that owns it.
//!
//! This alone concerns all copies of a meeting: each that offers the same is refused with it. An
//! all-hands has thousands of them, and a function has memory for some. So their keys are read
//! from the index, and their rows in parts: first what was refused, then who owns the bot, then
//! each part is written. The copies of a usual meeting are one part, and are read once.

use callsheet_domain::{Decision, DecisionKey, DeduplicationKey, RefusedBot};

use crate::PortError;
use crate::ports::{Clock, Decisions, WriteOutcome};

/// So many rows are in memory at once.
const PART: usize = 200;

/// Settles the copies of a bot whose configuration was refused.
#[derive(Debug)]
pub(super) struct RefusedBots<'a, D, K> {
    pub(super) decisions: &'a D,
    pub(super) clock: &'a K,
}

impl<D: Decisions, K: Clock> RefusedBots<'_, D, K> {
    /// Writes the copies of the bot of `key` that are refused or called again, until no other
    /// worker was first with one of them.
    pub(super) async fn settle(&self, key: &DeduplicationKey) -> Result<(), PortError> {
        while !self.try_to_settle(key).await? {}
        Ok(())
    }

    /// False if another worker was first with one of the copies.
    async fn try_to_settle(&self, bot: &DeduplicationKey) -> Result<bool, PortError> {
        let now = self.clock.now();
        let keys = self.decisions.keys_wanting(bot).await?;
        let parts: Vec<_> = keys.chunks(PART).collect();
        let mut refused = RefusedBot::default();
        if let [part] = parts.as_slice() {
            let copies = self.wanting(bot, part).await?;
            refused.note_refused(&copies, now);
            refused.note_owner(&copies, now);
            return self.write(refused.settle(&copies, now)).await;
        }
        for part in &parts {
            refused.note_refused(&self.wanting(bot, part).await?, now);
        }
        for part in &parts {
            refused.note_owner(&self.wanting(bot, part).await?, now);
        }
        let mut is_settled = true;
        for part in &parts {
            let copies = self.wanting(bot, part).await?;
            is_settled &= self.write(refused.settle(&copies, now)).await?;
        }
        Ok(is_settled)
    }

    /// The rows of these keys that want the bot still. One that cannot be read is left out.
    async fn wanting(
        &self,
        bot: &DeduplicationKey,
        keys: &[DecisionKey],
    ) -> Result<Vec<Decision>, PortError> {
        let mut copies = self.decisions.decisions(keys).await?.decisions;
        copies.retain(|copy| copy.wanted_key() == Some(bot));
        Ok(copies)
    }

    /// False if another worker was first with one of the rows.
    async fn write(&self, rows: Vec<Decision>) -> Result<bool, PortError> {
        let mut is_written = true;
        for row in rows {
            match self.decisions.write(&row).await {
                Ok(WriteOutcome::Conflict) => is_written = false,
                Ok(WriteOutcome::Written) | Err(PortError::Unwritable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(is_written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::fakes::{FakeClock, Rows};
    use callsheet_domain::{BotConfig, EventId, Offer};
    use callsheet_testkit::{With as _, a_decision, at};
    use futures_util::FutureExt as _;
    use serde_json::json;
    use test_case::test_case;

    /// A copy that offers a bot of this name. The smallest number comes first.
    fn copy(number: usize, name: &str) -> Decision {
        a_decision().with(|row| {
            row.key.event_id = EventId::parse(format!("event-{number:04}")).expect("an id");
            let config = BotConfig::new(json!({"bot_name": name}));
            row.offer = Some(Offer {
                config: config.expect("a configuration"),
                is_organizers: false,
                is_refused: false,
            });
        })
    }

    /// The first copy's configuration was refused, and others offer the same, in all parts.
    #[test_case(10; "a usual meeting, in one part")]
    #[test_case(3 * PART - 50; "an all-hands, in three parts")]
    fn all_copies_that_offer_what_was_refused_are_refused_with_it(count: usize) {
        let is_same = |number: usize| number < 2 || number.is_multiple_of(3);
        let rows = (0..count).map(|number| {
            copy(number, if is_same(number) { "Blocked" } else { "Notes" }).with(|row| {
                row.attempts.count = 1;
                if let (0, Some(offer)) = (number, &mut row.offer) {
                    offer.is_refused = true;
                }
            })
        });
        let rows = Rows::with(rows.rev());
        let refused = RefusedBots {
            decisions: &rows,
            clock: &FakeClock::at(at("09:30")),
        };
        let bot = a_decision().wanted_key().cloned().expect("it wants a bot");
        let settled = refused.settle(&bot).now_or_never();
        settled.expect("no port waits").expect("memory");
        let owners = copy(2, "Notes").offer.expect("one").config;
        for row in rows.all() {
            let number: usize = row.key.event_id.as_str()[6..].parse().expect("a number");
            let is_refused = row.offer.as_ref().is_some_and(|offer| offer.is_refused);
            assert_eq!(is_refused, is_same(number), "{number}");
            let callsheet_domain::Wanted::Bot(wanted) = &row.wanted else {
                panic!("each copy wants the bot");
            };
            assert_eq!(
                wanted.config, owners,
                "each is called with that of the new owner"
            );
        }
    }
}
