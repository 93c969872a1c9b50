//! Removes what is stored about a person or a calendar.
//!
//! A name is an address, the name of somebody who set overrides or pushed policies, or
//! Recall's id of a calendar. A decision about a coming meeting keeps what it needs to
//! schedule the bot, and a calendar that is connected keeps its rows: both are reported.
//! Running the command again finds what has become over since.

mod mentions;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;

use callsheet_app::ports::{Calendars, Decisions, Forgetting, WriteOutcome};
use callsheet_domain::{
    CalendarId, CalendarOwner, CalendarRecord, CalendarStatus, Decision, DecisionKey, Email,
    Timestamp,
};
use serde::Serialize;

use crate::arguments::ForgetArguments;
use crate::error::CliError;
use crate::find_calendar::known_calendars;
use crate::unreadable::UnreadableDecision;
use crate::workspace::Workspace;
use mentions::mentions;

/// How often the write of a decision is attempted.
const MAX_ATTEMPTS: usize = 5;

/// What was removed, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Forgotten {
    pub(crate) name: String,
    pub(crate) is_dry_run: bool,
    /// Number of overrides and pauses that the person set.
    pub(crate) overrides: u64,
    /// Number of policies that the person pushed.
    pub(crate) policies: u64,
    pub(crate) calendars: Vec<ForgottenCalendar>,
    /// Overrides and pauses that belong to the person.
    pub(crate) own_overrides: OwnOverrides,
    pub(crate) decisions: DecisionCounts,
    /// Decisions that cannot be read, so that it is unknown what they say.
    pub(crate) unreadable: Vec<UnreadableDecision>,
}

/// A calendar of the person, or the one that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ForgottenCalendar {
    pub(crate) id: String,
    /// Number of its rows.
    pub(crate) rows: u64,
    /// Whether it is deleted at Recall. Otherwise its rows stay.
    pub(crate) is_gone: bool,
}

/// Overrides and pauses that belong to a person, whoever set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct OwnOverrides {
    /// Number of rows that are removed: no calendar of the person is left.
    pub(crate) forgotten: u64,
    /// Number of rows that stay, since a calendar of the person is.
    pub(crate) staying: u64,
}

/// Numbers of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct DecisionCounts {
    /// Those that are over, or whose calendar is gone.
    pub(crate) forgotten: usize,
    /// Those about coming meetings, which stay.
    pub(crate) upcoming: usize,
}

/// Removes what is stored about the name of `arguments`.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &ForgetArguments,
    now: Timestamp,
) -> Result<Forgotten, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let ports = Ports { state, decisions };
    ports.forget(&arguments.name, !arguments.yes, now).await
}

/// The ports that forgetting needs.
#[derive(Debug)]
struct Ports<S, D> {
    state: S,
    decisions: D,
}

