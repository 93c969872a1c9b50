//! What every implementation of `Decisions` must do to find decisions by their bot.

use callsheet_app::ports::Decisions;
use callsheet_domain::{
    Applied, BotStatus, Decision, LeftBot, Offer, OwnerCheck, SentConfig, Timestamp, Wanted,
};

use super::copies::a_copy;
use super::decision_rows::a_row;
use super::decisions::written;
use super::eventually;
use crate::{With, an_applied_bot, an_offer, at, id};

/// The decisions that want a bot are found by its deduplication key, whatever
/// their `ical_uid`, after a while; so are those that want a retry of its meeting. One that stops
/// wanting it is not found.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_decisions_that_want_a_bot_are_found_by_its_key(decisions: &impl Decisions) {
    let one = written(decisions, &a_copy("one", "event-1")).await;
    let two = written(decisions, &a_copy("two", "event-2")).await;
    let key = one.wanted_key().expect("it wants a bot").clone();
    let another = a_copy("three", "event-3").with(want_another_bot);
    written(decisions, &another).await;
    let is_found = async |expected: &[&Decision]| {
        let found = decisions.wanting(&key, 9).await.expect("the store answers");
        assert!(!found.has_more);
        let mut found = found.rows.all_readable().expect("readable");
        found.sort_by(|one, other| one.key.cmp(&other.key));
        found.iter().collect::<Vec<_>>() == expected
    };
    eventually("both are found", async || is_found(&[&one, &two]).await).await;
    eventually("their keys are found", async || {
        let keys = decisions.keys_wanting(&key).await;
        let mut keys = keys.expect("the store answers");
        keys.sort();
        keys == [one.key.clone(), two.key.clone()]
    })
    .await;
    let retry = key.of_retry(1).expect("a short key");
    let retried = two.clone().with(|row| {
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.deduplication_key = retry;
        }
    });
    let retried = written(decisions, &retried).await;
    eventually("the retry is found", async || {
        is_found(&[&one, &retried]).await
    })
    .await;
    let gone = one.clone().with(|row| row.wanted = Wanted::Nothing);
    written(decisions, &gone).await;
    eventually("one is left", async || is_found(&[&retried]).await).await;
}

fn want_another_bot(row: &mut Decision) {
    if let Wanted::Bot(bot) = &mut row.wanted {
        bot.deduplication_key = id("another-key");
    }
}

/// The first of the decisions that want a bot are found by their rank, whatever their number.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_first_decisions_that_want_a_bot_are_found(decisions: &impl Decisions) {
    let offer = |change: fn(&mut Offer)| {
        move |row: &mut Decision| change(row.offer.get_or_insert_with(an_offer))
    };
    let of = |event: &str| a_copy("one", event).with(offer(|offer| offer.is_organizers = false));
    let refused = of("event-1").with(offer(|offer| offer.is_refused = true));
    let last = written(decisions, &of("event-0").abandon("refused")).await;
    let refused = written(decisions, &refused).await;
    let first = written(decisions, &of("event-2")).await;
    let later = written(decisions, &of("event-3")).await;
    let organizers = of("event-4").with(offer(|offer| offer.is_organizers = true));
    let organizers = written(decisions, &organizers).await;
    let key = first.wanted_key().expect("it wants a bot").clone();
    let ranked = [organizers, first, later, refused, last];
    for most in [2, 5, 1, 4] {
        eventually("the first are found", async || {
            let found = decisions
                .wanting(&key, most)
                .await
                .expect("the store answers");
            assert_eq!(found.has_more, most < ranked.len(), "of {most}");
            let mut found = found.rows.all_readable().expect("readable");
            found.sort_by_key(Decision::bot_rank);
            found == ranked[..most]
        })
        .await;
    }
    let keys = decisions.keys_wanting(&key).await;
    let ranked = ranked.map(|row| row.key);
    assert_eq!(keys.expect("the store answers"), ranked);
}

/// The decisions whose applied bot has an id are found by it, after a while; one whose bot is
/// another one or none by now is not found.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_decisions_that_hold_a_bot_are_found_by_its_id(decisions: &impl Decisions) {
    let holding = |event: &str, bot: &str| {
        a_copy(event, event).with(|row| {
            let Wanted::Bot(wanted) = &row.wanted else {
                return;
            };
            let bot = an_applied_bot(wanted).with(|applied| applied.bot_id = Some(id(bot)));
            row.applied = Applied::Bot(Box::new(bot));
        })
    };
    let one = written(decisions, &holding("one", "bot-1")).await;
    let two = written(decisions, &holding("two", "bot-1")).await;
    written(decisions, &holding("three", "bot-3")).await;
    let is_found = async |expected: &[&Decision]| {
        let keys = decisions.keys_holding(&id("bot-1"), 9).await;
        let mut keys = keys.expect("the store answers");
        keys.sort();
        keys.iter().eq(expected.iter().map(|row| &row.key))
    };
    eventually("both are found", async || is_found(&[&one, &two]).await).await;
    let first = decisions.keys_holding(&id("bot-1"), 1).await;
    assert_eq!(first.expect("an answer").len(), 1);
    let gone = one.clone().with(|row| row.applied = Applied::Nothing);
    written(decisions, &gone).await;
    eventually("one is left", async || is_found(&[&two]).await).await;
}

