//! What every implementation of a port must do, as tests.
//!
//! Each function takes a port that nothing else uses: policies, rate limits and
//! the lease exist once in a store, and the index of due rows is one list.
//! [`decisions_contract!`](crate::decisions_contract) and the other macros make
//! a test of each function, so a fake and an adapter pass the same list:
//!
//! ```
//! callsheet_testkit::decisions_contract!(async || callsheet_testkit::MemoryDecisions::new());
//! ```
//!
//! Where a port's documentation leaves something open, the function that
//! settles it says so. Instants given to a port are whole microseconds.

pub mod access;
pub mod action_log;
pub mod activity;
pub mod agenda;
pub mod all_actions;
pub mod bots;
pub mod calendar_list;
pub mod calendars;
pub mod clock;
pub mod copies;
pub mod coverage;
pub mod dead_letters;
mod decision_rows;
pub mod decisions;
pub mod decisions_by_bot;
pub mod due;
pub mod due_calendars;
pub mod event_bus;
pub mod forgetting;
pub mod leases;
pub mod listed_calendars;
pub mod lost_heads;
pub mod meetings;
pub mod overrides;
pub mod overview;
pub mod owner_names;
pub mod policies;
pub mod queue;
pub mod rate_limits;
pub mod recall;
pub mod spending;
pub mod sync_states;

use std::time::Duration;

/// The pauses between tries: an index of DynamoDB lags behind the writes,
/// mostly by milliseconds.
const PAUSE: Duration = Duration::from_millis(50);
/// Number of tries: five seconds' worth.
const TRIES: usize = 100;

/// Waits until `condition` holds, for a few seconds.
///
/// # Panics
/// If it does not come to hold.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    for _ in 0..TRIES {
        if condition().await {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("this did not come to hold: {what}");
}

/// Makes a test of each function, on a port made by `$setup`.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($setup:expr, $port:ident: $($test:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                let setup = $setup;
                $crate::contracts::$port::$test(&setup().await).await;
            }
        )+
    };
}

/// Makes the contract tests of `Decisions`. Takes an async closure that gives an
/// empty implementation that no other test uses.
#[macro_export]
macro_rules! decisions_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, decisions:
            a_decision_is_read_as_it_was_written,
            the_latest_write_replaces_the_whole_row,
            a_write_over_another_version_is_a_conflict,
            of_concurrent_writes_one_succeeds,
            unknown_keys_give_no_rows,
            more_rows_than_one_request_takes_are_read,
            rows_larger_than_one_response_are_read,
            decisions_of_a_calendar_are_listed_in_order_of_start,
            decisions_of_a_calendar_are_listed_by_start,
            unlisted_decisions_are_found_in_all_calendars,
            the_next_start_of_a_calendar_is_found,
            a_calendar_with_many_meetings_is_listed_to_the_end,
        );
        $crate::contract_tests!($setup, agenda:
            the_index_of_a_calendar_shows_what_was_written,
            entries_of_a_calendar_are_read_page_by_page,
            pages_of_a_calendar_go_on_behind_an_entry_that_has_moved,
        );
        $crate::contract_tests!($setup, copies:
            facts_and_offers_are_read_as_they_were_written,
            copies_of_a_meeting_at_one_start_are_read,
            a_meeting_with_many_copies_is_read_to_the_end,
            the_copies_of_an_ical_uid_are_read_page_by_page,
            a_decision_is_found_by_its_event,
            a_row_that_can_be_read_is_not_discarded,
        );
        $crate::contract_tests!($setup, decisions_by_bot:
            the_first_decisions_that_want_a_bot_are_found,
            rows_with_an_owner_check_are_found,
            rows_whose_bot_is_silent_are_found,
            the_decisions_that_want_a_bot_are_found_by_its_key,
            the_decisions_that_hold_a_bot_are_found_by_its_id,
        );
        $crate::contract_tests!($setup, due:
            due_rows_come_in_order_of_start,
            a_moved_meeting_changes_its_place_in_the_order,
            waiting_rows_hide_no_ready_row,
            further_rows_of_a_bot_are_behind_and_hide_no_other,
            claims_of_a_bot_that_stands_are_behind,
            the_end_of_the_wait_is_known_only_if_all_ready_rows_are_listed,
            rows_that_are_not_due_leave_the_index,
        );
        $crate::contract_tests!($setup, overview:
            meetings_of_all_calendars_are_read_by_start,
            a_superseded_row_is_of_no_day,
            alerts_are_read_by_start_until_their_cause_is_gone,
            the_first_due_decisions_are_read_with_their_starts,
            abandoned_decisions_are_read_until_they_are_reopened,
        );
        $crate::contract_tests!($setup, coverage:
            the_decisions_of_a_day_are_read_in_order_of_start,
            many_decisions_of_a_day_are_read_to_the_end,
            what_became_of_a_bot_is_read_with_the_day,
        );
    };
}