impl<S, D> Ports<S, D>
where
    S: Calendars + Forgetting,
    D: Decisions,
{
    /// Decisions come first and calendars last, so that an interrupted run is completed by
    /// running it again.
    async fn forget(
        &self,
        name: &str,
        is_dry_run: bool,
        now: Timestamp,
    ) -> Result<Forgotten, CliError> {
        let name = name.trim();
        let calendars = self.calendars(name).await?;
        let mut forgotten = Forgotten {
            name: name.to_owned(),
            is_dry_run,
            overrides: 0,
            policies: 0,
            calendars,
            own_overrides: OwnOverrides::default(),
            decisions: DecisionCounts::default(),
            unreadable: Vec::new(),
        };
        self.forget_decisions(&mut forgotten, now).await?;
        let actors = if is_dry_run {
            self.state.rows_by(name).await?
        } else {
            self.state.forget_actor(name).await?
        };
        (forgotten.overrides, forgotten.policies) = (actors.overrides, actors.policies);
        forgotten.own_overrides = self.forget_own_overrides(name, is_dry_run).await?;
        let gone = forgotten
            .calendars
            .iter()
            .filter(|calendar| calendar.is_gone);
        for calendar in gone.filter(|_| !is_dry_run) {
            if let Ok(id) = CalendarId::parse(&calendar.id) {
                self.state.forget_calendar(&id).await?;
            }
        }
        Ok(forgotten)
    }

    /// The calendar of this id, and those of this owner.
    async fn calendars(&self, name: &str) -> Result<Vec<ForgottenCalendar>, CliError> {
        let listed = self.state.listed().await?.into_iter();
        let is_meant = |record: &CalendarRecord| {
            let owner = record.calendar.email.as_ref();
            let is_owner = owner.is_some_and(|owner| owner.as_str().eq_ignore_ascii_case(name));
            is_owner || record.calendar.id.as_str() == name
        };
        let mut calendars = Vec::new();
        for record in listed.map(|listed| listed.record).filter(is_meant) {
            let calendar = &record.calendar;
            calendars.push(ForgottenCalendar {
                id: calendar.id.to_string(),
                rows: self.state.calendar_rows(&calendar.id).await?,
                is_gone: calendar.status == CalendarStatus::Deleted,
            });
        }
        if calendars.is_empty()
            && let Ok(id) = CalendarId::parse(name)
        {
            // Its record may be lost or unreadable, and its overrides be there.
            let rows = self.state.calendar_rows(&id).await?;
            let is_gone = matches!(self.state.record(&id).await, Ok(None));
            calendars.extend((rows > 0).then_some(ForgottenCalendar {
                id: id.to_string(),
                rows,
                is_gone,
            }));
        }
        Ok(calendars)
    }

    /// Removes the overrides of the person of this address on each platform, unless a
    /// calendar of theirs is left.
    async fn forget_own_overrides(
        &self,
        name: &str,
        is_dry_run: bool,
    ) -> Result<OwnOverrides, CliError> {
        let mut own = OwnOverrides::default();
        let Ok(email) = Email::parse(name) else {
            return Ok(own);
        };
        let listed = self.state.listed().await?;
        for person in CalendarOwner::persons(&email) {
            let has_calendar = listed.iter().any(|listed| {
                let calendar = &listed.record.calendar;
                calendar.status != CalendarStatus::Deleted && calendar.owner() == person
            });
            if has_calendar {
                own.staying += self.state.owner_rows(&person).await?;
            } else if is_dry_run {
                own.forgotten += self.state.owner_rows(&person).await?;
            } else {
                own.forgotten += self.state.forget_owner(&person).await?;
            }
        }
        Ok(own)
    }

    /// Removes what decisions say: all those of the calendars, and those of other calendars
    /// that mention the name.
    async fn forget_decisions(
        &self,
        forgotten: &mut Forgotten,
        now: Timestamp,
    ) -> Result<(), CliError> {
        let meant: BTreeSet<_> = forgotten
            .calendars
            .iter()
            .map(|one| one.id.clone())
            .collect();
        let gone = forgotten.calendars.iter().filter(|one| one.is_gone);
        let gone: BTreeSet<_> = gone.map(|one| one.id.clone()).collect();
        let mut calendars = known_calendars(&self.state).await?;
        calendars.extend(CalendarId::parse(&forgotten.name));
        for calendar in calendars {
            let keys = self
                .decisions
                .of_calendar(&calendar, Timestamp::MIN)
                .await?;
            let rows = self.decisions.decisions(&keys).await?;
            let is_meant = meant.contains(calendar.as_str()) || forgotten.name == calendar.as_str();
            if is_meant {
                let unreadable = rows.unreadable.into_iter().map(UnreadableDecision::of);
                forgotten.unreadable.extend(unreadable);
            }
            for row in rows.decisions {
                let is_said = is_meant || mentions(&row, &forgotten.name);
                if !is_said || is_forgotten(&row) {
                    continue;
                }
                if row.ends_at > now && !gone.contains(calendar.as_str()) {
                    forgotten.decisions.upcoming += 1;
                    continue;
                }
                forgotten.decisions.forgotten += 1;
                if !forgotten.is_dry_run {
                    self.forget_decision(row).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes the row without what it says about people.
    async fn forget_decision(&self, mut row: Decision) -> Result<(), CliError> {
        let keys: [DecisionKey; 1] = [row.key.clone()];
        for _ in 0..MAX_ATTEMPTS {
            let written = self.decisions.write(&row.forgotten()).await?;
            if written == WriteOutcome::Written {
                return Ok(());
            }
            let rows = self.decisions.decisions(&keys).await?;
            match rows.decisions.into_iter().next() {
                Some(stored) => row = stored,
                None => return Ok(()),
            }
        }
        let [key] = keys;
        Err(CliError::Failed(format!(
            "the decision about event {} could not be written, since it keeps changing: run this again",
            key.event_id
        )))
    }
}

fn is_forgotten(row: &Decision) -> bool {
    *row == row.clone().forgotten()
}
