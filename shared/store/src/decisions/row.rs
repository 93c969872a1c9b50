//! A decision as a row.

use callsheet_app::Metric;
use callsheet_app::bot_state::BotState;
use callsheet_app::ports::{DecisionRows, UnreadableRow};
use callsheet_domain::{
    Applied, Attempts, BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId,
    Generation, IcalUid, LinkDigest, PlatformEventId, Reason, RuleName, SeriesId, Timestamp,
    Version, Wanted,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::bots::{AppliedRow, LeftBotRow, OfferRow, WantedRow, left_bots, owner_check};
use super::counted::CountedRow;
use super::facts::FactsRow;
use super::history::HistoryRow;
use super::key::{
    ABANDONED, DUE, EVENT_ID, FOLLOWED, ICAL_UID, TO_CHECK, calendar_of, key_of, log_unreadable_key,
};
use super::life::LifeRow;
use super::outcome::OutcomeRow;
use super::parts::{AbandonedRow, InputsRow, VerdictRow};
use super::tested::TestedRow;
use super::verdicts::PastVerdictsRow;
use crate::attributes::{Attributes, Unreadable, read_row, write_row};
use crate::stored_text;

/// How long a row is kept after the meeting and the call of its bot, in seconds.
const KEPT_AFTER_THE_END: i64 = 30 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own"
)]
struct DecisionRow {
    #[serde(with = "stored_text")]
    ical_uid: IcalUid,
    #[serde(with = "stored_text")]
    event_id: EventId,
    #[serde(with = "stored_text")]
    calendar_id: CalendarId,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    platform_id: Option<PlatformEventId>,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    series: Option<SeriesId>,
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    #[serde(with = "microsecond::required")]
    ends_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    link: Option<LinkDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    verdict: VerdictRow,
    #[serde(with = "stored_text")]
    rule: RuleName,
    reason: String,
    #[serde(default, skip_serializing_if = "FactsRow::is_empty")]
    facts: FactsRow,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
    /// Whether the policy locks the verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    locked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tested: Option<TestedRow>,
    inputs: InputsRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<WantedRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<OfferRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<AppliedRow>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    had_bot: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    life: Option<LifeRow>,
    generation: u64,
    attempts: u32,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    not_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(default, skip_serializing_if = "HistoryRow::is_empty")]
    history: HistoryRow,
    #[serde(default, skip_serializing_if = "PastVerdictsRow::is_empty")]
    verdicts: PastVerdictsRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    abandoned: Option<AbandonedRow>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    check_at: Option<Timestamp>,
    /// Bots whose owners are to be checked because the row has left them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_bots: Vec<LeftBotRow>,
    version: u64,
    /// In seconds, as DynamoDB's time-to-live requires.
    #[serde(skip_deserializing)]
    expires_at: i64,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    due: Option<&'static str>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    bot: Option<String>,
    /// For the index of bots by their ids: Recall's id of the applied bot.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    bot_id: Option<String>,
    /// For the index of bots: the order of the rows that want one.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    bot_rank: Option<String>,
    /// For the index of due rows: from when the silence of the bot counts.
    #[serde(
        with = "microsecond::optional",
        skip_deserializing,
        skip_serializing_if = "Option::is_none"
    )]
    silent_from: Option<Timestamp>,
    /// For the index of due rows: a digest of the key of the bot that the call is about.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    due_bot: Option<String>,
    /// For the index of due rows: the call claims that bot.
    #[serde(skip_deserializing, skip_serializing_if = "std::ops::Not::not")]
    claims: bool,
    /// For the index by day: the date of the start, in UTC. A superseded row has none.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    /// For the indexes by calendar and by day: what became of the bot.
    #[serde(skip_deserializing)]
    bot_state: &'static str,
    /// For the index by calendar: where the bot is in its life, by what Recall reported.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    /// For the index by day: what coverage counts of the row. A superseded row has none.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    counted: Option<CountedRow>,
}

/// The attributes of a decision that this build reads.
#[cfg(test)]
pub(crate) fn attributes_of_decision() -> &'static [&'static str] {
    serde_aux::serde_introspection::serde_introspect::<DecisionRow>()
}

/// The date of a meeting's start, in UTC, as the index by day has it.
fn day_of(starts_at: Timestamp) -> String {
    starts_at.strftime("%Y-%m-%d").to_string()
}

/// The row that a write of `decision` leaves, under the next version.
pub(crate) fn written_decision(decision: &Decision) -> Attributes {
    write_row(DecisionRow::of(decision))
}

/// The decisions that rows hold; each that cannot be read costs only itself.
pub(super) fn read_rows(rows: impl IntoIterator<Item = Attributes>) -> DecisionRows {
    let mut read = DecisionRows::default();
    for row in rows {
        let (key, calendar_id) = (key_of(&row), calendar_of(&row));
        match (decision_of(row), key) {
            (Ok(decision), _) => read.decisions.push(decision),
            (Err(problem), Ok(key)) => read.unreadable.push(UnreadableRow {
                key,
                calendar_id,
                problem: problem.to_string(),
            }),
            (Err(_), Err(problem)) => log_unreadable_key("decisions", &problem),
        }
    }
    Metric::UnreadableRows.count(read.unreadable.len());
    read
}

