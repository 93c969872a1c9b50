//! Laws of counting, for any order of bots that are wanted, moved and left.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    Account, CountedBot, Limits, SpendingCaps, SpendingClaim, Spent, Uncounted, count, uncount,
};
use crate::id::DeduplicationKey;
use crate::time::plus;

const BEGIN: Timestamp = Timestamp::constant(1_795_737_600, 0);

/// The books as a table would hold them.
#[derive(Default)]
struct Books {
    bots: BTreeMap<String, CountedBot>,
    spent: BTreeMap<Account, Spent>,
    /// The bots that were counted though there may have been no room.
    exempt: BTreeSet<String>,
}

impl Books {
    fn count(&mut self, claim: &SpendingClaim, now: Timestamp) -> bool {
        let bot = claim.bot.to_string();
        let was_counted = self.bots.get(&bot).is_some_and(|bot| bot.is_counted);
        match count(claim, self.bots.get(&bot), &self.spent, now) {
            Ok(change) => {
                if let Some(change) = change {
                    self.bots.insert(bot.clone(), change.bot);
                    self.spent.extend(change.spent);
                }
                if claim.is_exempt && !was_counted {
                    self.exempt.insert(bot);
                }
                true
            }
            Err(_) => false,
        }
    }

    fn leave(&mut self, bot: &str, now: Timestamp) {
        if let Uncounted::Change(change) = uncount(self.bots.get(bot), &self.spent, now) {
            self.bots.insert(bot.to_owned(), change.bot);
            self.spent.extend(change.spent);
            self.exempt.remove(bot);
        }
    }

    /// What the counted bots amount to, counted anew.
    fn recounted(&self, without: &BTreeSet<String>) -> BTreeMap<Account, Spent> {
        let mut spent: BTreeMap<Account, Spent> = BTreeMap::new();
        let counted = self.bots.iter().filter(|(_, bot)| bot.is_counted);
        for (_, bot) in counted.filter(|(key, _)| !without.contains(*key)) {
            for account in bot.accounts() {
                let spent = spent.entry(account).or_default();
                spent.bots += 1;
                spent.minutes += bot.minutes;
            }
        }
        spent
    }
}

#[derive(Debug, Clone)]
enum Action {
    /// A copy of a meeting wants its bot.
    Want {
        meeting: u8,
        policy: Option<&'static str>,
        is_exempt: bool,
    },
    Leave(u8),
    Wait(i64),
}

