//! What all rows of an agenda have alike: templates of the shell, so that it is not sent with each
//! row. The script puts them into the rows, with the id of the event in place of `{id}`, and its
//! title, day and times in place of `{name}`.

use maud::{Markup, html};

use crate::page::control::{Scope, control};
use crate::page::texts;

/// The name of the template that each row of an agenda gets.
pub(super) const OF_AGENDA: &str = "each-row";

/// The templates. A row that says what is chosen for its event or its series gets a control of it.
pub(super) fn templates() -> Markup {
    let of_row = |scope, what: &str| control(scope, ("{id}", None), &format!("{what}: {{name}}"));
    html! {
        template id=(OF_AGENDA) {
            div {
                div.more {
                    details id="why-{id}" data-src="v1/events/{id}?part=why" {
                        summary { (texts::WHY) }
                        div.loaded {}
                    }
                }
                div.message data-message {}
            }
        }
        template id="each-event" { (of_row(Scope::Event, texts::THIS_EVENT)) }
        template id="each-series" {
            details id="series-of-{id}" {
                summary { (texts::SERIES) }
                (of_row(Scope::Series, texts::WHOLE_SERIES))
            }
        }
    }
}