/// Whether a row of either table is a decision.
pub(crate) fn is_decision(row: &Attributes) -> bool {
    row.contains_key(ICAL_UID) && row.contains_key(EVENT_ID)
}

pub(crate) fn decision_of(attributes: Attributes) -> Result<Decision, Unreadable> {
    read_row::<DecisionRow>(attributes)?.decision()
}

impl DecisionRow {
    fn of(decision: &Decision) -> Self {
        let reason = decision.verdict.reason();
        Self {
            ical_uid: decision.key.ical_uid.clone(),
            event_id: decision.key.event_id.clone(),
            calendar_id: decision.calendar_id.clone(),
            platform_id: decision.platform_id.clone(),
            series: decision.series.clone(),
            starts_at: decision.starts_at,
            ends_at: decision.ends_at,
            title: decision.title.clone(),
            link: decision.link.clone(),
            platform: decision.platform.clone(),
            verdict: VerdictRow::of(&decision.verdict),
            rule: reason.rule.clone(),
            reason: reason.reason.clone(),
            facts: FactsRow::of(&reason.facts),
            failed: reason.has_failed,
            locked: reason.is_locked,
            tested: reason.tested.as_ref().map(TestedRow::of),
            inputs: InputsRow::of(decision.inputs),
            wanted: WantedRow::of(&decision.wanted),
            offer: OfferRow::of(decision.offer.as_ref(), &decision.wanted),
            applied: AppliedRow::of(&decision.applied),
            had_bot: decision.had_bot,
            outcome: decision.outcome.as_ref().map(OutcomeRow::of),
            life: LifeRow::of(&decision.life),
            generation: decision.generation.0,
            attempts: decision.attempts.count,
            not_before: decision.attempts.not_before,
            last_error: decision.attempts.last_error.clone(),
            history: HistoryRow::of(&decision.history),
            verdicts: PastVerdictsRow::of(&decision.verdicts),
            abandoned: decision.abandoned.as_ref().map(AbandonedRow::of),
            check_at: decision.owner_check.as_ref().map(|check| check.not_before),
            left_bots: left_bots(decision.owner_check.as_ref()),
            version: decision.version.next().0,
            expires_at: decision
                .over_at()
                .as_second()
                .saturating_add(KEPT_AFTER_THE_END),
            due: due(decision),
            bot: decision.wanted_key().map(DeduplicationKey::digest),
            bot_id: decision.known_bot().map(BotId::to_string),
            bot_rank: decision.bot_rank(),
            silent_from: decision.silent_from(),
            due_bot: decision.deduplication_key().map(DeduplicationKey::digest),
            claims: decision.claims_bot(),
            day: (!decision.is_superseded()).then(|| day_of(decision.starts_at)),
            bot_state: BotState::at_any_time(decision).as_str(),
            phase: decision
                .bot_outcome()
                .map(|outcome| outcome.phase().as_str()),
            counted: CountedRow::of(decision),
        }
    }

    fn decision(self) -> Result<Decision, Unreadable> {
        let wanted = self.wanted.map_or(Wanted::Nothing, Wanted::from);
        let reason = Reason {
            rule: self.rule,
            reason: self.reason,
            facts: self.facts.values()?,
            has_failed: self.failed,
            is_locked: self.locked,
            tested: self.tested.map(TestedRow::tested).transpose()?,
        };
        Ok(Decision {
            key: DecisionKey {
                ical_uid: self.ical_uid,
                event_id: self.event_id,
            },
            calendar_id: self.calendar_id,
            platform_id: self.platform_id,
            series: self.series,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            title: self.title,
            link: self.link,
            platform: self.platform,
            verdict: self.verdict.verdict(reason),
            inputs: self.inputs.inputs(),
            offer: self.offer.map(|row| row.offer(&wanted)).transpose()?,
            wanted,
            applied: self.applied.map_or(Applied::Nothing, Applied::from),
            had_bot: self.had_bot,
            outcome: self.outcome.and_then(OutcomeRow::outcome),
            life: self.life.map(LifeRow::life).unwrap_or_default(),
            generation: Generation(self.generation),
            attempts: Attempts {
                count: self.attempts,
                not_before: self.not_before,
                last_error: self.last_error,
            },
            history: self.history.history(),
            verdicts: self.verdicts.verdicts(),
            abandoned: self.abandoned.map(AbandonedRow::abandonment),
            owner_check: owner_check(self.check_at, self.left_bots),
            version: Version(self.version),
        })
    }
}

/// The part of the index of due rows that shows the row, if one does.
fn due(decision: &Decision) -> Option<&'static str> {
    if decision.is_due() {
        return Some(DUE);
    }
    let to_check = decision.owner_check.as_ref().map(|_| TO_CHECK);
    let followed = || decision.silent_from().map(|_| FOLLOWED);
    let abandoned = || decision.is_abandoned().then_some(ABANDONED);
    to_check.or_else(followed).or_else(abandoned)
}

#[cfg(test)]
mod tests;
