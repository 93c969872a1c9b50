//! Choices for a whole meeting.

use callsheet_api::delivery::Delivery;
use callsheet_api::meeting_override::MeetingOverrideSet;
use callsheet_api::overrides::TakesEffect;
use callsheet_app::events::{EventName, find_event};
use callsheet_app::meeting_override::override_meeting;
use callsheet_domain::{MeetingWish, OverrideChoice, Timestamp};

use super::text::{lock_text, obstacle_text};
use crate::arguments::{By, Choice};
use crate::delivery::sentence;
use crate::error::CliError;
use crate::render::{Render, counted, in_one_line};
use crate::screen::Screen;
use crate::workspace::Workspace;

/// What the arguments say.
pub(super) fn wish(choice: Choice, of_all: bool) -> Result<MeetingWish, CliError> {
    match (choice, of_all) {
        (choice, false) => Ok(MeetingWish::Own(choice.into())),
        (Choice::Clear, true) => Ok(MeetingWish::ClearAll),
        (Choice::Record | Choice::Skip, true) => Err(CliError::Failed(
            "--all takes the choices of all people back: give it with clear".to_owned(),
        )),
    }
}

/// Sets a choice for the meeting of an event.
pub(super) async fn run(
    workspace: &Workspace,
    (event, wish): (&EventName, MeetingWish),
    by: By,
    now: Timestamp,
) -> Result<MeetingOverrideSet, CliError> {
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let decisions = workspace.decisions().await?;
    let by = by.actor(workspace.user())?;
    let decision = find_event(&state, &decisions, event, now).await?;
    let ports = (&state, &decisions, queue.as_ref());
    let set = override_meeting(ports, decision, wish, &by, now).await?;
    Ok(MeetingOverrideSet::of(&set))
}

impl Render for MeetingOverrideSet {
    fn text_on(&self, _: &Screen) -> String {
        let title = self.title.as_deref().map(in_one_line);
        let title = title.map_or_else(
            || "A meeting without a title".to_owned(),
            |title| format!("\"{title}\""),
        );
        let by = in_one_line(&self.by);
        let about = (self.title.as_deref(), self.by.as_str());
        let scope = (self.choice, "the whole meeting");
        let mut lines = vec![match (self.rule.as_deref(), self.choice) {
            (Some(rule), _) => lock_text(rule, about, scope),
            (None, "record") => {
                format!("{title} is to be recorded in every calendar: {by} says so.")
            }
            (None, "skip") => {
                format!("{title} will not be recorded in any calendar: {by} says so.")
            }
            _ => format!("{by} took back what was chosen for {title}."),
        }];
        lines.extend(holds(self).map(str::to_owned));
        match self.obstacle {
            Some(obstacle) => lines.push(obstacle_text(obstacle).to_owned()),
            None if self.takes_effect == TakesEffect::Now => {
                let copies = usize::try_from(self.copies.unwrap_or_default());
                let copies = counted(copies.unwrap_or(usize::MAX), "copy", "copies");
                lines.push(format!(
                    "It holds for {copies}, which were changed at once."
                ));
            }
            None if self.takes_effect == TakesEffect::Locked => {}
            None if self.sync_request == Delivery::NotNeeded => {}
            None => lines.push(sentence(
                &self.sync_request,
                "A sync of the event was requested, so all copies take it in at once.",
            )),
        }
        if self.bot_stays {
            lines.push("The bot stays in the call, since another meeting shares it.".to_owned());
        }
        lines.join("\n")
    }

    fn exit_code(&self) -> u8 {
        0
    }
}

/// What holds for the meeting, if that is not the own choice.
fn holds(set: &MeetingOverrideSet) -> Option<&'static str> {
    let in_force = set.in_force.filter(|choice| *choice != set.choice)?;
    Some(if in_force == OverrideChoice::Skip.as_str() {
        "It is not recorded, since another person says so."
    } else {
        "It is recorded, since an operator says so."
    })
}
