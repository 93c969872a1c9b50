//! What is known of an event's bots does not depend on the order in which it is reported.

use callsheet_domain::{Applied, BotId, BotStatus, Decision, Timestamp, Wanted};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at, id};
use proptest::prelude::*;

const CODES: [&str; 6] = [
    "joining_call",
    "in_waiting_room",
    "in_call_recording",
    "call_ended",
    "done",
    "breakout_room_entered",
];

fn status(second: i64, code: usize) -> BotStatus {
    let at = Timestamp::from_second(at("10:00").as_second() + second).expect("in range");
    BotStatus::new(CODES[code], None, at).expect("a code")
}

/// A status of one of three bots, each of which has statuses of its own instants.
fn report() -> impl Strategy<Value = (BotId, BotStatus)> {
    let parts = (1_i64..=3, 0_i64..30, 0..CODES.len());
    parts.prop_map(|(bot, second, code)| (id(format!("bot-{bot}")), status(second * 3 + bot, code)))
}

fn row(known: Option<i64>) -> Decision {
    a_decision().with(|row| {
        if let (Wanted::Bot(wanted), Some(known)) = (&row.wanted, known) {
            let bot = an_applied_bot(wanted);
            let bot = bot.with(|bot| bot.bot_id = Some(id(format!("bot-{known}"))));
            row.applied = Applied::Bot(Box::new(bot));
        }
    })
}

/// What the row tells of its bots.
fn told(row: &Decision) -> String {
    let earlier: Vec<_> = row.earlier_outcomes().collect();
    let mut earlier: Vec<_> = earlier.into_iter().cloned().collect();
    earlier.sort_by(|one, other| one.bot_id.cmp(&other.bot_id));
    format!("{:?} {earlier:?}", row.bot_outcome())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_order_of_the_statuses_of_several_bots_tells_the_same(
        known in prop::option::of(1_i64..=3),
        (reports, shuffled) in prop::collection::vec(report(), 1..12)
            .prop_flat_map(|reports| (Just(reports.clone()), Just(reports).prop_shuffle())),
    ) {
        let after = |reports: &[(BotId, BotStatus)]| {
            reports.iter().fold(row(known), |row, (bot, status)| {
                row.with_statuses(bot, std::slice::from_ref(status), true)
            })
        };
        let (one, other) = (after(&reports), after(&shuffled));
        prop_assert_eq!(told(&one), told(&other));
        let again = after(&[reports.clone(), reports].concat());
        prop_assert_eq!(told(&one), told(&again));
        let named: std::collections::BTreeSet<_> = shuffled.iter().map(|(bot, _)| bot).collect();
        let followed = usize::from(one.bot_outcome().is_some()) + one.earlier_outcomes().count();
        prop_assert_eq!(followed, named.len());
    }
}
