//! The events of a day in all calendars, or in those of the address, for operators.

use callsheet_api::events::{EventEntry, EventList};
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::page::agenda::find;
use crate::page::badge::{State, is_over};
use crate::page::icon::Icon;
use crate::page::instant::{date, day, span};
use crate::page::pages::pages;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a page of events. `next` is the query of the next page.
pub(crate) fn events(list: &EventList, next: Option<&str>, view: &View<'_>) -> Markup {
    let shown = shown(view);
    html! {
        section.page data-title=(day_words(shown, view)) data-every="30" {
            div.head { div {
                h1 tabindex="-1" { (day(view, shown)) }
                p.muted { (texts::ALL_CALENDARS) " · " (texts::TIMES_IN) " " (view.zone_name()) }
            } }
            (filters(shown, view))
            @if !list.unreadable_decisions.is_empty() {
                p.callout { (Icon::Attention.markup()) (texts::UNREADABLE_EVENTS) }
            }
            @if list.events.is_empty() {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (texts::NO_EVENTS_OF_DAY) } }
            }
            ol.rows { @for event in &list.events { (row(event, view)) } }
            (pages("#/events", (next, texts::MORE), view))
        }
    }
}

/// The day that is shown: that of the begin of the period.
fn shown(view: &View<'_>) -> Date {
    let from = view.parameter("from").and_then(|from| from.parse().ok());
    date(view, from.unwrap_or(view.now))
}

/// The page's name for histories: of today the word, of another day the date.
fn day_words(shown: Date, view: &View<'_>) -> String {
    if shown == date(view, view.now) {
        texts::TODAY.to_owned()
    } else {
        shown.to_string()
    }
}

/// The query of a day with filters.
fn query(day: Date, filter: Option<(&str, &str)>, view: &View<'_>) -> String {
    let begin = |day: Date| {
        day.to_zoned(view.zone.clone())
            .map(|begin| begin.timestamp())
    };
    let mut parts = Vec::new();
    // The begin of a day is not said of today, so that the page goes on with the next day.
    if day != date(view, view.now)
        && let (Ok(from), Ok(until)) = (begin(day), begin(day.saturating_add(1.day())))
    {
        parts.push(format!("from={from}&until={until}"));
    }
    parts.extend(filter.map(|(name, value)| format!("{name}={value}")));
    if parts.is_empty() {
        String::new()
    } else {
        format!("?{}", parts.join("&"))
    }
}

fn filters(shown: Date, view: &View<'_>) -> Markup {
    let today = date(view, view.now);
    let days = [
        (today.saturating_sub(1.day()), texts::YESTERDAY),
        (today, texts::TODAY),
        (today.saturating_add(1.day()), texts::TOMORROW),
    ];
    let of = [
        (None, texts::ALL),
        (Some(("verdict", "record")), texts::TO_RECORD),
        (Some(("verdict", "skip")), texts::SKIPPED),
        (Some(("bot", "abandoned")), texts::NOT_SCHEDULED),
    ];
    let mut names = ["verdict", "bot"].into_iter();
    let chosen = names.find_map(|name| Some((name, view.parameter(name)?)));
    let chosen = chosen.as_ref().map(|(name, value)| (*name, value.as_str()));
    html! {
        div.filters {
            nav aria-label=(texts::DAYS) {
                @for (day, word) in days {
                    a href={ "#/events" (query(day, chosen, view)) } aria-current=[(day == shown).then_some("true")] { (word) }
                }
            }
            nav aria-label=(texts::FILTERS) {
                @for (filter, word) in of {
                    a href={ "#/events" (query(shown, filter, view)) } aria-current=[(filter == chosen).then_some("true")] { (word) }
                }
            }
            @if view.sees_titles { (find(texts::FIND, view)) }
        }
    }
}

fn row(event: &EventEntry, view: &View<'_>) -> Markup {
    let id = &event.id;
    let state = State {
        is_recorded: event.verdict == "record",
        lock: event.locked.then_some(event.rule.as_str()),
        is_over: is_over(event.ends_at, view.now),
        bot: event.bot,
        outcome: event.outcome,
        is_outdated: false,
    };
    let title = event.title.as_deref().unwrap_or(texts::UNTITLED);
    let calendar = event.owner.as_deref().unwrap_or(&event.calendar);
    html! {
        li.row data-key={ "event-" (id) } {
            div.when { (span(view, event.starts_at, event.ends_at)) }
            div.what {
                div.line {
                    h2 { a id={ "link-" (id) } href={ "#/events/" (id) } dir="auto" { (title) } }
                    div.state { (state.badge()) }
                }
                p.reason { a href={ "#/calendars/" (event.calendar) "/agenda" } { bdi { (calendar) } } }
                p.reason dir="auto" { (event.reason) }
                @for alert in &event.alerts {
                    p.warn { (Icon::Attention.markup()) span { (alert.sentence) " " (alert.advice) } }
                }
            }
        }
    }
}
