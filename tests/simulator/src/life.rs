//! Lives of bots: the statuses that a bot goes through from its start on, by a script.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::life_plans::PlannedLife;
use crate::model::{LifeKind, LifeReports, StatusChange};

/// Code, sub code, and the seconds from the start.
type Step = (u32, &'static str, Option<&'static str>);

const JOINING: Step = (0, "joining_call", None);
const WAITING: Step = (5, "in_waiting_room", None);
const IN_CALL: Step = (12, "in_call_not_recording", None);
const ALLOWED: Step = (18, "recording_permission_allowed", None);
const RECORDING: Step = (20, "in_call_recording", None);

/// A bot that is refused by the platform.
const fn refused(sub_code: &'static str) -> [Step; 2] {
    [JOINING, (8, "fatal", Some(sub_code))]
}

impl LifeKind {
    /// The scripts of this kind: a life follows one of them.
    fn scripts(self) -> Vec<Vec<Step>> {
        let ended = |second, sub_code| {
            [
                (second, "call_ended", Some(sub_code)),
                (second + 10, "done", None),
            ]
        };
        let recorded = [JOINING, IN_CALL, ALLOWED, RECORDING];
        let fatal = |sub_codes: &[&'static str]| {
            sub_codes
                .iter()
                .map(|code| refused(code).to_vec())
                .collect()
        };
        let then = |begin: &[Step], end: &[Step]| [begin, end].concat();
        match self {
            Self::Recorded => ["call_ended_by_host", "timeout_exceeded_everyone_left"]
                .map(|sub_code| then(&recorded, &ended(1_800, sub_code)))
                .to_vec(),
            Self::RecordedAfterLobby => vec![then(
                &[JOINING, WAITING, (420, "in_call_recording", None)],
                &ended(1_800, "call_ended_by_host"),
            )],
            Self::RemovedAfterRecording => {
                vec![then(&recorded, &ended(600, "bot_kicked_from_call"))]
            }
            Self::NobodyCame => vec![
                then(
                    &[JOINING, IN_CALL],
                    &ended(1_200, "timeout_exceeded_noone_joined"),
                ),
                refused("meeting_not_started").to_vec(),
            ],
            Self::NeverAdmitted => [
                "timeout_exceeded_waiting_room",
                "call_ended_by_platform_waiting_room_timeout",
            ]
            .map(|sub_code| then(&[JOINING, WAITING], &ended(1_200, sub_code)))
            .to_vec(),
            Self::Removed => vec![
                then(
                    &[JOINING, WAITING],
                    &ended(60, "bot_kicked_from_waiting_room"),
                ),
                then(&[JOINING, IN_CALL], &ended(60, "bot_kicked_from_call")),
            ],
            Self::PermissionDenied => vec![then(
                &[
                    JOINING,
                    IN_CALL,
                    (
                        18,
                        "recording_permission_denied",
                        Some("zoom_local_recording_request_denied_by_host"),
                    ),
                ],
                &ended(600, "timeout_exceeded_recording_permission_denied"),
            )],
            Self::LinkOrRoom => fatal(&["meeting_not_found", "meeting_full"]),
            Self::SignIn => fatal(&["meeting_requires_sign_in", "zoom_registration_required"]),
            Self::Credentials => fatal(&["zoom_obf_user_not_in_meeting"]),
            Self::PlatformFault => fatal(&["bot_errored", "zoom_connection_failed"]),
            Self::Blocked => fatal(&["google_meet_bot_blocked"]),
            Self::Unknown => fatal(&["meeting_ate_the_bot"]),
        }
    }
}

/// A life in progress.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life {
    /// The statuses so far.
    pub(crate) changes: Vec<StatusChange>,
    to_come: VecDeque<StatusChange>,
    pub(crate) reports: LifeReports,
}

impl Life {
    /// The life of a bot that starts at `start`.
    pub(crate) fn new(start: Timestamp, planned: PlannedLife, random: &mut fastrand::Rng) -> Self {
        let PlannedLife {
            kind,
            pace,
            reports,
        } = planned;
        let kind = kind.unwrap_or_else(|| LifeKind::ALL[random.usize(..LifeKind::ALL.len())]);
        let scripts = kind.scripts();
        let script = &scripts[random.usize(..scripts.len())];
        let steps = script.iter().map(|(second, code, sub_code)| StatusChange {
            code: (*code).to_owned(),
            sub_code: sub_code.map(str::to_owned),
            created_at: start
                .saturating_add(Duration::from_secs(u64::from(*second)).mul_f64(pace.max(0.0)))
                .unwrap_or(Timestamp::MAX),
        });
        Self {
            changes: Vec::new(),
            to_come: steps.collect(),
            reports,
        }
    }

    /// The statuses that have come by `now` and were not given before.
    pub(crate) fn advance(&mut self, now: Timestamp) -> Vec<StatusChange> {
        let is_due = |change: &StatusChange| change.created_at <= now;
        let mut came = Vec::new();
        while let Some(change) = self.to_come.pop_front_if(|change| is_due(change)) {
            self.changes.push(change.clone());
            came.push(change);
        }
        came
    }

    /// Ends the life at `now`: the bot was told to leave.
    pub(crate) fn leave(&mut self, now: Timestamp) {
        let change = |code: &str, sub_code: Option<&str>| StatusChange {
            code: code.to_owned(),
            sub_code: sub_code.map(str::to_owned),
            created_at: now,
        };
        self.to_come = VecDeque::from([
            change("call_ended", Some("bot_received_leave_call")),
            change("done", None),
        ]);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.to_come.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(kind: LifeKind) -> Life {
        let mut random = fastrand::Rng::with_seed(7);
        let planned = PlannedLife {
            kind: Some(kind),
            pace: 1.0,
            reports: LifeReports::default(),
        };
        Life::new(start(), planned, &mut random)
    }

    fn start() -> Timestamp {
        "2030-01-01T10:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        start()
            .saturating_add(jiff::SignedDuration::from_secs(seconds))
            .unwrap()
    }

    #[test]
    fn every_life_ends_in_the_order_of_its_script() {
        for kind in LifeKind::ALL {
            let mut life = life(kind);
            let all = life.advance(Timestamp::MAX);
            assert!(life.is_over(), "{kind:?}");
            assert!(all.is_sorted_by_key(|change| change.created_at), "{kind:?}");
            let last = all.last().map(|change| change.code.as_str());
            assert!(matches!(last, Some("done" | "fatal")), "{kind:?}");
            assert_eq!(life.changes, all);
        }
    }

    #[test]
    fn a_status_comes_once_and_at_its_time() {
        let mut life = life(LifeKind::RecordedAfterLobby);
        let codes = |came: Vec<StatusChange>| -> Vec<String> {
            came.into_iter().map(|change| change.code).collect()
        };
        assert_eq!(codes(life.advance(after(-1))), Vec::<String>::new());
        assert_eq!(
            codes(life.advance(after(5))),
            ["joining_call", "in_waiting_room"]
        );
        assert_eq!(codes(life.advance(after(419))), Vec::<String>::new());
        life.leave(after(420));
        assert_eq!(codes(life.advance(after(420))), ["call_ended", "done"]);
        assert!(life.is_over());
    }
}