/// Makes the contract tests of `Access`, `ActionLog`, `ActivityLog`, `Calendars`, `OverrideStore`, `Policies`,
/// `RateLimits`, `Spending` and `Leases`, of one type that implements them all. Takes an async
/// closure that gives an empty one that no other test uses.
#[macro_export]
macro_rules! state_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, calendars:
            an_unknown_calendar_has_no_record,
            a_calendar_record_is_read_as_it_was_written,
            a_calendar_record_is_written_only_over_the_version_that_was_read,
            of_concurrent_writes_of_a_calendar_record_one_succeeds,
        );
        $crate::contract_tests!($setup, listed_calendars:
            every_calendar_is_listed_as_it_was_written,
            a_calendar_is_listed_with_its_latest_override_revision,
            calendars_of_joined_names_are_listed_as_of_one_person,
            calendars_of_a_person_are_found_by_each_name,
            a_calendar_is_listed_with_the_overrides_that_no_sync_has_applied,
            many_calendars_are_listed_to_the_end,
            calendars_are_read_page_by_page,
        );
        $crate::contract_tests!($setup, due_calendars:
            a_calendar_is_due_as_its_record_tells,
            calendars_are_due_until_they_have_applied_an_override,
            calendars_of_joined_names_are_due,
            no_more_work_is_given_than_is_asked_for,
            what_is_due_at_once_is_given_first,
            calendars_with_unreadable_events_are_given_in_turn,
        );
        $crate::contract_tests!($setup, access:
            recall_admits_us_at_first,
            a_denial_keeps_its_first_instant_and_its_latest_probe,
            of_concurrent_workers_one_claims_a_probe,
            a_probe_that_is_returned_may_be_claimed_at_once,
            an_admission_ends_the_denial,
        );
        $crate::contract_tests!($setup, activity:
            no_activity_is_known_at_first,
            each_kind_of_activity_is_noted_by_itself,
            an_earlier_activity_does_not_replace_a_later_one,
        );
        $crate::contract_tests!($setup, coverage:
            no_totals_are_kept_at_first,
            totals_of_a_day_are_read_as_they_were_written,
            the_latest_totals_of_a_day_replace_those_before,
        );
        $crate::contract_tests!($setup, spending:
            nothing_is_counted_at_first,
            a_counted_bot_is_read_as_it_was_written,
            accounts_are_counted_apart,
            a_bot_is_counted_with_all_of_its_accounts_or_not_at_all,
            of_concurrent_workers_one_counts_a_bot,
        );
        $crate::contract_tests!($setup, sync_states:
            a_workspace_has_no_sync_state_at_first,
            a_sync_state_is_read_as_it_was_written,
            a_sync_state_is_written_only_over_the_version_that_was_read,
            of_concurrent_writes_of_a_sync_state_one_succeeds,
            a_windowed_sync_state_is_read_as_it_was_written,
            a_calendar_list_that_is_left_is_read_as_it_was_written,
            of_concurrent_lists_of_new_calendars_one_is_noted,
        );
        $crate::contract_tests!($setup, overrides:
            an_owner_has_no_overrides_at_first,
            each_override_raises_the_revision,
            overrides_and_pauses_of_an_owner_share_a_revision,
            the_latest_pause_replaces_the_one_before,
            a_cleared_override_is_kept,
            the_actor_and_the_instant_of_an_override_are_kept,
            an_override_holds_for_one_scope_of_one_owner,
            concurrent_overrides_get_a_revision_each,
            many_overrides_are_read_to_the_end,
            an_override_is_stored_under_the_name_before_splits,
            overrides_that_expire_can_be_kept,
        );
        $crate::contract_tests!($setup, owner_names:
            an_owner_is_known_by_platform_and_address,
            overrides_are_carried_over_to_another_name_of_the_owner,
            names_that_are_joined_mean_one_person,
            of_two_choices_of_joined_names_the_later_one_counts,
            names_are_joined_through_others_in_any_order,
            names_of_which_nothing_was_said_are_joined_without_a_revision,
            an_override_that_is_set_while_names_are_joined_is_kept,
        );
        $crate::contract_tests!($setup, action_log:
            each_override_and_pause_is_logged_under_its_revision,
            concurrent_writes_leave_no_gap_in_the_log,
            the_log_is_read_page_by_page,
            names_that_are_joined_have_one_log,
            what_was_said_before_the_owner_was_known_stays_in_the_log,
            an_override_that_is_carried_over_is_logged_as_it_was_set,
            a_log_that_expires_later_is_read_as_before,
        );
        $crate::contract_tests!($setup, all_actions:
            each_choice_for_a_meeting_is_logged_with_it,
            a_disconnection_is_logged_with_the_record,
            what_was_done_in_all_calendars_is_listed_once,
            people_and_calendars_are_forgotten_in_the_log,
        );
        $crate::contract_tests!($setup, meetings:
            the_choices_of_people_for_a_meeting_are_kept,
            no_choice_for_a_meeting_is_lost,
            choices_for_many_meetings_are_read_at_once,
            a_person_is_forgotten_in_choices_for_meetings,
        );
        $crate::contract_tests!($setup, policies:
            no_policy_is_active_at_first,
            how_the_built_in_policy_compares_links_is_decided_once,
            a_pushed_policy_is_the_next_revision,
            a_push_over_another_revision_is_a_conflict,
            of_concurrent_pushes_one_succeeds,
            the_history_is_newest_first,
            large_policies_are_kept,
        );
        $crate::contract_tests!($setup, forgetting:
            an_actor_is_forgotten_in_overrides_pauses_and_policies,
            a_calendar_and_the_overrides_of_its_owner_are_forgotten,
            rows_that_expire_later_are_read_as_before,
        );
        $crate::contract_tests!($setup, rate_limits:
            callers_share_a_rate_limit,
            a_permit_that_would_come_too_late_is_not_granted,
            a_block_delays_every_caller,
            a_shorter_block_does_not_shorten_a_longer_one,
            operations_have_rate_limits_of_their_own,
            permits_are_counted_by_minutes,
            the_end_of_the_last_block_is_remembered,
        );
        $crate::contract_tests!($setup, leases:
            the_lease_has_one_holder,
            a_released_lease_is_free,
            an_expired_lease_is_taken,
            a_wakeup_prevents_one_release,
            extending_the_lease_acknowledges_no_wakeup,
            a_released_lease_is_not_extended,
            of_concurrent_callers_one_takes_the_lease_and_sees_the_others_wakeups,
            no_wakeup_is_lost,
        );
    };
}

