//! The bots that stand, and the turn of a further claim on one.
//!
//! The first claim on a bot makes sure that the meeting is recorded. A further one only makes
//! sure that the bot stays if the first copy of the meeting goes, so it gives way to the first
//! claims of the hour that follows: an all-hands of thousands makes no other meeting late.

use std::collections::HashSet;

use callsheet_domain::{CallResult, Decision, DeduplicationKey, Step, Timestamp, plus};
use jiff::SignedDuration;

/// How much later its meeting would have to start for a first claim to have the turn of a
/// further one.
const GIVES_WAY: SignedDuration = SignedDuration::from_hours(1);

/// Bots that stand, since a call of this run scheduled them.
#[derive(Debug, Default)]
pub(super) struct StandingBots(HashSet<String>);

impl StandingBots {
    /// Digests of the bots' keys.
    pub(super) fn digests(&self) -> impl Iterator<Item = String> {
        self.0.iter().cloned()
    }

    /// Notes the result of a call for `row`. True if its bot stands from now on.
    pub(super) fn note(&mut self, row: &Decision, result: &CallResult) -> bool {
        let key = row.deduplication_key().map(DeduplicationKey::digest);
        let (CallResult::Done(_), Some(key)) = (result, key) else {
            return false;
        };
        if let Step::Schedule(_) = row.step() {
            return self.0.insert(key);
        }
        // Whether a copy keeps the bot is not known.
        self.0.remove(&key);
        false
    }

    /// Whose turn is earlier is called first.
    pub(super) fn turn(&self, row: &Decision) -> Timestamp {
        let key = row.deduplication_key().map(DeduplicationKey::digest);
        let is_further = row.claims_bot() && key.is_some_and(|key| self.0.contains(&key));
        if is_further {
            plus(row.starts_at, GIVES_WAY)
        } else {
            row.starts_at
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{Applied, Wanted};
    use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};

    fn done() -> CallResult {
        CallResult::Done(Vec::new())
    }

    fn holding() -> Decision {
        a_decision().with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
            }
        })
    }

    fn unwanted() -> Decision {
        holding().with(|row| row.wanted = Wanted::Nothing)
    }

    #[test]
    fn a_further_claim_gives_way_by_an_hour_and_no_other_call_does() {
        let mut standing = StandingBots::default();
        let claim = a_decision();
        assert_eq!(standing.turn(&claim), claim.starts_at);
        assert!(standing.note(&claim, &done()));
        assert_eq!(standing.turn(&claim), plus(claim.starts_at, GIVES_WAY));
        assert_eq!(standing.turn(&unwanted()), claim.starts_at);
        let reconfigured = holding().with(|row| {
            if let Applied::Bot(bot) = &mut row.applied {
                bot.starts_at = at("08:00");
            }
        });
        assert!(reconfigured.is_due());
        assert_eq!(standing.turn(&reconfigured), claim.starts_at);
    }

    #[test]
    fn a_bot_stands_only_by_a_call_that_was_done_and_until_a_claim_is_removed() {
        let mut standing = StandingBots::default();
        let refused = CallResult::Refused("as Recall has it".to_owned());
        assert!(!standing.note(&a_decision(), &refused));
        assert_eq!(standing.digests().count(), 0);
        standing.note(&a_decision(), &done());
        assert!(!standing.note(&a_decision(), &done()), "it stood before");
        standing.note(&unwanted(), &done());
        assert_eq!(standing.digests().count(), 0);
    }
}
