//! The problems of the work: of the policy, of due decisions, and of what cannot be read.

use crate::finding::{Finding, FindingKind, finding};
use crate::signals::{DueStatus, PolicyStatus};
use crate::told::Told;
use crate::words::counted;

pub(crate) fn policy_missing(policy: &PolicyStatus, told: &Told) -> Option<Finding> {
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

pub(crate) fn overdue(due: &DueStatus) -> Option<Finding> {
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

pub(crate) fn blocked(due: &DueStatus) -> Option<Finding> {
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

pub(crate) fn failing(due: &DueStatus) -> Option<Finding> {
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

pub(crate) fn unreadable(told: &Told) -> Option<Finding> {
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

pub(crate) fn unreadable_events(count: usize) -> Option<Finding> {
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

pub(crate) fn abandoned(count: usize) -> Option<Finding> {
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