/// Makes the contract tests of a store that lost a row which counts revisions. Takes an
/// async closure that gives an empty one that no other test uses.
#[macro_export]
macro_rules! lost_heads_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, lost_heads:
            a_lost_policy_head_is_rebuilt_from_the_newest_policy,
            a_push_follows_the_newest_policy_that_decided,
            a_lost_head_of_overrides_is_rebuilt,
        );
    };
}

/// Makes the contract tests of `Queue`. Takes an async closure that gives both
/// ends of an empty queue that no other test uses.
#[macro_export]
macro_rules! queue_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, queue:
            jobs_arrive_as_they_were_sent,
            requeueing_keeps_the_instant_of_first_sending,
            a_postponed_delivery_is_delivered_again,
            a_delivery_in_flight_is_not_delivered_again,
            messages_are_counted_by_their_state,
        );
    };
}

/// Makes the contract tests of `EventBus`. Takes an async closure that gives a bus that no
/// other test uses, with a consumer of it.
#[macro_export]
macro_rules! event_bus_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, event_bus:
            events_arrive_with_their_ids,
            more_events_than_one_request_takes_are_put,
            an_event_that_is_put_twice_arrives_twice,
            an_event_that_is_too_large_is_refused_and_the_others_are_taken,
        );
    };
}

/// Makes the contract tests of `DeadLetters`. Takes an async closure that gives
/// both ends of an empty queue that no other test uses.
#[macro_export]
macro_rules! dead_letters_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, dead_letters:
            dead_letters_are_received_as_they_were_sent,
            unreadable_messages_are_received_too,
            a_received_dead_letter_is_not_received_again,
            a_dead_letter_put_back_is_received_again,
            a_removed_dead_letter_is_gone,
            many_dead_letters_are_received_to_the_end,
        );
    };
}

/// Makes the contract tests of `CalendarEvents`, `Bots`, `CalendarDirectory`,
/// `CalendarCreation` and `CalendarRemoval`. Takes an async closure that gives an empty workspace
/// that no other test uses.
#[macro_export]
macro_rules! recall_contract {
    ($setup:expr) => {
        $crate::contract_tests!($setup, recall:
            a_calendar_is_shown_with_its_status,
            every_event_of_a_calendar_is_on_one_of_its_pages,
            an_unreadable_event_is_reported_and_the_others_are_listed,
            an_event_is_read_by_its_id,
            a_query_filters_by_change_and_by_start,
        );
        $crate::contract_tests!($setup, bots:
            scheduling_and_unscheduling_may_be_repeated,
            events_share_the_bot_of_a_deduplication_key,
            events_that_cannot_have_a_bot_are_refused,
            a_payload_with_a_localhost_url_is_blocked_and_no_other,
            a_dispatched_bot_leaves_its_call,
            a_bot_in_no_call_cannot_leave_one,
            the_statuses_of_a_bot_are_read,
        );
        $crate::contract_tests!($setup, calendar_list:
            every_calendar_is_on_one_of_the_pages,
            a_calendar_is_listed_as_it_is_shown,
            calendars_are_listed_since_their_creation,
            a_created_calendar_is_listed,
            a_deleted_calendar_is_gone_with_its_events,
            an_unknown_calendar_is_already_gone,
            a_shared_bot_outlives_one_of_its_calendars,
        );
    };
}

/// Makes the contract tests of `Clock` and of `Jitter`. Takes an async closure
/// that gives a clock, and a jitter.
#[macro_export]
macro_rules! clock_contract {
    ($clock:expr, $jitter:expr) => {
        $crate::contract_tests!($clock, clock:
            the_time_advances_in_whole_microseconds,
            a_sleep_ends_at_its_instant,
        );
        #[test]
        fn fractions_are_below_one() {
            $crate::contracts::clock::fractions_are_below_one(&$jitter);
        }
    };
}
