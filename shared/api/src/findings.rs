//! Finds the problems that need a person, first those of the functions.

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::finding::{Finding, FindingKind, finding};
use crate::signals::{Measured, PolicyStatus, Signals};
use crate::told::{Told, synced_at};
use crate::words::{counted, duration, instant};
use crate::work_findings::{
    abandoned, blocked, failing, overdue, policy_missing, unreadable, unreadable_events,
};

/// Functions that have a job each minute have stopped after this long.
const STOPPED_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// Recall repeats a webhook that was not accepted after 5 minutes at the latest, three times.
const WEBHOOK_LATE: SignedDuration = SignedDuration::from_mins(10);
/// Longest time without any webhook: a weekend, and a day.
const WEBHOOK_SILENCE: SignedDuration = SignedDuration::from_hours(72);
/// A request that waits longer is not answered as it should be.
const LONG_WAIT: SignedDuration = SignedDuration::from_mins(10);
/// The last batch tells about the queue for this long.
const BATCH_TELLS_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How often the stack does its periodic work, by which its silence is judged.
#[derive(Debug, Clone, Copy)]
pub struct Periods {
    /// Minutes between two resyncs.
    pub resync_every_minutes: u32,
    /// Minutes between two catch-ups.
    pub catch_up_every_minutes: u32,
}

/// Finds the problems at `now`.
pub(crate) fn findings(
    (signals, told, policy): (&Signals, &Told, &PolicyStatus),
    periods: Periods,
    now: Timestamp,
) -> Vec<Finding> {
    let judge = Judge {
        signals,
        told,
        periods,
        now,
    };
    let functions = [
        judge.denied(),
        judge.resync_stopped(),
        judge.sync_stopped(),
        judge.scheduler_stopped(),
        judge.webhooks_missing(),
        judge.requests_wait(),
        judge.dead_letters(),
    ];
    let work = [
        policy_missing(policy, told),
        overdue(&told.due),
        blocked(&told.due),
        failing(&told.due),
        unreadable(told),
        unreadable_events(told.unreadable_events),
        abandoned(told.abandoned),
    ];
    let unknown = [
        not_measured(&signals.sync_queue, "the sync queue", "CALLSHEET_QUEUE_URL"),
        not_measured(
            &signals.dead_letters,
            "the dead-letter queue",
            "CALLSHEET_DLQ_URL",
        ),
    ];
    functions
        .into_iter()
        .chain(work)
        .chain(unknown)
        .flatten()
        .collect()
}

/// What the functions did, judged at an instant.
struct Judge<'a> {
    signals: &'a Signals,
    told: &'a Told,
    periods: Periods,
    now: Timestamp,
}

