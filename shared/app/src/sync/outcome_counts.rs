//! Counts bots whose lives ended, by what became of them.
//!
//! A bot is counted once, however many rows share it: by the statuses that end its life in the
//! first of them. Statuses that come later may say more, and are not counted again.

use callsheet_domain::{BotId, Decision, Outcome, OutcomeClass, Phase};

use crate::metrics::Metric;

/// Whether the end of a bot is counted, in the rows that share it.
#[derive(Debug)]
pub(super) struct EndCount<'a> {
    bot: &'a BotId,
    is_counted: bool,
}

impl<'a> EndCount<'a> {
    pub(super) fn new(bot: &'a BotId) -> Self {
        Self {
            bot,
            is_counted: false,
        }
    }

    /// The metric of the bot if its outcome is final in the changed rows, and was neither in
    /// the rows before nor in rows that were counted or seen earlier.
    pub(super) fn of(&mut self, before: &[Decision], changed: &[Decision]) -> Option<Metric> {
        let mut before = before.iter().filter_map(|row| of_bot(row, self.bot));
        self.is_counted |= before.any(Outcome::is_final);
        if self.is_counted {
            return None;
        }
        let mut changed = changed.iter().filter_map(|row| of_bot(row, self.bot));
        changed.find(|outcome| outcome.is_final()).map(metric)
    }

    /// Counts the bot, once a row with its outcome is written.
    pub(super) fn count(&mut self, metric: Metric) {
        metric.count(1_u32);
        self.is_counted = true;
    }
}

fn of_bot<'a>(row: &'a Decision, bot: &BotId) -> Option<&'a Outcome> {
    // Another one may have been sent in its place.
    let mut outcomes = row.bot_outcome().into_iter().chain(row.earlier_outcomes());
    outcomes.find(|outcome| &outcome.bot_id == bot)
}

fn metric(outcome: &Outcome) -> Metric {
    use OutcomeClass as Class;
    if outcome.phase() == Phase::Done {
        return Metric::BotsRecorded;
    }
    match outcome.class() {
        Some(Class::NormalEnd | Class::NobodyCame) => Metric::BotsNobodyCame,
        Some(Class::NeverAdmitted) => Metric::BotsNeverAdmitted,
        Some(Class::Removed | Class::PermissionDenied) => Metric::BotsTurnedAway,
        Some(Class::LinkOrRoom | Class::SignIn | Class::Credentials) => Metric::BotsNoAccess,
        Some(Class::PlatformFault | Class::Blocked | Class::Unknown) | None => Metric::BotsFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::BotStatus;
    use callsheet_testkit::{a_decision, at, id};
    use test_case::test_case;

    /// The row after these statuses of its bot, each a second after the last.
    fn after(statuses: &[(&str, Option<&str>)]) -> Decision {
        let mut row = a_decision();
        for (second, (code, sub_code)) in statuses.iter().enumerate() {
            let second = i64::try_from(second).expect("a few");
            let at = callsheet_domain::plus(at("10:00"), jiff::SignedDuration::from_secs(second));
            let status = BotStatus::new(code, *sub_code, at).expect("a code");
            let outcome = match row.outcome.take() {
                Some(outcome) => outcome.seen(status),
                None => Outcome::of(id("bot-1"), status),
            };
            row.outcome = Some(outcome);
        }
        row
    }

    #[test_case(&[("in_call_recording", None), ("done", None)], Some(Metric::BotsRecorded); "recorded")]
    #[test_case(&[("call_ended", Some("timeout_exceeded_noone_joined")), ("done", None)], Some(Metric::BotsNobodyCame); "nobody came")]
    #[test_case(&[("call_ended", Some("timeout_exceeded_waiting_room")), ("done", None)], Some(Metric::BotsNeverAdmitted); "never admitted")]
    #[test_case(&[("call_ended", Some("bot_kicked_from_call")), ("done", None)], Some(Metric::BotsTurnedAway); "removed")]
    #[test_case(&[("fatal", Some("meeting_requires_sign_in"))], Some(Metric::BotsNoAccess); "a sign-in")]
    #[test_case(&[("fatal", Some("zoom_internal_error"))], Some(Metric::BotsFailed); "the platform")]
    #[test_case(&[("fatal", Some("a_new_reason"))], Some(Metric::BotsFailed); "an unknown reason")]
    #[test_case(&[("in_call_recording", None)], None; "not ended yet")]
    fn a_bot_is_counted_by_its_outcome(
        statuses: &[(&str, Option<&str>)],
        expected: Option<Metric>,
    ) {
        let ended = after(statuses);
        let bot = id("bot-1");
        assert_eq!(ended_of(&bot, &a_decision(), &ended), expected);
        assert_eq!(ended_of(&id("bot-2"), &a_decision(), &ended), None);
        if expected.is_some() {
            assert_eq!(ended_of(&bot, &ended, &ended), None, "once");
        }
    }

    fn ended_of(bot: &BotId, before: &Decision, after: &Decision) -> Option<Metric> {
        let rows = [after.clone(), after.clone()];
        EndCount::new(bot).of(std::slice::from_ref(before), &rows)
    }
}
