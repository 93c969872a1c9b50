//! What people overrode in a calendar, each with the control that sets it back.

use callsheet_api::override_list::{OverrideEntry, OverrideList, PauseEntry};
use callsheet_api::overrides::Scope as Of;
use maud::{Markup, html};

use crate::page::badge::is_over;
use crate::page::control::{Scope, control};
use crate::page::icon::Icon;
use crate::page::instant::{instant, moment};
use crate::page::pages::pages;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a page of the overrides of a calendar. `next` is the query of the next page.
pub(crate) fn overrides(
    list: &OverrideList,
    (calendar, next): (&str, Option<&str>),
    view: &View<'_>,
) -> Markup {
    html! {
        section.page data-title=(texts::OVERRIDES) data-every="20" {
            p.back { a id="back" href={ "#/calendars/" (calendar) "/agenda" } { (Icon::Back.markup()) (texts::BACK) } }
            div.head { div {
                h1 tabindex="-1" { (texts::OVERRIDES) }
                p.muted { (texts::OVERRIDES_DETAIL) }
            } }
            @for pause in &list.pauses { (pause_words(pause, view)) }
            @if !list.unreadable.is_empty() {
                p.callout { (Icon::Attention.markup()) (texts::SOMETHING_UNREADABLE) }
            }
            @if list.overrides.is_empty() && next.is_none() {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (texts::NO_OVERRIDES) } }
            } @else {
                ol.rows { @for (place, set) in list.overrides.iter().enumerate() { (row((place, set), view)) } }
            }
            (pages(&format!("#/calendars/{calendar}/overrides"), (next, texts::MORE), view))
        }
    }
}

fn pause_words(pause: &PauseEntry, view: &View<'_>) -> Markup {
    html! {
        p.callout data-key="paused" {
            (Icon::Pause.markup())
            span { (texts::PAUSED_UNTIL) " " (instant(view, pause.until)) ", " (texts::PAUSED_BY) " " bdi { (pause.by) } "." }
        }
    }
}

fn row((place, set): (usize, &OverrideEntry), view: &View<'_>) -> Markup {
    let (scope, name, of) = match set.scope {
        // What holds for everybody is set and taken back on the page of the event.
        Of::Meeting => (None, "meeting", texts::WHOLE_MEETING),
        Of::Event => (Some(Scope::Event), "event", texts::THIS_EVENT),
        Of::Series | Of::IcalUid => (Some(Scope::Series), "series", texts::WHOLE_SERIES),
    };
    let key = set.event_id.as_deref().unwrap_or(&set.id);
    let key = match scope {
        // Several people may have chosen something for one meeting.
        None => format!("{name}-{key}-{place}"),
        Some(_) => format!("{name}-{key}"),
    };
    let title = set.title.as_deref().unwrap_or(texts::UNTITLED);
    let choice = if set.choice == "record" {
        html! { span class="badge record" { (Icon::Record.markup()) (texts::RECORD) } }
    } else {
        html! { span class="badge skip" { (Icon::Skip.markup()) (texts::SKIP) } }
    };
    html! {
        li.row.wide id={ "row-" (key) } data-row {
            div.what data-key={ "what-" (key) } {
                div.line {
                    h2 {
                        @match &set.event_id {
                            Some(id) => a id={ "link-" (key) } href={ "#/events/" (id) } dir="auto" { (title) },
                            None => span dir="auto" { (texts::NO_EVENT_KNOWN) },
                        }
                    }
                    (choice)
                }
                p.reason {
                    (of)
                    @if let Some(at) = set.starts_at {
                        ", " @if scope == Some(Scope::Series) { (texts::NEXT_EVENT) " " } (instant(view, at))
                    }
                }
                p.reason { (texts::SET_BY) " " bdi { (set.by) } ", " (instant(view, set.at)) }
            }
            @if let (Some(scope), Some(id), true) = (scope, &set.event_id, view.is_writer()) {
                @match obstacle(set, scope, view) {
                    Some(obstacle) => p.reason data-key={ "obstacle-" (key) } { (obstacle) },
                    None => (control(scope, (id, Some(set.choice)), &question(set, (of, title), view))),
                }
            }
            div.message data-message {}
        }
    }
}

/// Why it changes nothing to set an override, if it does not. Of a series more events may come
/// than are known.
fn obstacle(set: &OverrideEntry, scope: Scope, view: &View<'_>) -> Option<&'static str> {
    let is_over = set.ends_at.is_some_and(|at| is_over(at, view.now));
    match scope {
        Scope::Event if is_over => Some(texts::IS_OVER),
        _ if set.locked && !is_over => Some(texts::IS_LOCKED),
        _ => None,
    }
}

fn question(set: &OverrideEntry, (of, title): (&str, &str), view: &View<'_>) -> String {
    let at = set.starts_at.map(|at| format!(", {}", moment(view, at)));
    format!("{of}: {title}{}", at.unwrap_or_default())
}
