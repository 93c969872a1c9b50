//! Histories of a single meeting, whose two copies change again and again once it has its bot.
//!
//! Among changes of all events, few follow one another on the same event while its bot is in the
//! call, and fewer still before the call for the one before was made. Here most do.

use proptest::prelude::*;

use super::Work;
use super::change::{Change, word};

/// The two copies of the meeting, each in a calendar of its own.
const COPIES: usize = 2;

/// Starts that both copies move to, in minutes: within its first call, soon after, and later.
fn start() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![30_i64, 35, 45, 90, 450])
}

fn put() -> impl Strategy<Value = Change> {
    let (is_rare, is_usual) = (prop::bool::weighted(0.25), prop::bool::weighted(0.7));
    (0..COPIES, start(), is_usual, is_rare).prop_map(
        |(event, start_minute, has_link, is_declined)| Change::PushOutcome {
            event,
            start_minute,
            has_link,
            is_declined,
            has_blocked_title: false,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => put(),
        3 => (0..COPIES, 0..3_u8, any::<bool>()).prop_map(|(event, number, keeps_link)| {
            Change::Renumber { event, number, keeps_link }
        }),
        2 => (0..COPIES, 1_i64..90).prop_map(|(event, minutes)| {
            Change::MoveIntoThePast { event, minutes }
        }),
        2 => (0..COPIES, -1_i64..8).prop_map(|(calendar, minutes)| {
            Change::Pause { calendar, minutes }
        }),
        2 => (0..COPIES, word(), any::<bool>()).prop_map(|(event, word, is_of_series)| {
            Change::Say { event, word, is_of_series }
        }),
        2 => (0..3_usize).prop_map(|policy| Change::Push { policy }),
        1 => (0..COPIES, any::<u8>()).prop_map(|(event, title)| Change::Retitle { event, title }),
        1 => (0..COPIES).prop_map(|event| Change::Delete { event }),
        1 => (0..COPIES).prop_map(|calendar| Change::Disconnect { calendar }),
        1 => (0..COPIES).prop_map(|calendar| Change::Reconnect { calendar }),
        2 => (1_i64..40).prop_map(|minutes| Change::Wait { minutes }),
    ]
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        3 => Just(Work::Nothing),
        3 => Just(Work::Sync),
        4 => Just(Work::SyncAndDrain),
    ]
}

/// A meeting at half past ten gets its bot. Some time before or after its start, its copies
/// begin to change; syncs and the scheduler run after some of the changes.
pub(super) fn history() -> impl Strategy<Value = Vec<(Change, Work)>> {
    let changes = prop::collection::vec((change(), work()), 2..14);
    // It is in progress after that in most histories.
    let minutes = prop_oneof![1 => 20_i64..58, 3 => 58_i64..80];
    (minutes, changes).prop_map(|(minutes, changes)| {
        let copies = (0..COPIES).map(|event| {
            let put = Change::PushOutcome {
                event,
                start_minute: 30,
                has_link: true,
                is_declined: false,
                has_blocked_title: false,
            };
            (put, Work::SyncAndDrain)
        });
        let until_changed = (Change::Wait { minutes }, Work::Nothing);
        copies.chain([until_changed]).chain(changes).collect()
    })
}
