//! What every implementation of a port must do, as tests.
//!
//! Each law takes a port that nobody else uses: policies, budgets and the lease
//! are one of a kind in a store, and the index of due rows is one list.
//! [`decisions_contract!`](crate::decisions_contract) and its like make a test
//! of each law, so a fake and an adapter cannot pass different lists of them:
//!
//! ```
//! callsheet_testkit::decisions_contract!(async || callsheet_testkit::MemoryDecisions::new());
//! ```
//!
//! Where a port's documentation leaves something open, the law that settles it
//! says so. Instants given to a port are whole microseconds.

pub mod calendars;
pub mod clock;
pub mod copies;
pub mod dead_letters;
pub mod decisions;
pub mod directory;
pub mod due;
pub mod leases;
pub mod overrides;
pub mod policies;
pub mod queue;
pub mod rate_limits;
pub mod recall;
pub mod sync_states;

use std::time::Duration;

/// The pauses between tries: an index of DynamoDB lags behind the writes,
/// mostly by milliseconds.
const PAUSE: Duration = Duration::from_millis(50);
/// How often something is tried: five seconds' worth.
const TRIES: usize = 100;

/// Waits until `holds`, for a few seconds.
///
/// # Panics
/// If it never does.
pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..TRIES {
        if holds().await {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("it never came to be that {what}");
}

/// Makes a test of each law, on a port made by `$setup`.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($setup:expr, $port:ident: $($law:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $law() {
                let setup = $setup;
                $crate::contracts::$port::$law(&setup().await).await;
            }
        )+
    };
}

/// Makes a test of each law on `Decisions`. Takes an async closure that gives an
/// empty implementation, nobody else's.
#[macro_export]
macro_rules! decisions_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, decisions:
            rows_come_back_as_written,
            decisions_keep_the_latest,
            a_lost_race_is_a_result,
            of_many_that_write_at_once_one_does,
            what_is_not_there_is_left_out,
            as_many_are_read_as_are_asked_for,
            rows_too_large_for_one_answer_are_read,
            decisions_of_a_calendar,
            a_calendar_with_many_meetings_is_read_to_the_end,
        );
        $crate::contract_tests!($setup, copies:
            what_decided_comes_back_as_written,
            copies_of_a_meeting_are_read_together,
            a_meeting_with_many_copies_is_read_to_the_end,
            a_decision_is_found_by_its_event,
        );
        $crate::contract_tests!($setup, due:
            due_rows_come_in_order_of_start,
            a_row_that_moves_moves_in_the_order,
            waiting_rows_hide_nobody,
            the_end_of_the_wait_is_known_only_when_nobody_else_is_ready,
            rows_with_nothing_to_do_leave_the_index,
        );
    };
}

/// Makes a test of each law on `Calendars`, `OverrideStore`, `Policies`,
/// `RateLimits` and `Leases`, of one type that implements them all. Takes an async
/// closure that gives an empty one, nobody else's.
#[macro_export]
macro_rules! state_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, calendars:
            an_unknown_calendar_is_not_remembered,
            records_come_back_as_written,
            a_record_is_written_over_the_one_that_was_read,
            of_many_that_remember_a_calendar_at_once_one_does,
            every_calendar_is_listed_as_it_is_remembered,
            a_calendar_is_listed_with_the_latest_word_on_it,
            many_calendars_are_listed_to_the_end,
        );
        $crate::contract_tests!($setup, sync_states:
            nothing_is_remembered_of_a_workspace_at_first,
            a_mark_comes_back_as_written,
            a_mark_is_written_over_the_one_that_was_read,
            of_many_that_claim_a_look_at_once_one_does,
        );
        $crate::contract_tests!($setup, overrides:
            nobody_has_spoken_at_first,
            each_word_raises_the_revision,
            all_that_is_said_about_a_calendar_is_counted_together,
            the_last_pause_stands,
            a_word_taken_back_is_kept,
            who_spoke_and_when_is_kept,
            words_are_kept_apart,
            words_spoken_at_once_all_count,
            many_words_are_read_to_the_end,
        );
        $crate::contract_tests!($setup, policies:
            no_policy_is_in_force_at_first,
            a_pushed_policy_is_the_next_revision,
            a_push_over_another_policy_is_lost,
            of_many_that_push_at_once_one_does,
            the_history_is_newest_first,
            large_policies_are_kept,
        );
        $crate::contract_tests!($setup, rate_limits:
            callers_share_a_budget,
            a_draw_that_would_come_too_late_draws_nothing,
            a_hold_moves_everybody,
            a_shorter_hold_shortens_nothing,
            operations_have_budgets_of_their_own,
        );
        $crate::contract_tests!($setup, leases:
            one_holds_the_lease,
            a_lease_given_back_is_free,
            a_lease_that_ran_out_is_taken,
            a_ring_is_heard_before_the_release,
            staying_hears_nothing,
            a_lease_given_back_is_not_held_on_to,
            of_many_that_come_at_once_one_gets_it_and_hears_the_others,
            no_bell_is_unheard,
        );
    };
}

/// Makes a test of each law on `Queue`. Takes an async closure that gives both
/// ends of an empty one, nobody else's.
#[macro_export]
macro_rules! queue_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, queue:
            errands_arrive_as_they_were_sent,
            requeueing_keeps_the_instant_of_first_sending,
            a_postponed_delivery_is_given_again,
            a_delivery_in_work_is_not_given_again,
        );
    };
}

/// Makes a test of each law on `DeadLetters`. Takes an async closure that gives
/// an empty one, nobody else's, and a way to put letters there.
#[macro_export]
macro_rules! dead_letters_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, dead_letters:
            letters_are_taken_as_they_were_sent,
            what_is_not_ours_is_taken_too,
            what_is_in_hand_is_given_to_nobody,
            a_letter_put_back_is_taken_again,
            a_removed_letter_is_gone,
            many_letters_are_taken_to_the_end,
        );
    };
}

/// Makes a test of each law on `CalendarEvents`, `Bots`, `CalendarDirectory` and
/// `CalendarRemoval`. Takes an async closure that gives an empty workspace,
/// nobody else's.
#[macro_export]
macro_rules! recall_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, recall:
            calendars_are_shown_as_they_stand,
            every_event_of_a_calendar_is_on_one_of_its_pages,
            an_unreadable_event_is_reported_and_costs_no_other,
            a_query_leaves_out_what_it_does_not_ask_for,
            both_operations_may_be_done_again,
            a_key_is_one_bot_until_its_last_claim_is_gone,
            what_cannot_have_a_bot_is_refused,
            a_payload_with_a_localhost_url_is_blocked_and_no_other,
            a_bot_on_its_way_is_sent_out_of_its_call,
            a_bot_in_no_call_cannot_leave_one,
        );
        $crate::contract_tests!($setup, directory:
            every_calendar_is_on_one_of_the_pages,
            a_calendar_is_listed_as_it_is_shown,
            a_deleted_calendar_is_gone_with_its_events,
            a_calendar_that_nobody_knows_is_gone_already,
            a_shared_bot_outlives_one_of_its_calendars,
        );
    };
}

/// Makes a test of each law on `Clock` and on `Jitter`. Takes an async closure
/// that gives the one, and the other.
#[macro_export]
macro_rules! clock_contract {
    ($clock:expr, $jitter:expr) => {
        $crate::contract_tests!($clock, clock:
            time_goes_on_in_whole_microseconds,
            a_sleeper_wakes_when_its_instant_has_come,
        );
        #[test]
        fn fractions_are_below_one() {
            $crate::contracts::clock::fractions_are_below_one(&$jitter);
        }
    };
}
