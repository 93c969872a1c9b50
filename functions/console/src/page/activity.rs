//! What people did in a calendar, newest first.

use callsheet_api::activity::ActivityKind;
use callsheet_api::calendar_activity::{CalendarActivity, CalendarActivityEntry};
use callsheet_api::overrides::Scope;
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::pages::pages;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a page of the activity in a calendar. `next` is the query of the next page.
pub(crate) fn activity(activity: &CalendarActivity, next: Option<&str>, view: &View<'_>) -> Markup {
    html! {
        section.page data-title=(texts::ACTIVITY) data-every="20" {
            p.back { a id="back" href={ "#/calendars/" (activity.calendar) "/agenda" } { (Icon::Back.markup()) (texts::BACK) } }
            div.head { div {
                h1 tabindex="-1" { (texts::ACTIVITY) }
                p.muted { @if let Some(owner) = &activity.owner { bdi { (owner) } " · " } (texts::TIMES_IN) " " (view.zone_name()) }
                p.muted { (texts::ACTIVITY_DETAIL) }
            } }
            @if !activity.unreadable.is_empty() {
                p.callout { (Icon::Attention.markup()) (texts::SOMETHING_UNREADABLE) }
            }
            @if activity.actions.is_empty() && next.is_none() {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (texts::NO_ACTIVITY) } }
            } @else {
                ol.timeline.log data-key="actions" { @for action in &activity.actions { (entry(action, view)) } }
            }
            (pages(&format!("#/calendars/{}/activity", activity.calendar), (next, texts::MORE), view))
        }
    }
}

fn entry(action: &CalendarActivityEntry, view: &View<'_>) -> Markup {
    html! {
        li {
            span.muted { (instant(view, action.at)) }
            div {
                p { bdi { (action.by) } " " (words(action, view)) }
                @if let Some(key) = &action.via { p.muted { (texts::VIA) " " code { (key) } } }
            }
        }
    }
}

fn words(action: &CalendarActivityEntry, view: &View<'_>) -> Markup {
    let chose = match action.action {
        ActivityKind::Record => Some(texts::CHOSE_RECORD),
        ActivityKind::Skip => Some(texts::CHOSE_SKIP),
        ActivityKind::Clear => Some(texts::CHOSE_POLICY),
        ActivityKind::ClearAll => Some(texts::CLEARED_ALL),
        ActivityKind::Disconnect => return html! { (texts::DISCONNECTED_IT) },
        ActivityKind::Pause | ActivityKind::Resume | ActivityKind::PolicyPush => None,
    };
    html! {
        @match (chose, action.until) {
            (Some(chose), _) => { (chose) " " (event(action, view)) },
            (None, Some(until)) if action.action == ActivityKind::Pause => {
                (texts::PAUSED_RECORDING) " " (instant(view, until))
            },
            _ => (texts::RESUMED_RECORDING),
        }
    }
}

/// What an override is for.
fn event(action: &CalendarActivityEntry, view: &View<'_>) -> Markup {
    let title = action.title.as_deref().unwrap_or(texts::UNTITLED);
    html! {
        @if matches!(action.scope, Some(Scope::Series | Scope::IcalUid)) { (texts::THE_SERIES) " " }
        @match (&action.event_id, action.starts_at) {
            (Some(id), Some(at)) => { a href={ "#/events/" (id) } dir="auto" { (title) } ", " (instant(view, at)) },
            _ => code { (action.id.as_deref().unwrap_or_default()) },
        }
        @if action.scope == Some(Scope::Meeting) { " " (texts::FOR_THE_MEETING) }
    }
}
