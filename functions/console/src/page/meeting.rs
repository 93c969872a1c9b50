//! What people chose for the whole meeting of an event, and who may change it.

use callsheet_api::explain::{Explanation, MEETING, OverrideSummary};
use callsheet_auth::Role;
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// The body of a request that says no.
pub(super) const NO: &str = r#"{"override":"skip"}"#;
/// The body of one that says yes, for everybody.
const YES: &str = r#"{"override":"record"}"#;

/// The path of the own choice for the meeting of an event.
pub(super) fn no_path(event: &str) -> String {
    format!("v1/events/{event}/meeting/override")
}

/// The part of an event's page about the whole meeting.
pub(super) fn meeting(explanation: &Explanation, view: &View<'_>) -> Markup {
    let path = no_path(&explanation.event_id);
    let choices = || {
        let set = explanation.overrides.iter();
        set.filter(|set| set.scope == MEETING)
    };
    let own = choices().find(|set| set.is_by(view.name));
    let has_others = choices().any(|set| !set.is_by(view.name));
    let is_operator = view.role == Role::Operator;
    let has_no = choices().any(|set| set.choice == "skip");
    html! {
        section.card.meeting data-key="meeting" {
            h2 { (texts::WHOLE_MEETING) }
            @for set in choices() { (choice(set, view)) }
            @if has_no && has_others && !is_operator { p.muted { (texts::WHO_MAY_CLEAR) } }
            @if view.is_writer() && !explanation.is_over {
                div.answers {
                    @if own.is_none_or(|set| set.choice != "skip") {
                        button.quiet type="button" id="meeting-no" data-path=(path) data-method="PUT" data-body=(NO) {
                            (texts::NO_FOR_EVERYONE)
                        }
                    }
                    @if own.is_some() {
                        button.quiet type="button" id="meeting-back" data-path=(path) data-method="DELETE" {
                            (texts::TAKE_BACK)
                        }
                    }
                    @if is_operator && own.is_none_or(|set| set.choice != "record") {
                        button.quiet type="button" id="meeting-yes" data-path=(path) data-method="PUT" data-body=(YES) {
                            (texts::YES_FOR_EVERYONE)
                        }
                    }
                    @if is_operator && has_others {
                        button.quiet type="button" id="meeting-clear" data-path={ (path) "?all=true" } data-method="DELETE" {
                            (texts::CLEAR_FOR_EVERYONE)
                        }
                    }
                }
            }
        }
    }
}

fn choice(set: &OverrideSummary, view: &View<'_>) -> Markup {
    let (icon, says) = if set.choice == "skip" {
        (Icon::Skip, texts::SAID_NO)
    } else {
        (Icon::Record, texts::SAID_YES)
    };
    html! {
        p.said { (icon.markup()) span { bdi { (set.by) } " " (says) " " (instant(view, set.at)) "." } }
    }
}
