//! Checks of the work of the stack: its tables, syncs, policy, and all else that needs a person.

use callsheet_app::PortError;
use callsheet_app::doctor::Gathered;

use super::case::Case;
use super::check::{Check, CheckName};
use crate::finding::{Finding, FindingKind};
use crate::words::instant;

/// Findings that other checks tell.
const TOLD: [FindingKind; 6] = [
    FindingKind::Denied,
    FindingKind::ResyncStopped,
    FindingKind::SyncStopped,
    FindingKind::SchedulerStopped,
    FindingKind::WebhooksMissing,
    FindingKind::PolicyMissing,
];

impl Case {
    pub(super) fn tables(&self) -> Check {
        let name = CheckName::Tables;
        match &self.status {
            Gathered::Known(_) => name.ok("The tables can be read"),
            Gathered::NotGiven(problem) => name.fail(
                problem,
                "Give --stack NAME, from whose outputs they are read, or set them",
            ),
            Gathered::Failed(error) => name.fail(
                error.to_string(),
                match error {
                    PortError::Denied { .. } => {
                        "Check the region and the names of the tables, and allow what \
                         docs/command-line.md lists for `doctor`"
                    }
                    _ => "Check the region and the names of the tables, and try again",
                },
            ),
        }
    }

    /// The first of the findings of these kinds.
    fn finding(&self, is_wanted: impl Fn(FindingKind) -> bool) -> Option<&Finding> {
        let findings = self.status.known()?.health.findings.iter();
        findings.into_iter().find(|one| is_wanted(one.kind))
    }

    pub(super) fn sync(&self) -> Check {
        let name = CheckName::Sync;
        let Some(status) = self.status.known() else {
            return name.not_seen("When the last sync finished", CheckName::Tables);
        };
        let stopped = |kind| {
            matches!(
                kind,
                FindingKind::ResyncStopped
                    | FindingKind::SyncStopped
                    | FindingKind::SchedulerStopped
            )
        };
        if let Some(finding) = self.finding(stopped) {
            return name.fail(&finding.problem, &finding.advice);
        }
        let health = &status.health;
        match (health.synced_at, health.resynced_at, health.scheduler_ran_at) {
            (Some(synced), _, _) => name.ok(format!("The last sync finished {}", instant(synced))),
            (None, Some(resynced), Some(_)) => name.ok(format!(
                "No sync was needed yet. The last resync finished {}",
                instant(resynced)
            )),
            (None, None, _) => name.warn(
                "No resync has finished yet",
                "Wait for two minutes after the deployment, and run this again. If it stays so, look at the log \
                 of the sync function",
            ),
            (None, _, None) => name.warn(
                "No scheduler run has finished yet",
                "Wait for two minutes after the deployment, and run this again. If it stays so, look at the log \
                 of the scheduler function",
            ),
        }
    }

    pub(super) fn policy(&self) -> Check {
        let name = CheckName::Policy;
        let Some(status) = self.status.known() else {
            return name.not_seen("The active policy", CheckName::Tables);
        };
        if let Some(finding) = self.finding(|kind| kind == FindingKind::PolicyMissing) {
            return name.fail(&finding.problem, &finding.advice);
        }
        match status.policy.revision {
            0 => name.warn(
                "No policy was pushed, so the built-in one records meetings with outside attendees",
                "Write one as docs/policy.md says, and `callsheet policy push` activates it",
            ),
            revision => name.ok(format!("Revision {revision} of the policy is active")),
        }
    }

    /// All else that `callsheet status` finds.
    pub(super) fn health(&self) -> Check {
        let name = CheckName::Health;
        if self.status.known().is_none() {
            return name.not_seen("What else needs a person", CheckName::Tables);
        }
        match self.finding(|kind| !TOLD.contains(&kind)) {
            Some(finding) => name.warn(
                &finding.problem,
                format!("{}. `callsheet status` shows more", finding.advice),
            ),
            None => name.ok("Nothing else needs a person"),
        }
    }
}
