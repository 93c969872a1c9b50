//! Sets many overrides and pauses at once, as the lines of a file say.
//!
//! All lines are resolved and compared with what is stored before anything is written, so a
//! line with a problem changes nothing of the others. What is stored as a line says is not
//! written again. So an import that was interrupted is simply repeated.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, Decision, Email, EventId, OverrideChoice, OverrideScope,
    Overrides, Platform, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::PortError;
use crate::event_override::KEPT_AFTER_EVENT;
use crate::find_calendar::find_connected;
use crate::find_decision::find_decision;
use crate::notify::{Notification, request_full_sync};
use crate::overrides::{Target, override_decision, scope_of};
use crate::owner;
use crate::ports::{Calendars, Decisions, OverrideStore, Queue};
use crate::use_case_error::UseCaseError;

/// An event for which an override can be set begins within so long: what Recall lists.
const FARTHEST_EVENT: SignedDuration = SignedDuration::from_hours(29 * 24);

/// What one line of a file says.
#[derive(Debug, Clone)]
pub struct ImportLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What it says.
    pub content: LineContent,
    /// Who said it; none for the person who imports it.
    pub by: Option<Actor>,
}

/// An override or a pause in a file.
#[derive(Debug, Clone)]
pub enum LineContent {
    /// An override of what a platform's id names.
    Override {
        /// Whose it is.
        owner: OwnerName,
        /// For which events.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
    },
    /// An override of the event with Recall's id, or of its series.
    OfEvent {
        /// Whether of the series.
        target: Target,
        /// Recall's id.
        event: EventId,
        /// What it says.
        choice: OverrideChoice,
    },
    /// A pause.
    Pause {
        /// Of whose calendars.
        owner: OwnerName,
        /// Its end; none to end it now.
        until: Option<Timestamp>,
    },
}

/// How a file names the owner of calendars.
#[derive(Debug, Clone)]
pub enum OwnerName {
    /// A person, whether or not a calendar of theirs is connected.
    Person(Platform, Email),
    /// The owner of a connected calendar: by an address, or by Recall's id of the calendar.
    Of(String),
}

/// What a line changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOutcome {
    /// Nothing of the kind was in force.
    New,
    /// It takes the place of what was in force.
    Changed,
    /// It is in force already.
    Unchanged,
    /// The pause is over.
    Over,
}

/// A line that can be carried out.
#[derive(Debug)]
pub struct PlannedLine {
    /// Its number in the file.
    pub line: u64,
    /// Whose it is.
    pub owner: CalendarOwner,
    /// Whether a calendar of the owner is stored.
    pub has_calendar: bool,
    /// What is written.
    pub action: PlannedAction,
    /// Who says it.
    pub by: Actor,
    /// What it changes.
    pub outcome: LineOutcome,
}

/// What is written for a line.
#[derive(Debug)]
pub enum PlannedAction {
    /// An override, with the decision of the event that named it.
    Override(
        OverrideScope,
        OverrideChoice,
        Option<(Target, Box<Decision>)>,
    ),
    /// A pause until an instant; none to end it now.
    Pause(Option<Timestamp>),
}

/// Why a line cannot be carried out.
#[derive(Debug)]
pub struct LineProblem {
    /// Its number in the file.
    pub line: u64,
    /// What is wrong.
    pub problem: ProblemOfLine,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum ProblemOfLine {
    /// The owner cannot be told.
    #[error(transparent)]
    Owner(UseCaseError),
    /// The event cannot be told.
    #[error(transparent)]
    Event(UseCaseError),
    /// Another line is for the same events, or the same calendars.
    #[error("line {0} is about the same: keep one of the two")]
    SaidTwice(u64),
}

/// What an import would do.
#[derive(Debug, Default)]
pub struct ImportPlan {
    /// The lines that can be carried out, in order.
    pub lines: Vec<PlannedLine>,
    /// The problems of the others, in order.
    pub problems: Vec<LineProblem>,
}

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

/// Writes what the lines change, and requests syncs of the calendars that they concern. Gives
/// what became of the requests: the first that was not sent, if there is one.
///
/// # Errors
/// If a collaborator fails. What was written before stays.
pub async fn carry_out<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    lines: Vec<PlannedLine>,
    now: Timestamp,
) -> Result<Notification, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let (mut written, mut to_sync) = (0, BTreeSet::new());
    let mut notification = Notification::NotNeeded;
    let ports = (state, decisions, queue);
    for line in lines {
        if !matches!(line.outcome, LineOutcome::New | LineOutcome::Changed) {
            continue;
        }
        let owner = line.owner.clone();
        match write(ports, line, now).await {
            Ok(None) => drop(to_sync.insert(owner)),
            Ok(Some(requested)) => notification = worst(notification, requested),
            Err(error) => {
                // Those that were written have to take effect.
                request_syncs((state, queue), &to_sync, now).await.ok();
                let error = Box::new(error);
                return Err(UseCaseError::ImportInterrupted { written, error });
            }
        }
        written += 1;
    }
    let requested = request_syncs((state, queue), &to_sync, now).await;
    let interrupted = |error: PortError| UseCaseError::ImportInterrupted {
        written,
        error: Box::new(error.into()),
    };
    Ok(worst(notification, requested.map_err(interrupted)?))
}

/// Writes one line. Gives what became of the request of a sync; none if it is still to be made.
async fn write<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    line: PlannedLine,
    now: Timestamp,
) -> Result<Option<Notification>, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let PlannedLine {
        owner, action, by, ..
    } = line;
    match action {
        PlannedAction::Override(_, choice, Some((target, decision))) => {
            let ports = (state, decisions, queue);
            let set = override_decision(ports, (target, *decision), choice, &by, now).await?;
            Ok(Some(set.notification))
        }
        PlannedAction::Override(scope, choice, None) => {
            state.set_override(&owner, &scope, choice, &by, now).await?;
            if matches!(scope, OverrideScope::Event(_)) {
                let until = plus(plus(now, FARTHEST_EVENT), KEPT_AFTER_EVENT);
                state.expire_override(&owner, &scope, until).await?;
            }
            Ok(None)
        }
        PlannedAction::Pause(until) => {
            let until = until.unwrap_or(now);
            state.pause(&owner, until, &by, now).await?;
            Ok(None)
        }
    }
}

/// Requests a full sync of each calendar of the owners.
async fn request_syncs<S, Q>(
    (state, queue): (&S, Option<&Q>),
    owners: &BTreeSet<CalendarOwner>,
    now: Timestamp,
) -> Result<Notification, PortError>
where
    S: Calendars + OverrideStore,
    Q: Queue,
{
    let mut calendars: BTreeSet<CalendarId> = BTreeSet::new();
    let mut notification = Notification::NotNeeded;
    for owner in owners {
        if let CalendarOwner::Unknown(calendar) = owner {
            let requested = owner::apply((state, queue), (calendar, owner), now).await?;
            notification = worst(notification, requested);
            continue;
        }
        let theirs = state.of_owner(owner).await?.into_iter();
        let theirs = theirs.map(|listed| listed.record.calendar);
        let theirs = theirs.filter(|calendar| calendar.status.holds_bots());
        calendars.extend(theirs.map(|calendar| calendar.id));
    }
    for calendar in &calendars {
        let requested = request_full_sync(queue, calendar, now).await;
        notification = worst(notification, requested);
    }
    Ok(notification)
}

/// The one of which a person has to know.
fn worst(one: Notification, other: Notification) -> Notification {
    match (&one, &other) {
        (Notification::Failed(_) | Notification::NoQueue, _) | (_, Notification::NotNeeded) => one,
        _ => other,
    }
}
