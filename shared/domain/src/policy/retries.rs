//! When another bot is sent to a running meeting in place of one that has ended.
//!
//! By default after a fault of the platform or of the bot: another attempt may succeed. The
//! format cannot name the outcomes after which none is ever sent: people removed or denied the
//! bot, the platform blocked it, or the call ended.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::document::{RetriedOutcome, RetryDocument};
use super::problem::Place;
use crate::outcome::OutcomeClass;
use crate::time::plus;

/// The most further bots that a policy may send to a meeting.
const MOST: u32 = 5;
/// The most minutes before the end from which on none is sent: a day.
const MOST_MINUTES: u32 = 24 * 60;

/// When another bot is sent to a running meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    after: BTreeSet<OutcomeClass>,
    at_most: u32,
    before_end: SignedDuration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            after: BTreeSet::from([OutcomeClass::PlatformFault]),
            at_most: 2,
            before_end: SignedDuration::from_mins(5),
        }
    }
}

impl Retries {
    pub(super) fn compile(written: Option<&RetryDocument>, place: &mut Place<'_>) -> Self {
        let mut retries = Self::default();
        let Some(written) = written else {
            return retries;
        };
        if let Some(after) = &written.after {
            retries.after = after.iter().map(|outcome| outcome.class()).collect();
            let mut seen = BTreeSet::new();
            if !after.iter().all(|outcome| seen.insert(outcome)) {
                let problem = "an outcome is named twice";
                place.at("after").report(problem);
            }
        }
        if let Some(at_most) = written.at_most {
            if at_most > MOST {
                let problem = format!("a meeting gets at most {MOST} further bots");
                place.at("at_most").report(problem);
            }
            retries.at_most = at_most;
        }
        if let Some(minutes) = written.minutes_before_end {
            if minutes > MOST_MINUTES {
                let problem = format!("write at most {MOST_MINUTES} minutes, which is a day");
                place.at("minutes_before_end").report(problem);
            }
            retries.before_end = SignedDuration::from_mins(i64::from(minutes.min(MOST_MINUTES)));
        }
        retries
    }

    /// Whether the retry of this number may be made at `now`, after a bot that ended with
    /// `class`, in a meeting that ends at `ends_at`.
    #[must_use]
    pub fn allow(
        &self,
        number: u32,
        class: OutcomeClass,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        let is_in_time = now < ends_at && plus(now, self.before_end) <= ends_at;
        number <= self.at_most && self.after.contains(&class) && is_in_time
    }

    /// How many further bots a meeting gets at most.
    #[must_use]
    pub fn at_most(&self) -> u32 {
        self.at_most
    }
}

impl RetriedOutcome {
    /// The class of outcomes that it names.
    #[must_use]
    pub fn class(self) -> OutcomeClass {
        match self {
            Self::PlatformFault => OutcomeClass::PlatformFault,
            Self::NobodyCame => OutcomeClass::NobodyCame,
            Self::NeverAdmitted => OutcomeClass::NeverAdmitted,
            Self::LinkOrRoom => OutcomeClass::LinkOrRoom,
            Self::SignIn => OutcomeClass::SignIn,
            Self::Credentials => OutcomeClass::Credentials,
            Self::Unknown => OutcomeClass::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use test_case::test_case;

    use super::*;
    use crate::policy::{Policy, PolicyDocument};

    fn policy(retry: Value) -> Result<Policy, String> {
        let document = json!({"version": 1, "default": "record", "retry": retry});
        let document: PolicyDocument =
            serde_json::from_value(document).map_err(|error| error.to_string())?;
        Policy::compile(&document).map_err(|invalid| invalid.to_string())
    }

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).expect("in range")
    }

    #[test_case(json!(null), 1, OutcomeClass::PlatformFault, 25 => true; "by default the first after a fault")]
    #[test_case(json!(null), 2, OutcomeClass::PlatformFault, 25 => true; "by default a second")]
    #[test_case(json!(null), 3, OutcomeClass::PlatformFault, 20 => false; "by default no third")]
    #[test_case(json!(null), 1, OutcomeClass::PlatformFault, 26 => false; "by default none in the last five minutes")]
    #[test_case(json!(null), 1, OutcomeClass::NeverAdmitted, 20 => false; "by default none after the lobby")]
    #[test_case(json!({"after": ["never_admitted"]}), 1, OutcomeClass::NeverAdmitted, 20 => true; "after the lobby")]
    #[test_case(json!({"after": ["never_admitted"]}), 1, OutcomeClass::PlatformFault, 20 => false; "after the lobby alone")]
    #[test_case(json!({"after": []}), 1, OutcomeClass::PlatformFault, 20 => false; "after nothing")]
    #[test_case(json!({"at_most": 0}), 1, OutcomeClass::PlatformFault, 20 => false; "none")]
    #[test_case(json!({"at_most": 5}), 5, OutcomeClass::PlatformFault, 20 => true; "five")]
    #[test_case(json!({"minutes_before_end": 0}), 1, OutcomeClass::PlatformFault, 29 => true; "up to the end")]
    #[test_case(json!({"minutes_before_end": 0}), 1, OutcomeClass::PlatformFault, 30 => false; "not at the end")]
    #[test_case(json!({"minutes_before_end": 20}), 1, OutcomeClass::PlatformFault, 11 => false; "early only")]
    fn a_policy_allows_a_retry(retry: Value, number: u32, class: OutcomeClass, at: i64) -> bool {
        let policy = policy(retry).expect("a policy");
        policy
            .retries()
            .allow(number, class, minute(30), minute(at))
    }

    #[test]
    fn no_policy_allows_a_retry_after_a_no() {
        let never = [
            OutcomeClass::NormalEnd,
            OutcomeClass::Removed,
            OutcomeClass::PermissionDenied,
            OutcomeClass::Blocked,
        ];
        for class in OutcomeClass::ALL {
            let written = policy(json!({"after": [class.as_str()]}));
            assert_eq!(written.is_err(), never.contains(&class), "{class:?}");
            if let Ok(policy) = written {
                assert!(policy.retries().allow(1, class, minute(30), minute(0)));
            }
        }
    }

    #[test_case(json!({"at_most": 6}), "retry.at_most: a meeting gets at most 5 further bots"; "too many")]
    #[test_case(json!({"minutes_before_end": 1441}), "retry.minutes_before_end: write at most 1440 minutes, which is a day"; "too early")]
    #[test_case(json!({"after": ["unknown", "unknown"]}), "retry.after: an outcome is named twice"; "twice")]
    fn a_problem_has_its_place(retry: Value, problem: &str) {
        assert_eq!(policy(retry).expect_err("a problem"), problem);
    }
}
