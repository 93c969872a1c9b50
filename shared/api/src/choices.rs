//! What people chose for an event, its series and its whole meeting, as it was logged.

use std::cmp::Reverse;

use callsheet_domain::{
    Actor, ApplicableOverrides, LoggedAction, LoggedActionKind, OverrideScope, Timestamp,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::activity_kind::ActivityKind;

/// The scope of a whole meeting.
pub const MEETING: &str = "meeting";
/// In place of the name of a person who chose something for the whole meeting.
pub(crate) const ANOTHER_PERSON: &str = "another person";

/// A choice of a person, as it was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChoiceSummary {
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub by: String,
    /// The signing key that vouched for the name; none if it was made on the command line.
    pub via: Option<String>,
    /// `meeting`, `event` or `series`.
    #[schemars(extend("enum" = ["meeting", "event", "series"]))]
    pub scope: &'static str,
    /// What was chosen.
    pub action: ActivityKind,
}

impl ChoiceSummary {
    fn of(logged: &LoggedAction) -> Option<Self> {
        let (scope, action) = match &logged.what {
            LoggedActionKind::Override { scope, choice, .. } => {
                let is_of_event = matches!(scope, OverrideScope::Event(_));
                let scope = if is_of_event { "event" } else { "series" };
                (scope, ActivityKind::of_override(*choice))
            }
            LoggedActionKind::Meeting(made) => (MEETING, ActivityKind::of_wish(made.choice)),
            LoggedActionKind::Pause { .. } | LoggedActionKind::Disconnection { .. } => return None,
        };
        Some(Self {
            at: logged.at,
            by: logged.by.as_str().to_owned(),
            via: logged.by.key().map(str::to_owned),
            scope,
            action,
        })
    }

    /// Takes the name out of another person's choice for the whole meeting.
    pub(crate) fn name_no_other_than(&mut self, name: &str) {
        if self.scope == MEETING && self.by.to_lowercase() != name.to_lowercase() {
            ANOTHER_PERSON.clone_into(&mut self.by);
            self.via = None;
        }
    }
}

/// What was logged, newest first, with present overrides that were set too long before.
pub(crate) fn choice_summaries(
    logged: &[LoggedAction],
    overrides: ApplicableOverrides<'_>,
) -> Vec<ChoiceSummary> {
    let mut choices: Vec<_> = logged.iter().filter_map(ChoiceSummary::of).collect();
    let set = [("event", overrides.event), ("series", overrides.series)];
    let set = set
        .into_iter()
        .filter_map(|(scope, set)| Some((scope, set?)));
    for (scope, set) in set {
        let is_there = |made: &ChoiceSummary| (made.scope, made.at) == (scope, set.at);
        if !choices.iter().any(is_there) {
            choices.push(ChoiceSummary {
                at: set.at,
                by: set.actor_name().to_owned(),
                via: set.by.as_ref().and_then(Actor::key).map(str::to_owned),
                scope,
                action: ActivityKind::of_override(set.choice),
            });
        }
    }
    choices.sort_by_key(|made| Reverse(made.at));
    choices
}
