//! The list of calendars, for operators.

use callsheet_api::calendars::{CalendarList, CalendarRow};
use maud::{Markup, html};

use crate::page::agenda::find;
use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::pages::pages;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a page of calendars. `next` is the query of the next page.
pub(crate) fn calendars(list: &CalendarList, next: Option<&str>, view: &View<'_>) -> Markup {
    let has_problem = view.parameter("problem").is_some();
    html! {
        section.page data-title=(texts::CALENDARS) data-every="20" {
            div.head { div {
                h1 tabindex="-1" { (texts::CALENDARS) }
                p.muted { (texts::TIMES_IN) " " (view.zone_name()) }
            } }
            div.filters {
                nav aria-label=(texts::FILTERS) {
                    a href="#/calendars?meetings=true" aria-current=[(!has_problem).then_some("true")] { (texts::ALL) }
                    a href="#/calendars?meetings=true&problem=true" aria-current=[has_problem.then_some("true")] { (texts::WITH_PROBLEM) }
                }
                (find(texts::FIND_CALENDAR, view))
            }
            @if list.calendars.is_empty() {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (texts::NO_CALENDARS) } }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(texts::CALENDARS) {
                    table {
                        thead { tr {
                            th scope="col" { (texts::OWNER) }
                            th scope="col" { (texts::STATUS) }
                            th scope="col" { (texts::SYNCED) }
                            th.number scope="col" { (texts::MEETINGS) }
                            th.number scope="col" { (texts::SKIPPED_COUNT) }
                            th scope="col" { (texts::PAUSED) }
                        } }
                        tbody { @for calendar in &list.calendars { (row(calendar, view)) } }
                    }
                }
            }
            (pages("#/calendars", (next, texts::MORE), view))
        }
    }
}

fn row(calendar: &CalendarRow, view: &View<'_>) -> Markup {
    let meetings = calendar.meetings.as_ref();
    html! {
        tr data-key={ "calendar-" (calendar.id) } {
            th scope="row" {
                a href={ "#/calendars/" (calendar.id) "/agenda" } { bdi { (calendar.owner.as_deref().unwrap_or(&calendar.id)) } }
                @if let Some(problem) = &calendar.problem { p.warn { (Icon::Attention.markup()) span { (problem) } } }
            }
            td { (calendar.status) }
            td { @match calendar.synced_at { Some(at) => (instant(view, at)), None => (texts::NEVER) } }
            td.number { @if let Some(counts) = meetings { (counts.record) } }
            td.number { @if let Some(counts) = meetings { (counts.skip) } }
            td { @if let Some(until) = calendar.paused_until { (instant(view, until)) } }
        }
    }
}
