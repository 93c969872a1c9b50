//! An owner who declines late is not recorded, and a denied key stops the calls.

use callsheet_app::ports::Access as _;
use callsheet_domain::{Timestamp, plus};
use callsheet_tests::{announce, announce_possible, assert_eventually, wait_until};
use jiff::SignedDuration;
use recall_simulator::{
    BotPhase, Change, EventDraft, EventView, Fault, FaultEffect, Operation, Platform,
    ResponseStatus,
};
use test_case::test_case;
use tokio::sync::Mutex;

use crate::tenant::{TIMEOUT, Tenant};

const LATE: &str = "was scheduled late";

impl Tenant {
    /// An external meeting that starts this many seconds from now.
    pub(crate) fn starting_in(&self, seconds: i64) -> (EventDraft, Timestamp) {
        let start = plus(self.stack.now(), SignedDuration::from_secs(seconds));
        let start = Timestamp::from_second(start.as_second()).expect("in range");
        let mut draft = self.external(1);
        (draft.start, draft.end) = (start, plus(start, SignedDuration::from_mins(20)));
        (draft, start)
    }

    async fn decline(&self, event: &EventView) {
        let declined = Change::SetOwnerResponse {
            response: ResponseStatus::Declined,
        };
        let updated = self.stack.recall.update_event(event.id, declined).await;
        updated.expect("declined");
    }

    /// The phases of the bots that an event shares, those of the past included.
    async fn phases(&self, event: &EventView) -> Vec<BotPhase> {
        let bots = self.stack.recall.bots().await.expect("the simulator");
        let ours = bots
            .into_iter()
            .filter(|bot| bot.events.contains(&event.id));
        ours.map(|bot| bot.phase).collect()
    }

    async fn assert_phases(&self, event: &EventView, expected: &[BotPhase]) {
        let observe = async || self.phases(event).await;
        let message = format!("bots in {expected:?}");
        assert_eventually(TIMEOUT, &message, observe, |phases| phases == expected).await;
    }
}

/// Held by a test that makes Recall deny our key, and by one that cannot wait for
/// a minute.
static ADMITTED: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn a_decline_in_the_last_minutes_before_the_start_unschedules_the_bot() {
    let _admitted = ADMITTED.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.announces(LATE);
    let (draft, start) = tenant.starting_in(180);
    let event = tenant.create(draft).await;
    tenant.assert_phases(&event, &[BotPhase::Scheduled]).await;
    tenant.decline(&event).await;
    tenant.assert_phases(&event, &[]).await;
    assert!(tenant.stack.now() < start, "it was unscheduled in time");
}

#[tokio::test]
async fn a_decline_after_the_bot_was_dispatched_has_it_leave_the_call() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.announces(LATE);
    let (draft, _) = tenant.starting_in(-60);
    let event = tenant.create(draft).await;
    tenant.assert_phases(&event, &[BotPhase::Dispatched]).await;
    tenant.decline(&event).await;
    tenant.assert_phases(&event, &[BotPhase::Left]).await;
}

/// A Google series and an Outlook occurrence have different `ical_uid`s.
#[test_case("late", "late"; "of the same ical uid")]
#[test_case("series", "occurrence"; "of another ical uid")]
#[tokio::test]
async fn a_dispatched_bot_stays_as_long_as_a_copy_wants_it(one_uid: &str, other_uid: &str) {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::MicrosoftOutlook).await;
    tenant.announces(LATE);
    let calendar = tenant.calendars[0].id;
    let uid = |name: &str| format!("{name}-{calendar}@acme.example");
    let (draft, _) = tenant.starting_in(-60);
    let one = draft.clone().ical_uid(uid(one_uid));
    let one = tenant.create_in(0, one).await;
    tenant.assert_phases(&one, &[BotPhase::Dispatched]).await;
    let other = draft.ical_uid(uid(other_uid));
    let other = tenant.create_in(1, other).await;
    tenant.assert_phases(&other, &[BotPhase::Dispatched]).await;
    tenant.decline(&one).await;
    let calendar = tenant.calendar_id(0);
    let is_kept_for_the_copy = async || {
        let rows = tenant.stack.decisions_of(&calendar).await;
        let mut errors = rows
            .iter()
            .filter_map(|row| row.attempts.last_error.as_deref());
        errors.any(|error| error == "another copy of the meeting wants the bot")
    };
    assert!(wait_until(TIMEOUT, is_kept_for_the_copy).await);
    assert_eq!(tenant.phases(&other).await, [BotPhase::Dispatched]);
    tenant.decline(&other).await;
    tenant.assert_phases(&other, &[BotPhase::Left]).await;
}

#[tokio::test]
async fn a_denied_key_stops_calls_until_it_is_accepted_again() {
    let _admitted = ADMITTED.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let calendar = tenant.calendars[0].id;
    announce(
        "scheduler run failed, and decisions that are due stay due",
        Vec::new(),
    );
    // Lambda's runtime logs the error of a failed invocation too.
    announce("Denied { service: Recall", Vec::new());
    // Runs and resyncs that had calls to make meanwhile fail too.
    announce_possible(
        "Recall denies the API key, so decisions that are due wait",
        Vec::new(),
    );
    announce_possible("messages of the batch failed", Vec::new());
    let fault = Fault::new(FaultEffect::status(401)).operation(Operation::ScheduleBot);
    let fault = fault.calendar(calendar).times(1);
    tenant
        .stack
        .recall
        .add_fault(fault)
        .await
        .expect("the simulator");
    tenant.create(tenant.external(5)).await;
    tenant
        .assert_bots("calls resume without intervention", 1)
        .await;
    let about = recall_simulator::CallFilter {
        operation: Some(Operation::ScheduleBot),
        ..recall_simulator::CallFilter::default()
    };
    let calls = tenant
        .stack
        .recall
        .calls(&about)
        .await
        .expect("the simulator");
    let denied = calls.iter().find(|call| call.status == Some(401));
    let denied = denied.expect("it was denied once").received_at;
    // Calls that were in flight by then arrive a little later, on a busy machine later still.
    let landed = plus(denied, SignedDuration::from_secs(20));
    let next = calls
        .iter()
        .map(|call| call.received_at)
        .find(|at| *at > landed);
    let pause = next.expect("a later call is made").duration_since(denied);
    assert!(pause >= SignedDuration::from_secs(58), "{pause}");
    let denial = tenant.stack.state.denial().await.expect("the table");
    assert_eq!(denial, None, "the probe ended it");
}
