//! The disconnection of a calendar: what happens, one question, and then how far it has come.

use callsheet_api::delivery::Delivery;
use callsheet_api::disconnection::{CalendarDisconnection, DisconnectionRequested, Removal};
use callsheet_domain::CalendarStatus;
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// While a disconnection is carried out, the page looks this often, in seconds.
const WHILE_CARRIED_OUT: u32 = 2;
/// Otherwise. What is shown is what is confirmed, so it is not to change under the reader.
const WHILE_READ: u32 = 120;

/// The fragment of a disconnection. `tag` names the effects that it shows.
pub(crate) fn disconnection(
    disconnection: &CalendarDisconnection,
    tag: &str,
    view: &View<'_>,
) -> Markup {
    let removal = &disconnection.removal;
    let is_done = removal.status == CalendarStatus::Deleted.as_str();
    let is_asked = disconnection.requested.is_some() && !is_done;
    let every = if is_asked {
        WHILE_CARRIED_OUT
    } else {
        WHILE_READ
    };
    html! {
        section.page.narrow data-title=(texts::DISCONNECTING) data-every=(every) data-row {
            p.back { a id="back" href={ "#/calendars/" (removal.calendar) "/agenda" } { (Icon::Back.markup()) (texts::BACK) } }
            h1 tabindex="-1" {
                @if is_done || is_asked { (texts::DISCONNECTION_OF) " " bdi { (name(removal)) } }
                @else { (texts::DISCONNECT) " " bdi { (name(removal)) } "?" }
            }
            @if is_done || is_asked {
                p.well data-key={ "asked-" (is_done) } role="status" {
                    (if is_done { Icon::Done } else { Icon::Decided }.markup())
                    span { (if is_done { texts::IS_DISCONNECTED } else { texts::DISCONNECT_ASKED }) }
                }
                @if let Some(requested) = &disconnection.requested {
                    p.muted data-key="by" {
                        (texts::ASKED_BY) " " bdi { (requested.by) } ", " (instant(view, requested.at))
                    }
                }
            } @else {
                (effects(removal, tag))
                (question(removal))
                div.message data-message {}
            }
        }
    }
}

/// The address that is typed to confirm; the id of a calendar whose owner is not known.
fn name(removal: &Removal) -> &str {
    removal.owner.as_deref().unwrap_or(&removal.calendar)
}

fn effects(removal: &Removal, tag: &str) -> Markup {
    let of = |count: usize, one: &'static str, many: &'static str| {
        html! { strong { (count) } " " (if count == 1 { one } else { many }) }
    };
    html! {
        div.card data-key="effects" data-match=(tag) {
            h2 { (texts::EFFECTS) }
            ul.effects {
                li { (of(removal.meetings, texts::MEETING_FORGOTTEN, texts::MEETINGS_FORGOTTEN)) }
                li {
                    @if removal.bots == 0 { (texts::NO_BOT_REMOVED) }
                    @else { (of(removal.bots, texts::BOT_REMOVED, texts::BOTS_REMOVED)) }
                }
                @if removal.shared_bots > 0 {
                    li { (of(removal.shared_bots, texts::ONE_BOT_STAYS, texts::BOTS_STAY)) }
                }
            }
            @if !removal.unreadable.is_empty() {
                p.warn { (Icon::Attention.markup()) span { (texts::MAY_HAVE_BOTS) } }
            }
            p.muted { (texts::NO_WAY_BACK) }
        }
    }
}

fn question(removal: &Removal) -> Markup {
    let calendar = &removal.calendar;
    html! {
        form.confirm data-key="question" {
            label for="confirm" { (texts::TYPE_ADDRESS) " " code { (name(removal)) } }
            input id="confirm" name="confirm" type="text" required pattern=(exactly(name(removal)))
                autocomplete="off" autocapitalize="off" spellcheck="false";
            div.answers {
                a.button id="keep" href={ "#/calendars/" (calendar) "/agenda" } { (texts::KEEP_IT) }
                button.danger type="button" id="disconnect" data-method="PUT"
                    data-path={ "v1/calendars/" (calendar) "/disconnection" } { (texts::DISCONNECT) }
            }
        }
    }
}

/// A pattern of HTML that only this text matches, in any case of its letters.
fn exactly(text: &str) -> String {
    let of = |char: char| match char {
        char if char.is_ascii_alphabetic() => {
            format!(
                "[{}{}]",
                char.to_ascii_lowercase(),
                char.to_ascii_uppercase()
            )
        }
        char if char.is_ascii_digit() || !char.is_ascii() => char.to_string(),
        char => format!("\\x{:02x}", u32::from(char)),
    };
    text.chars().map(of).collect()
}

/// What is said once the wish is stored.
pub(crate) fn disconnection_saved(asked: &DisconnectionRequested) -> Markup {
    let is_late = matches!(asked.sync_request, Delivery::NotSent(_));
    html! {
        p.saved {
            (texts::DISCONNECT_ASKED) " "
            @if is_late { (texts::WITH_NEXT_RESYNC) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_matches_the_address_and_nothing_else() {
        assert_eq!(exactly("a.B+1@x"), r"[aA]\x2e[bB]\x2b1\x40[xX]");
    }
}