fn action() -> impl Strategy<Value = Action> {
    let policy = prop_oneof![Just(None), Just(Some("sales")), Just(Some("legal"))];
    prop_oneof![
        6 => (0..12_u8, policy, prop::bool::weighted(0.2)).prop_map(|(meeting, policy, is_exempt)| {
            Action::Want { meeting, policy, is_exempt }
        }),
        2 => (0..12_u8).prop_map(Action::Leave),
        2 => (0..400_i64).prop_map(Action::Wait),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    let most = || prop::option::of(0..4_u64);
    (most(), most()).prop_map(|(bots, hours)| Limits { bots, hours })
}

fn caps() -> impl Strategy<Value = SpendingCaps> {
    (limits(), limits(), limits(), limits()).prop_map(|(day, month, policy_day, policy_month)| {
        SpendingCaps {
            day,
            month,
            policy_day,
            policy_month,
        }
    })
}

/// Meetings of some days around the end of a month, of 30 minutes to 2 hours.
fn claim(meeting: u8, policy: Option<&str>, caps: SpendingCaps, is_exempt: bool) -> SpendingClaim {
    let hours = i64::from(meeting) * 20;
    let starts_at = plus(BEGIN, SignedDuration::from_hours(hours));
    let minutes = 30 * (i64::from(meeting % 4) + 1);
    SpendingClaim {
        bot: DeduplicationKey::parse(format!("meeting-{meeting}")).expect("a key"),
        starts_at,
        ends_at: plus(starts_at, SignedDuration::from_mins(minutes)),
        policy: policy.map(str::to_owned),
        caps,
        is_exempt,
        moved_from: None,
    }
}

proptest! {
    #[test]
    fn no_account_holds_more_than_its_cap_and_what_is_exempt(
        caps in caps(), actions in prop::collection::vec(action(), 1..80)
    ) {
        let mut books = Books::default();
        let mut now = BEGIN;
        for action in actions {
            match action {
                Action::Want { meeting, policy, is_exempt } => {
                    let claim = claim(meeting, policy, caps, is_exempt);
                    let is_counted = books.count(&claim, now);
                    let stored = books.bots.get(&claim.bot.to_string());
                    prop_assert_eq!(is_counted, stored.is_some_and(|bot| bot.is_counted));
                    prop_assert!(is_counted || !is_exempt);
                }
                Action::Leave(meeting) => books.leave(&format!("meeting-{meeting}"), now),
                Action::Wait(seconds) => now = plus(now, SignedDuration::from_secs(seconds)),
            }
            // The accounts are those of the counted bots, each counted once.
            let spent: BTreeMap<_, _> =
                books.spent.clone().into_iter().filter(|(_, spent)| spent.bots > 0).collect();
            prop_assert_eq!(spent, books.recounted(&BTreeSet::new()));
            for (account, spent) in books.recounted(&books.exempt) {
                let limits = match (&account.policy, account.period) {
                    (None, super::Period::Day(_)) => caps.day,
                    (None, super::Period::Month(_)) => caps.month,
                    (Some(_), super::Period::Day(_)) => caps.policy_day,
                    (Some(_), super::Period::Month(_)) => caps.policy_month,
                };
                prop_assert!(limits.bots.is_none_or(|most| spent.bots <= most));
                prop_assert!(limits.hours.is_none_or(|most| spent.minutes <= most * 60));
            }
        }
    }

    #[test]
    fn a_bot_that_is_counted_is_never_refused(
        caps in caps(), first in 0..12_u8, others in prop::collection::vec(0..12_u8, 0..20), policy in prop::option::of(Just("sales"))
    ) {
        let mut books = Books::default();
        let counted = claim(first, policy, caps, true);
        prop_assert!(books.count(&counted, BEGIN));
        for other in others {
            books.count(&claim(other, Some("legal"), caps, true), BEGIN);
        }
        let later = plus(BEGIN, SignedDuration::from_hours(1));
        let copy = claim(first, None, caps, false);
        prop_assert!(books.count(&copy, later));
        let longer = SpendingClaim { ends_at: plus(copy.ends_at, SignedDuration::from_hours(9)), ..copy };
        prop_assert!(books.count(&longer, later));
        let spent: BTreeMap<_, _> = books.spent.clone();
        prop_assert_eq!(spent, books.recounted(&BTreeSet::new()));
    }

    #[test]
    fn a_meeting_that_moves_keeps_its_place_in_the_day_and_the_month_that_it_stays_in(
        from in 0..12_u8, to in 0..12_u8
    ) {
        let none = Limits { bots: Some(0), hours: None };
        let caps = SpendingCaps { day: none, month: none, ..SpendingCaps::default() };
        let mut books = Books::default();
        let before = claim(from, None, caps, true);
        books.count(&before, BEGIN);
        let after = SpendingClaim { moved_from: Some(before.starts_at), ..claim(to, None, caps, false) };
        let stays = before.day() == after.day();
        prop_assert_eq!(books.count(&after, BEGIN), stays || before.bot == after.bot);
    }

    #[test]
    fn a_bot_that_was_just_asked_for_stays_counted(seconds in 0..90_i64) {
        let mut books = Books::default();
        let claim = claim(1, None, SpendingCaps::default(), false);
        books.count(&claim, BEGIN);
        let bot = claim.bot.to_string();
        books.leave(&bot, plus(BEGIN, SignedDuration::from_secs(seconds)));
        prop_assert!(books.bots[&bot].is_counted);
        books.leave(&bot, plus(BEGIN, SignedDuration::from_secs(90)));
        prop_assert!(!books.bots[&bot].is_counted);
    }
}
