//! The buttons that have abandoned calls of Recall repeated, and what is said after that.

use callsheet_api::retry::Retried;
use maud::{Markup, html};

use crate::page::texts;
use crate::page::view::View;

/// The button for an event, for operators.
pub(super) fn retry(event: &str, view: &View<'_>) -> Markup {
    let (id, path) = (format!("retry-{event}"), format!("v1/events/{event}/retry"));
    button((&id, &path), texts::CALL_AGAIN, view)
}

/// The button for all events, for operators.
pub(super) fn retry_all(view: &View<'_>) -> Markup {
    button(("retry-all", "v1/retries"), texts::CALL_AGAIN_FOR_ALL, view)
}

fn button((id, path): (&str, &str), word: &str, view: &View<'_>) -> Markup {
    html! {
        @if view.is_operator() {
            button type="button" id=(id) data-method="POST" data-path=(path) { (word) }
        }
    }
}

/// Decisions that were reopened.
pub(crate) fn retried(retried: &Retried) -> Markup {
    let count = retried.meetings.len();
    html! {
        p.saved data-done=[(count > 0).then_some(texts::CALLED_AGAIN)] data-late=(texts::CALLED_LATER) {
            @match count {
                0 => (texts::NOT_GIVEN_UP),
                1 => (texts::IS_CALLED_AGAIN),
                count => { (texts::IS_CALLED_AGAIN_FOR) " " (count) " " (texts::MEETINGS_WORD) "." }
            }
            " "
            @if !retried.unreadable.is_empty() { (texts::SOMETHING_UNREADABLE) " " }
            @if retried.has_more { (texts::MORE_TO_CALL) }
        }
    }
}
