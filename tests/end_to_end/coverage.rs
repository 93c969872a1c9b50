//! Coverage: what became of bots is counted, and the totals of past days are kept.

use callsheet_app::coverage::utc_day;
use callsheet_app::ports::{Decisions as _, KeptCoverage as _, Queue as _, WriteOutcome};
use callsheet_domain::{
    Applied, Decision, DeduplicationKey, Loss, MeetingResult, MeetingTotals, OutcomeClass, Phase,
    SyncJob, Version, Wanted, plus,
};
use callsheet_testkit::{With as _, id};
use callsheet_tests::assert_eventually;
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};
use recall_simulator::Platform;
use serde_json::Value;

use crate::command::callsheet;
use crate::outcomes::{NOT_ADMITTED, report_life};
use crate::tenant::{TIMEOUT, Tenant};

const NOT_ADMITTED_RESULT: MeetingResult =
    MeetingResult::Lost(Loss::Ended(OutcomeClass::NeverAdmitted));

fn days_ago(tenant: &Tenant, days: i64) -> Date {
    utc_day(tenant.stack.now()).saturating_sub(days.days())
}

impl Tenant {
    /// A meeting of yesterday whose bot was never admitted. No test can wait for a day, so it is
    /// a copy of the row of a meeting to come, whose bot was told of by webhooks.
    async fn lose_a_meeting_of_yesterday(&self) {
        self.create(self.external(5)).await;
        self.assert_bots("created", 1).await;
        let calendar = self.calendar_id(0);
        let rows = self.stack.decisions_of(&calendar).await;
        report_life(self, &rows[0], NOT_ADMITTED).await;
        self.assert_outcome(Phase::NotRecorded, OutcomeClass::NeverAdmitted)
            .await;
        let row = self.stack.decisions_of(&calendar).await.remove(0);
        let written = self.stack.decisions.write(&a_day_before(row)).await;
        assert_eq!(written.expect("the table"), WriteOutcome::Written);
    }
}

/// The decision about another meeting, a day ago.
fn a_day_before(row: Decision) -> Decision {
    let day_ago = |at| plus(at, -SignedDuration::from_hours(29));
    let key: DeduplicationKey = id(format!("yesterday-{}", row.key.event_id));
    row.with(|row| {
        row.key.event_id = id(format!("yesterday-{}", row.key.event_id));
        row.key.ical_uid = id(format!("yesterday-{}", row.key.ical_uid));
        (row.starts_at, row.ends_at) = (day_ago(row.starts_at), day_ago(row.ends_at));
        if let (Wanted::Bot(wanted), Applied::Bot(applied)) = (&mut row.wanted, &mut row.applied) {
            wanted.deduplication_key = key.clone();
            applied.deduplication_key = key;
            (wanted.starts_at, applied.starts_at) = (row.starts_at, row.starts_at);
        }
        row.owner_check = None;
        row.version = Version::NEW;
    })
}

/// The totals of the tenant's calendar, as the command line counts them.
fn counted(tenant: &Tenant) -> Option<Value> {
    let day = days_ago(tenant, 1);
    let (from, until) = (
        day.saturating_sub(1.day()).to_string(),
        days_ago(tenant, 0).to_string(),
    );
    let period = ["--from", &from, "--until", &until];
    let arguments = [&["coverage", "--by", "calendar", "--json"], &period[..]].concat();
    let mut document = callsheet(&arguments, "").printed_json();
    let groups = document["groups"].as_array_mut().map(std::mem::take);
    let id = tenant.calendar_id(0).to_string();
    let mut groups = groups.unwrap_or_default().into_iter();
    groups.find(|group| group["name"] == *id)
}

#[tokio::test]
async fn what_became_of_a_bot_is_counted_and_the_totals_of_its_day_are_kept() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.lose_a_meeting_of_yesterday().await;
    let observe = async || counted(&tenant);
    assert_eventually(TIMEOUT, "the meeting is counted", observe, |group| {
        let Some(group) = group else {
            return false;
        };
        let owner = &tenant.calendars[0].platform_email;
        group["owner"].as_str() == owner.as_deref()
            && group["lost"]["never_admitted"] == 1
            && (group["wanted"].clone(), group["recorded"].clone()) == (1.into(), 0.into())
    })
    .await;

    let yesterday = days_ago(&tenant, 1);
    let sent = tenant.stack.queue.send(&SyncJob::KeepCoverage).await;
    sent.expect("the queue takes it");
    let first = yesterday.saturating_sub(1.day());
    let observe = async || {
        let kept = tenant
            .stack
            .state
            .kept_days(first, days_ago(&tenant, 1))
            .await;
        kept.expect("the table")
    };
    assert_eventually(TIMEOUT, "the totals are kept", observe, |days| {
        let totals = days.values().flat_map(|day| day.values());
        let mut results = totals.flat_map(MeetingTotals::by_result);
        results.any(|(result, totals)| result == NOT_ADMITTED_RESULT && totals.meetings > 0)
    })
    .await;
}

#[tokio::test]
async fn days_of_which_no_totals_are_kept_are_named() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let day = days_ago(&tenant, 60).to_string();
    let run = callsheet(&["coverage", "--from", &day, "--until", &day, "--csv"], "");
    assert_eq!(run.code, Some(1), "{}", run.output);
    assert!(
        run.output.starts_with("day,owner,seen,wanted"),
        "{}",
        run.output
    );
    let run = callsheet(&["coverage", "--from", &day, "--until", &day], "");
    assert!(run.output.contains("no totals are kept"), "{}", run.output);
}
