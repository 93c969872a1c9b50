//! Lists what people did: pushes of policies, overrides, choices for whole meetings, pauses and
//! disconnections.

#[cfg(test)]
mod tests;

use std::io;

use callsheet_api::activity::{Activity, ActivityEntry};
use callsheet_api::overrides::Scope;
use callsheet_app::people_activity::people_activity;
use callsheet_app::ports::{ActionLog, Calendars, Policies};

use crate::arguments::ActivityArguments;
use crate::error::CliError;
use crate::overrides::scope_name;
use crate::render::{Field, Render, show, table};
use crate::screen::Screen;
use crate::spreadsheet::{Spreadsheet, unformulated};
use crate::terminal::print_text;
use crate::unreadable::problems_paragraph;
use crate::workspace::Workspace;

/// Lists what people did, and prints it.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &ActivityArguments,
) -> Result<io::Result<u8>, CliError> {
    let activity = read(&workspace.state().await?, arguments.most).await?;
    Ok(if arguments.csv {
        print_text(spreadsheet(&activity).trim_end()).map(|()| activity.exit_code())
    } else {
        show(&activity, &workspace.output())
    })
}

async fn read<S>(state: &S, most: usize) -> Result<Activity, CliError>
where
    S: ActionLog + Calendars + Policies,
{
    Ok(Activity::of(&people_activity(state, most).await?))
}

impl Render for Activity {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        if self.actions.is_empty() {
            parts.push(
                "Nobody pushed a policy, set an override, or paused or disconnected a calendar."
                    .to_owned(),
            );
        } else {
            let mut table = table(screen, ["when", "by", "did", "for", "what"]);
            table.keep_whole(&[0, 2]);
            for action in &self.actions {
                let owner = action.owner.as_ref().or(action.calendar.as_ref());
                table.add_row([
                    Field::text(screen.instant(action.at)),
                    Field::part(&action.by, screen),
                    Field::text(action.action.as_str().replace('_', " ")),
                    Field::part(owner.map_or("", String::as_str), screen),
                    Field::text(what(action, screen)),
                ]);
            }
            parts.push(table.text());
        }
        parts.extend(problems_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable.is_empty())
    }
}

fn what(action: &ActivityEntry, screen: &Screen) -> String {
    let note = action.note.as_deref().map(|note| format!(": {note}"));
    let revision = action
        .revision
        .map(|revision| format!("revision {revision}{}", note.unwrap_or_default()));
    let until = action
        .until
        .map(|until| format!("until {}", screen.instant(until)));
    let whole = (action.scope == Some(Scope::Meeting)).then_some("the whole meeting ");
    let id = action.id.as_deref();
    let id = id.map(|id| format!("{}{id}", whole.unwrap_or_default()));
    let parts = [revision, id, until];
    parts.into_iter().flatten().next().unwrap_or_default()
}

/// A line for each action.
fn spreadsheet(activity: &Activity) -> String {
    let columns = [
        "at", "by", "via", "action", "owner", "calendar", "scope", "id", "until", "revision",
        "note",
    ];
    let mut sheet = Spreadsheet::new(columns);
    for action in &activity.actions {
        let text = |text: &Option<String>| unformulated(text.as_deref().unwrap_or_default());
        sheet.add([
            action.at.to_string(),
            unformulated(&action.by),
            text(&action.via),
            action.action.as_str().to_owned(),
            text(&action.owner),
            text(&action.calendar),
            action
                .scope
                .map(|scope| scope_name(scope).to_owned())
                .unwrap_or_default(),
            text(&action.id),
            action
                .until
                .map(|until| until.to_string())
                .unwrap_or_default(),
            action
                .revision
                .map(|revision| revision.to_string())
                .unwrap_or_default(),
            text(&action.note),
        ]);
    }
    sheet.text()
}
