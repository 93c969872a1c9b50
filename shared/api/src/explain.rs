//! Why a meeting is or is not recorded, and what that was decided from.

use std::collections::BTreeMap;

use callsheet_app::explain::Explained;
use callsheet_domain::{
    ApplicableOverrides, Email, Override, OverrideChoice, PastVerdict, Pause, RuleName, Timestamp,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::choices::{ANOTHER_PERSON, choice_summaries};
pub use crate::choices::{ChoiceSummary, MEETING};
use crate::explained_bot::bot_state;
pub use crate::explained_bot::{
    AppliedState, BotState, CallSummary, Keeper, KeptState, OutcomeSummary, WantedSummary,
};
use crate::facts::fact_json;
use crate::rules::RulesSummary;

/// A decision, its inputs beside the newest ones, and the state of the bot.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of its own")]
pub struct Explanation {
    /// Recall's id of the event.
    pub event_id: String,
    /// The `ical_uid` of the event.
    pub ical_uid: String,
    /// The calendar of the event.
    pub calendar: CalendarSummary,
    /// The meeting's title.
    pub title: Option<String>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether it has ended.
    pub is_over: bool,
    /// Whether the event belongs to a series.
    pub is_in_series: bool,
    /// Whether it is recorded.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub verdict: &'static str,
    /// Name of the rule that decided.
    pub rule: String,
    /// Whether the policy locks the verdict, so that no override goes before it.
    pub locked: bool,
    /// The reason, in a sentence.
    pub reason: String,
    /// The facts that decided, by their names in policies.
    pub facts: BTreeMap<&'static str, Value>,
    /// Whether the rule is an expression that failed.
    pub expression_failed: bool,
    /// The rules that were tested. None if the policy that decided is not stored any more.
    pub rules: Option<RulesSummary>,
    /// What it was decided from.
    pub inputs: InputRevisions,
    /// The present overrides of the whole meeting, one of each person, of the event and of its
    /// series.
    pub overrides: Vec<OverrideSummary>,
    /// The present pause of the calendar.
    pub pause: Option<PauseSummary>,
    /// What people chose for the whole meeting, the event and its series, newest first, also what
    /// was replaced or cleared since. Besides the present overrides it has what is among the last 500
    /// things that were done in the calendar and for its owner, and among the last 300 choices for the
    /// meeting.
    pub choices: Vec<ChoiceSummary>,
    /// The last verdicts, oldest first: each differs from the one before in what it says or in
    /// the rule. The last one is the present one. There are at most 8; none if the verdict has not
    /// changed since a build that kept none.
    pub verdicts: Vec<VerdictSummary>,
    /// The wanted bot, the applied bot, and the calls.
    pub bot: BotState,
    /// Problems of stored rows that cannot be read: what they say is missing above.
    pub unreadable: Vec<String>,
}

/// The calendar of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarSummary {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// Its status at Recall. None if the calendar is not stored any more.
    pub status: Option<String>,
}

/// The inputs of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InputRevisions {
    /// Version of the event: when it was last changed.
    pub event_changed_at: Timestamp,
    /// The calendar.
    pub calendar: Revisions,
    /// The policy.
    pub policy: Revisions,
    /// Overrides and pauses. Revision 0 stands for no override.
    pub overrides: Revisions,
    /// What people chose for the whole meeting. Revision 0 stands for nothing.
    pub meeting: Revisions,
}

/// The revision of an input that was used, and the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Revisions {
    /// The one that was used.
    pub used: u64,
    /// The newest one.
    pub newest: u64,
}

/// An override of the meeting, of the event or of its series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideSummary {
    /// `meeting`, `event` or `series`.
    #[schemars(extend("enum" = ["meeting", "event", "series"]))]
    pub scope: &'static str,
    /// What it says.
    #[schemars(extend("enum" = ["record", "skip", "clear"]))]
    pub choice: &'static str,
    /// Who set it.
    pub by: String,
    /// When it was set.
    pub at: Timestamp,
}

/// A verdict on the event, from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VerdictSummary {
    /// When it was decided.
    pub at: Timestamp,
    /// Whether the meeting was to be recorded.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub verdict: &'static str,
    /// Name of the rule that decided.
    pub rule: String,
    /// Revision of the policy that it was made from.
    pub policy: u64,
    /// Revision of the overrides and pauses that it was made from. 0 stands for none.
    pub overrides: u64,
}

/// A pause of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PauseSummary {
    /// When it ends.
    pub until: Timestamp,
    /// Who set it.
    pub by: String,
    /// When it was set.
    pub at: Timestamp,
}

