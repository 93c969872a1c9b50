//! Which upcoming meetings would gain, lose or change a bot under another
//! policy, without writing anything.
//!
//! What is compared goes the way a look goes, so it is what would happen. It
//! may be seen at Recall, or in a file that was written when it was.

mod compare;
mod saved;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use callsheet_app::ports::{Calendars, Clock, Decisions, OverrideStore, Policies};
use callsheet_app::{ActivePolicy, CalendarContext, PolicyCache};
use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, IcalUid, Overrides, PolicyRevision, plus,
};
use callsheet_recall::{RawEvent, read_event};
use jiff::SignedDuration;

use crate::arguments::PreviewArguments;
use crate::error::CliError;
use crate::listing::{self, Listing, Progress};
use crate::policy::compiled;
use crate::workspace::Workspace;
pub(crate) use compare::Previewing;
use compare::{Over, compare};
use saved::Saved;

/// Recall keeps events up to date from about a day back on, and looks go so far.
const KEPT_UP_TO_DATE: SignedDuration = SignedDuration::from_hours(24);

/// Where meetings are, and everything else that is decided from.
#[derive(Debug, Default)]
struct Scene {
    calendars: BTreeMap<CalendarId, CalendarContext>,
    events: Vec<CalendarEvent>,
    unreadable: Vec<String>,
}

/// Does what is asked.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    clock: impl Clock,
) -> Result<Previewing, CliError> {
    let (_, policy) = compiled(&arguments.policy)?;
    let now = clock.now();
    let asked = &arguments.calendars;
    let (scene, over) = match &arguments.events {
        None => {
            let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
            let listing = Listing {
                recall: workspace.recall(", or take the events out of a file with --events")?,
                state: &state,
                clock,
                rate_limit: workspace.rate_limit(),
                progress: Progress::on_stderr(),
            };
            let calendars = connected(&state, asked).await?;
            let from = plus(now, -KEPT_UP_TO_DATE);
            let pages = listing.pages(calendars.keys(), from).await?;
            let raw: Vec<_> = pages.into_iter().flat_map(|page| page.events).collect();
            if let Some(file) = &arguments.save {
                let calendars = calendars.values().map(|known| &known.record.calendar);
                write(file, &Saved::new(now, calendars, &raw))?;
            }
            let scene = scene(calendars, &raw);
            let rows = stored(&decisions, &scene.events).await?;
            (scene, (Over::Rows(rows), active_revision(&state).await?))
        }
        Some(file) => {
            let saved = read(file)?;
            let calendars = saved.calendars(asked);
            if arguments.stored {
                let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
                let scene = scene(remembered(&state, calendars).await?, &saved.events);
                let rows = stored(&decisions, &scene.events).await?;
                (scene, (Over::Rows(rows), active_revision(&state).await?))
            } else {
                let before = match &arguments.against {
                    Some(file) => ActivePolicy {
                        policy: compiled(file)?.1.into(),
                        revision: PolicyRevision::default(),
                    },
                    None if workspace.has_state() => {
                        active_revision(&workspace.state().await?).await?
                    }
                    None => ActivePolicy::built_in(),
                };
                (scene(calendars, &saved.events), (Over::Policy, before))
            }
        }
    };
    let compared = compare(&scene, over, &policy, now);
    Ok(if arguments.summary {
        compared.without_meetings()
    } else {
        compared
    })
}

async fn active_revision<S: Policies>(state: &S) -> Result<ActivePolicy, CliError> {
    Ok(PolicyCache::default().current(state).await?)
}

/// The calendars that may have bots, with what people said about them.
async fn connected<S>(
    state: &S,
    asked: &[String],
) -> Result<BTreeMap<CalendarId, CalendarContext>, CliError>
where
    S: Calendars + OverrideStore,
{
    let mut calendars = BTreeMap::new();
    for (id, record) in listing::connected(state, asked).await? {
        let overrides = state.overrides(&id).await?;
        calendars.insert(id, CalendarContext { record, overrides });
    }
    Ok(calendars)
}

/// The calendars as the tables remember them; those they do not know are as in the file.
async fn remembered<S>(
    state: &S,
    saved: BTreeMap<CalendarId, CalendarContext>,
) -> Result<BTreeMap<CalendarId, CalendarContext>, CliError>
where
    S: Calendars + OverrideStore,
{
    let mut calendars = BTreeMap::new();
    for (id, saved) in saved {
        let record = state.record(&id).await?.unwrap_or(saved.record);
        let overrides = state.overrides(&id).await?;
        calendars.insert(id, CalendarContext { record, overrides });
    }
    Ok(calendars)
}

async fn stored<D: Decisions>(
    decisions: &D,
    events: &[CalendarEvent],
) -> Result<Vec<Decision>, CliError> {
    let meetings: Vec<IcalUid> = events.iter().map(|event| event.ical_uid.clone()).collect();
    Ok(decisions.copies(&meetings).await?)
}

fn scene(calendars: BTreeMap<CalendarId, CalendarContext>, raw: &[RawEvent]) -> Scene {
    let mut scene = Scene {
        calendars,
        ..Scene::default()
    };
    for event in raw {
        match read_event(event) {
            Ok(event) if scene.calendars.contains_key(&event.calendar_id) => {
                scene.events.push(event);
            }
            Ok(_) => {}
            Err(unreadable) => scene.unreadable.push(unreadable.to_string()),
        }
    }
    scene
}

fn read(file: &Path) -> Result<Saved, CliError> {
    let name = file.display();
    let text = fs::read(file).map_err(|error| CliError::Cannot(format!("{name}: {error}")))?;
    Saved::read(&text).map_err(|problem| CliError::Cannot(format!("{name}: {problem}")))
}

fn write(file: &Path, saved: &Saved) -> Result<(), CliError> {
    let written = saved.write(file);
    written.map_err(|error| CliError::Cannot(format!("{}: {error}", file.display())))
}

/// A calendar that nothing is remembered of.
fn unheard(record: CalendarRecord) -> CalendarContext {
    CalendarContext {
        record,
        overrides: Overrides::default(),
    }
}