impl Judge<'_> {
    /// How long `at` is past, if that is longer than `limit`. What never happened counts
    /// from when the calendars were known, so that a new stack is no problem.
    fn silence(&self, at: Option<Timestamp>, limit: SignedDuration) -> Option<SignedDuration> {
        let past = self.now.duration_since(at.or(self.told.known_since)?);
        (past > limit).then_some(past)
    }

    fn is_denied(&self) -> bool {
        self.signals.denial.is_some()
    }

    fn denied(&self) -> Option<Finding> {
        let denial = self.signals.denial.as_ref()?;
        let (since, reason) = (instant(denial.since), &denial.reason);
        Some(finding(
            FindingKind::Denied,
            format!("Recall has denied the API key since {since}, so no calls are made: {reason}"),
            "After 401, store a valid key of this workspace and region in the secret ApiKey; after \
             402, restore the workspace's credit at Recall. Calls continue within a minute or two",
        ))
    }

    fn resync_stopped(&self) -> Option<Finding> {
        let limit = STOPPED_AFTER.max(minutes(3 * self.periods.resync_every_minutes));
        let resynced_at = self.signals.activity.resynced_at;
        let silence = self.silence(resynced_at, limit)?;
        let silence = match resynced_at {
            Some(_) => format!("No resync has finished for {}", duration(silence)),
            None => "No resync has ever finished".to_owned(),
        };
        Some(finding(
            FindingKind::ResyncStopped,
            format!("{silence}: the sync function has stopped, or fails"),
            "Look at the log of the sync function, at its alarms, and whether the schedule that \
             sends resyncs is enabled",
        ))
    }

    fn synced_at(&self) -> Option<Timestamp> {
        synced_at(self.signals, self.told)
    }

    /// Resyncs finish even if Recall does not answer, so syncs are judged by themselves.
    fn sync_stopped(&self) -> Option<Finding> {
        if self.told.connected == 0 || self.is_denied() || self.resync_stopped().is_some() {
            return None;
        }
        let limit = minutes(3 * self.periods.catch_up_every_minutes);
        let synced_at = self.synced_at();
        let silence = self.silence(synced_at, limit)?;
        let silence = match synced_at {
            Some(_) => format!("No sync has finished for {}", duration(silence)),
            None => "No sync has ever finished".to_owned(),
        };
        Some(finding(
            FindingKind::SyncStopped,
            format!("{silence}, although resyncs run"),
            "Recall does not answer, or the rate limit of lists is used up: look at the log of the \
             sync function for `could not list` and `could not sync`, and at Recall's status page",
        ))
    }

    fn scheduler_stopped(&self) -> Option<Finding> {
        let ran_at = self.signals.activity.scheduler_ran_at;
        let silence = self.silence(ran_at, STOPPED_AFTER)?;
        if self.is_denied() {
            return None;
        }
        let silence = match ran_at {
            Some(_) => format!("No scheduler run has finished for {}", duration(silence)),
            None => "No scheduler run has ever finished".to_owned(),
        };
        Some(finding(
            FindingKind::SchedulerStopped,
            format!("{silence}, though a timer starts one each minute"),
            "Look at the log of the scheduler function, at its alarms, and whether its timer is enabled",
        ))
    }

    /// A change that a sync found, and whose webhook did not come, shows that webhooks are
    /// missing. In a quiet workspace only a long silence does.
    fn webhooks_missing(&self) -> Option<Finding> {
        let webhook_at = self.signals.activity.webhook_at;
        if self.told.connected == 0 {
            return None;
        }
        let is_older = |change: Timestamp| {
            webhook_at.is_none_or(|webhook_at| plus(webhook_at, WEBHOOK_LATE) < change)
        };
        let change = self.told.last_change_at;
        let change = change
            .filter(|change| is_older(*change) && plus(*change, WEBHOOK_LATE) < self.now)
            .map(|change| format!(", though an event changed {}", instant(change)));
        let silence = webhook_at.and_then(|at| self.silence(Some(at), WEBHOOK_SILENCE));
        if change.is_none() && silence.is_none() {
            return None;
        }
        let last = match webhook_at {
            Some(at) => format!("No webhook has been accepted since {}", instant(at)),
            None => "No webhook was ever accepted".to_owned(),
        };
        Some(finding(
            FindingKind::WebhooksMissing,
            format!("{last}{}", change.unwrap_or_default()),
            "Compare the signing secret in Recall's dashboard with the secret WebhookSecrets, check that \
             Recall's endpoint is this stack's WebhookUrl and is enabled, and look at the log of the \
             webhook function. Until then changes are found by catch-up, some minutes late",
        ))
    }

    fn requests_wait(&self) -> Option<Finding> {
        let batch = self.signals.activity.batch?;
        let waited = batch.handled_at.duration_since(batch.oldest_sent_at);
        let is_recent = self.now <= plus(batch.handled_at, BATCH_TELLS_FOR);
        let queue = self.signals.sync_queue.known();
        let is_empty = queue.is_some_and(|queue| queue.messages() == 0);
        if waited <= LONG_WAIT || !is_recent || is_empty {
            return None;
        }
        let waited = duration(waited);
        Some(finding(
            FindingKind::RequestsWait,
            format!("A sync request had waited for {waited} when sync last received it"),
            "Look at the log of the sync function: some calendar cannot be synced, or there are more \
             changes than ListEventsPerMinute allows to list",
        ))
    }

    fn dead_letters(&self) -> Option<Finding> {
        let count = *self.signals.dead_letters.known()?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        (count > 0).then(|| {
            finding(
                FindingKind::DeadLetters,
                format!(
                    "{} in the dead-letter queue",
                    counted(count, "message is", "messages are")
                ),
                "`callsheet redrive --dry-run` shows them. Repair the cause, which is in the log of the \
                 sync function, and then run `callsheet redrive`",
            )
        })
    }
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

fn not_measured<T>(measured: &Measured<T>, name: &str, variable: &str) -> Option<Finding> {
    let Measured::Failed(reason) = measured else {
        return None;
    };
    Some(finding(
        FindingKind::Unknown,
        format!("The messages in {name} could not be counted: {reason}"),
        &format!("Check {variable}, and allow `sqs:GetQueueAttributes` on the queue"),
    ))
}