impl Explanation {
    /// Represents a decision that was explained at `now`.
    #[must_use]
    pub fn of(explained: &Explained, now: Timestamp) -> Self {
        let Explained {
            decision, record, ..
        } = explained;
        let reason = decision.verdict.reason();
        let overrides = explained.overrides.for_decision(decision);
        let calendar = record.as_ref().map(|record| &record.calendar);
        Self {
            event_id: decision.key.event_id.to_string(),
            ical_uid: decision.key.ical_uid.to_string(),
            calendar: CalendarSummary {
                id: decision.calendar_id.to_string(),
                owner: calendar
                    .and_then(|calendar| calendar.email.as_ref())
                    .map(Email::as_str)
                    .map(str::to_owned),
                status: calendar.map(|calendar| calendar.status.to_string()),
            },
            title: decision.title.clone(),
            starts_at: decision.starts_at,
            ends_at: decision.ends_at,
            is_over: decision.ends_at <= now || reason.rule == RuleName::OVER,
            is_in_series: decision.series.is_some(),
            verdict: decision.verdict.as_str(),
            rule: reason.rule.to_string(),
            locked: reason.is_locked,
            reason: reason.reason.clone(),
            facts: reason
                .facts
                .iter()
                .map(|(fact, value)| (fact.name(), fact_json(value)))
                .collect(),
            expression_failed: reason.has_failed,
            rules: explained.rules.as_ref().map(RulesSummary::of),
            inputs: input_revisions(explained),
            overrides: override_summaries(overrides),
            pause: overrides
                .pause
                .filter(|pause| pause.until > now)
                .map(PauseSummary::of),
            choices: choice_summaries(&explained.choices, overrides),
            verdicts: decision
                .verdicts
                .all()
                .iter()
                .map(verdict_summary)
                .collect(),
            bot: bot_state(explained, now),
            unreadable: explained.unreadable.clone(),
        }
    }
}

/// What an owner reads of rows that cannot be read: they may be those of other calendars.
pub(crate) const UNREADABLE: &str = "a stored row cannot be read, so something may be missing";

impl Explanation {
    /// The same for the owner of the calendar, of this name: other calendars are not named, and
    /// neither are other people who chose anything for the whole meeting.
    #[must_use]
    pub fn for_owner(mut self, name: &str) -> Self {
        let of_others = self.overrides.iter_mut();
        let of_others = of_others.filter(|set| set.scope == MEETING && !set.is_by(name));
        of_others.for_each(|set| ANOTHER_PERSON.clone_into(&mut set.by));
        for made in &mut self.choices {
            made.name_no_other_than(name);
        }
        let kept_by = self.bot.kept_by.into_iter();
        self.bot.kept_by = kept_by.map(Keeper::unnamed).collect();
        self.unreadable.truncate(1);
        self.unreadable.fill(UNREADABLE.to_owned());
        self
    }
}

impl PauseSummary {
    pub(crate) fn of(pause: &Pause) -> Self {
        Self {
            until: pause.until,
            by: pause.actor_name().to_owned(),
            at: pause.at,
        }
    }
}

fn input_revisions(explained: &Explained) -> InputRevisions {
    let inputs = explained.decision.inputs;
    let overrides = explained.overrides.for_decision(&explained.decision);
    let record = explained.record.as_ref();
    let revisions = |used: u64, newest: u64| Revisions {
        used,
        newest: newest.max(used),
    };
    InputRevisions {
        event_changed_at: inputs.event,
        calendar: revisions(
            inputs.calendar.0,
            record.map_or(0, |record| record.revision.0),
        ),
        policy: revisions(inputs.policy.0, explained.active_revision.0),
        overrides: revisions(inputs.overrides.0, overrides.revision().0),
        meeting: revisions(inputs.meeting.0, overrides.meeting_revision().0),
    }
}

impl OverrideSummary {
    /// Whether the person of this name set it.
    #[must_use]
    pub fn is_by(&self, name: &str) -> bool {
        self.by.to_lowercase() == name.to_lowercase()
    }
}

fn override_summaries(overrides: ApplicableOverrides<'_>) -> Vec<OverrideSummary> {
    let choices = overrides.meeting.into_iter();
    let choices = choices.flat_map(|meeting| &meeting.choices);
    let choices = choices.filter(|made| made.choice != OverrideChoice::Clear);
    let of_meeting = choices.map(|made| OverrideSummary {
        scope: MEETING,
        choice: made.choice.as_str(),
        by: made.by.as_str().to_owned(),
        at: made.at,
    });
    let others = [("event", overrides.event), ("series", overrides.series)];
    let others = others.into_iter();
    let others = others.filter_map(|(scope, stored)| Some(override_summary(scope, stored?)));
    of_meeting.chain(others).collect()
}

fn verdict_summary(past: &PastVerdict) -> VerdictSummary {
    VerdictSummary {
        at: past.at,
        verdict: if past.is_recorded { "record" } else { "skip" },
        rule: past.rule.to_string(),
        policy: past.policy.0,
        overrides: past.overrides.0,
    }
}

fn override_summary(scope: &'static str, stored: &Override) -> OverrideSummary {
    OverrideSummary {
        scope,
        choice: stored.choice.as_str(),
        by: stored.actor_name().to_owned(),
        at: stored.at,
    }
}
