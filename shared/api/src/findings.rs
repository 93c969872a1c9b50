//! The problems that need a person, each with the sentence that says what to do.

use callsheet_app::status::{DueCounts, WorkspaceStatus};
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use crate::signals::{DueStatus, Measured, PolicyStatus, Signals};
use crate::words::{counted, duration, instant};

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

/// A problem that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// What kind of problem it is.
    pub kind: FindingKind,
    /// The problem, in a sentence.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

/// The kinds of problems, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Recall denies the API key.
    Denied,
    /// No resync has finished for some time.
    ResyncStopped,
    /// No sync has finished for some time.
    SyncStopped,
    /// No scheduler run has finished for some time.
    SchedulerStopped,
    /// No webhook comes though there are changes, or none came for days.
    WebhooksMissing,
    /// A sync request waited for long.
    RequestsWait,
    /// There are dead letters.
    DeadLetters,
    /// The active policy is not stored or cannot be read.
    PolicyMissing,
    /// A meeting begins without its bot.
    Overdue,
    /// Recall blocks calls.
    Blocked,
    /// Calls failed often.
    Failing,
    /// Stored rows cannot be read.
    Unreadable,
    /// Recall lists events that cannot be read.
    UnreadableEvents,
    /// Decisions are abandoned.
    Abandoned,
    /// Something could not be measured.
    Unknown,
}

/// What the calendars and their decisions tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// Number of connected calendars.
    pub(crate) connected: usize,
    /// When the longest unchanged of the known calendars last changed.
    pub(crate) known_since: Option<Timestamp>,
    /// When an event was last changed, of those that are decided about.
    pub(crate) last_change_at: Option<Timestamp>,
    /// When the last sync of a single calendar began.
    pub(crate) calendar_synced_at: Option<Timestamp>,
    /// The newest revision of the policy that decisions were made with.
    pub(crate) newest_policy_used: u64,
    pub(crate) due: DueStatus,
    pub(crate) unreadable_decisions: usize,
    pub(crate) unreadable_calendars: usize,
    pub(crate) unreadable_events: usize,
    pub(crate) abandoned: usize,
}

impl Told {
    /// Adds up what the calendars tell.
    pub(crate) fn by(read: &WorkspaceStatus) -> Self {
        let connected = read.calendars.iter();
        let connected = connected.filter(|one| one.record.calendar.status.holds_bots());
        let problems = read.calendars.iter();
        let problems = problems.filter(|one| one.overrides_problem.is_some());
        let mut told = Self {
            connected: connected.count(),
            unreadable_calendars: read.unreadable.len() + problems.count(),
            ..Self::default()
        };
        let mut due = DueCounts::default();
        for one in &read.calendars {
            let changed_at = one.record.calendar.updated_at;
            let synced_at = one.record.last_sync.as_ref().map(|sync| sync.began_at);
            let known_since = told.known_since.unwrap_or(changed_at);
            told.known_since = Some(known_since.min(changed_at));
            told.last_change_at = told.last_change_at.max(one.last_change_at);
            told.calendar_synced_at = told.calendar_synced_at.max(synced_at);
            told.newest_policy_used = told.newest_policy_used.max(one.newest_policy_used.0);
            due.add(one.due.clone());
            told.unreadable_decisions += one.unreadable.len();
            told.unreadable_events += one.record.unreadable_events.count();
            told.abandoned += one.abandoned.len();
        }
        told.due = DueStatus::of(due);
        told
    }
}

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

fn finding(kind: FindingKind, problem: String, advice: &str) -> Finding {
    Finding {
        kind,
        problem,
        advice: advice.to_owned(),
    }
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

/// When the last sync finished, as far as it is known.
pub(crate) fn synced_at(signals: &Signals, told: &Told) -> Option<Timestamp> {
    signals.workspace_synced_at.max(told.calendar_synced_at)
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

fn policy_missing(policy: &PolicyStatus, told: &Told) -> Option<Finding> {
    let (revision, used) = (policy.revision, told.newest_policy_used);
    let problem = if let Some(problem) = &policy.problem {
        format!("Revision {revision} of the policy cannot be read: {problem}")
    } else if revision > 0 && policy.at.is_none() {
        format!(
            "Revision {revision} of the policy is active, but its document is not stored, so the \
             built-in policy decides"
        )
    } else if used > revision {
        format!("Revision {used} of the policy decided about meetings, but is not stored any more")
    } else if policy.is_head_missing {
        "The row that names the active policy is lost. The newest stored revision is taken to be active"
            .to_owned()
    } else {
        return None;
    };
    Some(finding(
        FindingKind::PolicyMissing,
        problem,
        "Push the policy again with `callsheet policy push`; `callsheet policy history` lists the stored \
         revisions",
    ))
}

fn overdue(due: &DueStatus) -> Option<Finding> {
    (due.overdue > 0).then(|| {
        finding(
            FindingKind::Overdue,
            format!(
                "{} at Recall as wanted, and begin within ten minutes or have begun",
                counted(
                    due.overdue,
                    "meeting has its bot not",
                    "meetings have their bots not"
                )
            ),
            "Look at the log of the scheduler function, and at `callsheet explain` for the event",
        )
    })
}

fn blocked(due: &DueStatus) -> Option<Finding> {
    (due.blocked > 0).then(|| {
        finding(
            FindingKind::Blocked,
            format!(
                "{} set aside, since Recall blocked it with 403",
                counted(due.blocked, "call is", "calls are")
            ),
            "A firewall of Recall blocks payloads with a link to localhost, for example in a title that \
             names the bot: `callsheet explain` shows the reason. Change the title, or the placeholders in \
             the policy",
        )
    })
}

fn failing(due: &DueStatus) -> Option<Finding> {
    (due.failing > 0).then(|| {
        let meetings = counted(due.failing, "meeting", "meetings");
        let error = due.last_error.as_deref().unwrap_or("no reason is known");
        finding(
            FindingKind::Failing,
            format!("The calls for {meetings} failed five times or more. The last reason: {error}"),
            "They are repeated. Look at Recall's status page, and at `callsheet explain` for the event",
        )
    })
}

fn unreadable(told: &Told) -> Option<Finding> {
    let (decisions, calendars) = (told.unreadable_decisions, told.unreadable_calendars);
    let counts = [
        (decisions, "decision", "decisions"),
        (calendars, "calendar", "calendars"),
    ];
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    (!counts.is_empty()).then(|| {
        finding(
            FindingKind::Unreadable,
            format!("Stored rows of {} cannot be read", counts.join(" and ")),
            "If a later version wrote them, deploy it again. Else `callsheet rebuild --all` rebuilds \
             decisions from Recall; for calendars see `Unreadable rows` in docs/operating.md",
        )
    })
}

fn unreadable_events(count: usize) -> Option<Finding> {
    (count > 0).then(|| {
        finding(
            FindingKind::UnreadableEvents,
            format!(
                "Recall lists {} that cannot be read",
                counted(count, "event", "events")
            ),
            "They keep the decision that they had, and each sync tries again. Read the events at Recall: if \
             they are in order, this version of Callsheet does not know their shape",
        )
    })
}

fn abandoned(count: usize) -> Option<Finding> {
    (count > 0).then(|| {
        finding(
            FindingKind::Abandoned,
            format!(
                "{} abandoned, so no more calls are made",
                counted(
                    count,
                    "decision about an upcoming meeting is",
                    "decisions about upcoming meetings are"
                )
            ),
            "The reasons are listed below. Once the cause is repaired, `callsheet retry EVENT` or \
             `callsheet retry --all` reopens them",
        )
    })
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