/// The rows whose bot has been silent since an instant are found in order of start; neither those
/// that are due, nor those whose bot has come to its end, nor those before their start.
///
/// # Panics
/// If the implementation does something else.
pub async fn rows_whose_bot_is_silent_are_found(decisions: &impl Decisions) {
    let holding = |event: &str, hour: &str| {
        a_row(event).with(|row| {
            row.starts_at = at(hour);
            let Wanted::Bot(wanted) = &mut row.wanted else {
                return;
            };
            wanted.starts_at = at(hour);
            row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
        })
    };
    let heard = |event: &str, code: &str, time: &str| {
        let status = BotStatus::new(code, Some("bot_errored"), at(time));
        let statuses = status.as_slice().to_vec();
        holding(event, "10:00").with_statuses(&id("bot-1"), &statuses, true)
    };
    let due = holding("due", "10:00").with(|row| row.applied = Applied::Nothing);
    written(decisions, &due).await;
    written(decisions, &heard("failed", "fatal", "10:01")).await;
    written(decisions, &heard("waits", "in_waiting_room", "10:07")).await;
    written(decisions, &holding("tomorrow", "12:00")).await;
    let later = written(decisions, &holding("later", "10:01")).await;
    let one = written(decisions, &holding("one", "09:59")).await;
    let two = written(decisions, &heard("two", "joining_call", "10:00:01")).await;
    let silent = async |most| {
        let keys = decisions.silent(at("10:05"), most).await;
        keys.expect("the store answers")
    };
    let expected = [&one, &two, &later].map(|row| row.key.clone());
    eventually("they are found", async || silent(9).await == expected).await;
    assert_eq!(silent(2).await, expected[..2]);
    let ended = BotStatus::new("fatal", Some("bot_errored"), at("10:06"));
    written(
        decisions,
        &one.with_statuses(&id("bot-1"), ended.as_slice(), true),
    )
    .await;
    eventually("one has come to its end", async || {
        silent(9).await == expected[1..]
    })
    .await;
}

/// The rows whose owner check can be made are found, and neither those that are due nor those
/// whose check must wait.
///
/// # Panics
/// If the implementation does something else.
pub async fn rows_with_an_owner_check_are_found(decisions: &impl Decisions) {
    let check = OwnerCheck {
        not_before: at("09:30"),
        left: vec![LeftBot {
            deduplication_key: id("left"),
            rank: "000#event".to_owned(),
            at: at("08:59"),
            sent: Some(SentConfig {
                config: an_offer().config.digest().clone(),
                at: at("09:00"),
            }),
        }],
    };
    let settled = |event: &str, not_before: Timestamp| {
        a_row(event).with(|row| {
            row.wanted = Wanted::Nothing;
            row.offer = None;
            row.owner_check = Some(OwnerCheck {
                not_before,
                ..check.clone()
            });
        })
    };
    let due = a_row("due").with(|row| row.owner_check = Some(check.clone()));
    assert!(due.is_due());
    written(decisions, &due).await;
    written(decisions, &settled("waits", at("09:31"))).await;
    written(
        decisions,
        &settled("none", at("09:30")).with(|row| row.owner_check = None),
    )
    .await;
    let one = written(decisions, &settled("one", at("09:30"))).await;
    let two = written(decisions, &settled("two", at("09:29"))).await;
    let to_check = async |most| {
        let keys = decisions.to_check(at("09:30"), most).await;
        let mut keys = keys.expect("the store answers");
        keys.sort();
        keys
    };
    eventually("both are found", async || {
        to_check(9).await == [one.key.clone(), two.key.clone()]
    })
    .await;
    assert_eq!(to_check(1).await.len(), 1);
    let read = decisions.decisions(std::slice::from_ref(&one.key)).await;
    let read = read.expect("the store answers").all_readable();
    let read = read.expect("readable");
    assert_eq!(read, std::slice::from_ref(&one), "as it was written");
    written(decisions, &one.with(|row| row.owner_check = None)).await;
    eventually("one is left", async || {
        to_check(9).await == std::slice::from_ref(&two.key)
    })
    .await;
}
