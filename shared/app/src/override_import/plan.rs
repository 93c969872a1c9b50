//! Resolves the lines of a file, and compares them with what is stored.

use std::collections::BTreeMap;

use callsheet_domain::{Actor, CalendarOwner, OverrideChoice, OverrideScope, Overrides, Timestamp};

use super::{
    ImportLine, ImportPlan, LineContent, LineOutcome, LineProblem, OwnerName, PlannedAction,
    PlannedLine, ProblemOfLine,
};
use crate::find_calendar::find_connected;
use crate::find_decision::find_decision;
use crate::notify::Notification;
use crate::overrides::scope_of;
use crate::owner;
use crate::ports::{Calendars, Decisions, OverrideStore};
use crate::use_case_error::UseCaseError;

/// What a line is about: of two lines about the same only one can hold.
type About = (CalendarOwner, Option<OverrideScope>);

/// Resolves the lines and compares them with what is stored.
///
/// # Errors
/// If a collaborator fails.
pub async fn plan_import<S, D>(
    (state, decisions): (&S, &D),
    lines: Vec<ImportLine>,
    importer: &Actor,
    now: Timestamp,
) -> Result<ImportPlan, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let (mut plan, mut stored) = (ImportPlan::default(), BTreeMap::new());
    let mut about: BTreeMap<About, u64> = BTreeMap::new();
    for ImportLine { line, content, by } in lines {
        let (owner, action) = match resolve((state, decisions), content).await? {
            Ok(resolved) => resolved,
            Err(problem) => {
                plan.problems.push(LineProblem { line, problem });
                continue;
            }
        };
        let person = state.person(&owner).await?;
        let scope = match &action {
            PlannedAction::Override(scope, ..) => Some(scope.before_splits()),
            PlannedAction::Pause(_) => None,
        };
        if let Some(earlier) = about.insert((person.clone(), scope), line) {
            let problem = ProblemOfLine::SaidTwice(earlier);
            plan.problems.push(LineProblem { line, problem });
            continue;
        }
        if !stored.contains_key(&person) {
            let overrides = state.overrides(&owner).await?;
            let calendars = state.of_owner(&owner).await?;
            stored.insert(person.clone(), (overrides, !calendars.is_empty()));
        }
        let (overrides, has_calendar) = &stored[&person];
        plan.lines.push(PlannedLine {
            line,
            outcome: outcome(&action, overrides, now),
            has_calendar: *has_calendar || !owner.is_known(),
            owner,
            action,
            by: by.unwrap_or_else(|| importer.clone()),
        });
    }
    Ok(plan)
}

type Resolved = Result<(CalendarOwner, PlannedAction), ProblemOfLine>;

async fn resolve<S, D>(
    (state, decisions): (&S, &D),
    content: LineContent,
) -> Result<Resolved, UseCaseError>
where
    S: Calendars,
    D: Decisions,
{
    let owner_named = async |name: OwnerName| match name {
        OwnerName::Person(platform, email) => Ok(CalendarOwner::Person { platform, email }),
        OwnerName::Of(name) => {
            let calendar = find_connected(state, &name).await?;
            Ok(owner::owner_of(state, &calendar).await?)
        }
    };
    let resolved = match content {
        LineContent::Override {
            owner,
            scope,
            choice,
        } => {
            let owner = owner_named(owner).await.map_err(ProblemOfLine::Owner);
            owner.map(|owner| (owner, PlannedAction::Override(scope, choice, None)))
        }
        LineContent::Pause { owner, until } => {
            let owner = owner_named(owner).await.map_err(ProblemOfLine::Owner);
            owner.map(|owner| (owner, PlannedAction::Pause(until)))
        }
        LineContent::OfEvent {
            target,
            event,
            choice,
        } => {
            let found = async {
                let decision = find_decision(decisions, &event).await?;
                let owner = owner::owner_of(state, &decision.calendar_id).await?;
                let scope = scope_of(&decision, target);
                let scope = scope.ok_or(UseCaseError::NoPlatformId(Notification::NotNeeded))?;
                let of_event = Some((target, Box::new(decision)));
                Ok((owner, PlannedAction::Override(scope, choice, of_event)))
            };
            found.await.map_err(ProblemOfLine::Event)
        }
    };
    // A service that fails is no problem of the line.
    match resolved {
        Err(
            ProblemOfLine::Owner(UseCaseError::Port(error))
            | ProblemOfLine::Event(UseCaseError::Port(error)),
        ) => Err(error.into()),
        resolved => Ok(resolved),
    }
}

fn outcome(action: &PlannedAction, stored: &Overrides, now: Timestamp) -> LineOutcome {
    let (in_force, said) = match action {
        PlannedAction::Override(scope, choice, _) => {
            let in_force = stored.by_scope.get(&scope.before_splits());
            let in_force = in_force.map_or(OverrideChoice::Clear, |one| one.choice);
            let is_none = in_force == OverrideChoice::Clear;
            (is_none, in_force == *choice)
        }
        PlannedAction::Pause(until) => {
            if until.is_some_and(|until| until <= now) {
                return LineOutcome::Over;
            }
            let in_force = stored.pause.as_ref().map(|pause| pause.until);
            let in_force = in_force.filter(|until| *until > now);
            (in_force.is_none(), in_force == *until)
        }
    };
    match (in_force, said) {
        (_, true) => LineOutcome::Unchanged,
        (true, false) => LineOutcome::New,
        (false, false) => LineOutcome::Changed,
    }
}
