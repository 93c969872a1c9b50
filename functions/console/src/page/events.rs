//! The events of a day or of another period, in all calendars or in those of the address, for
//! operators.

use callsheet_api::events::{EventEntry, EventList};
use callsheet_domain::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::page::agenda::find;
use crate::page::badge::{State, is_over};
use crate::page::icon::Icon;
use crate::page::instant::{date, day, instant, span_words};
use crate::page::pages::pages;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a page of events. `next` is the query of the next page.
pub(crate) fn events(list: &EventList, next: Option<&str>, view: &View<'_>) -> Markup {
    let period = Period::of(view);
    let calendars = if view.has("calendar") {
        texts::CHOSEN_CALENDARS
    } else {
        texts::ALL_CALENDARS
    };
    let nothing = match period {
        Period::Day(_) => texts::NO_EVENTS_OF_DAY,
        Period::Span(..) => texts::NO_EVENTS_OF_PERIOD,
    };
    html! {
        section.page data-title=(period.name(view)) data-every="30" data-rows {
            div.head { div {
                h1 tabindex="-1" { (period.heading(view)) }
                p.muted { (calendars) " · " (texts::TIMES_IN) " " (view.zone_name()) }
                @if let Some(result) = view.parameter("result") {
                    p.muted { (texts::AS_COUNTED) " " (result.replace('_', " ")) }
                }
            } }
            (filters(period, view))
            @if !list.unreadable_decisions.is_empty() {
                p.callout { (Icon::Attention.markup()) (texts::UNREADABLE_EVENTS) }
            }
            @if list.events.is_empty() {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (nothing) } }
            }
            @for (date, events) in by_day(&list.events, view) {
                section.day {
                    @if let Period::Span(..) = period { h2 data-key={ "day-" (date) } { (day(view, date)) } }
                    ol.rows { @for event in events { (row(event, period, view)) } }
                }
            }
            (pages("#/events", (next, texts::MORE), view))
        }
    }
}

/// What a page shows.
#[derive(Debug, Clone, Copy)]
enum Period {
    /// A day of the view.
    Day(Date),
    /// From one instant to another, as the address names them.
    Span(Timestamp, Timestamp),
}

impl Period {
    /// The period of the address; today, if it names none.
    fn of(view: &View<'_>) -> Self {
        let instant = |name: &str| view.parameter(name)?.parse::<Timestamp>().ok();
        let from = instant("from");
        let shown = date(view, from.unwrap_or(view.now));
        match (from, instant("until")) {
            (Some(from), Some(until))
                if begin(view, shown) != Some(from)
                    || begin(view, shown.saturating_add(1.day())) != Some(until) =>
            {
                Self::Span(from, until)
            }
            _ => Self::Day(shown),
        }
    }

    fn heading(self, view: &View<'_>) -> Markup {
        match self {
            Self::Day(shown) => day(view, shown),
            Self::Span(from, until) => {
                html! { (instant(view, from)) " " (texts::TO) " " (instant(view, until)) }
            }
        }
    }

    /// The page's name for histories: of today the word, of another day the date.
    fn name(self, view: &View<'_>) -> String {
        match self {
            Self::Day(shown) if shown == date(view, view.now) => texts::TODAY.to_owned(),
            Self::Day(shown) => shown.to_string(),
            Self::Span(..) => texts::PERIOD.to_owned(),
        }
    }
}

/// When a day of the view begins.
fn begin(view: &View<'_>, day: Date) -> Option<Timestamp> {
    let begin = day.to_zoned(view.zone.clone()).ok()?;
    Some(begin.timestamp())
}

/// The events of each day of the view, in order.
fn by_day<'a>(events: &'a [EventEntry], view: &View<'_>) -> Vec<(Date, &'a [EventEntry])> {
    let days = events.chunk_by(|one, next| date(view, one.starts_at) == date(view, next.starts_at));
    days.map(|events| (date(view, events[0].starts_at), events))
        .collect()
}

/// The query of a day, with the calendars and the filter of the page. The begin of a day is not
/// said of today, so that the page goes on with the next day.
fn query_of_day(day: Date, view: &View<'_>) -> String {
    let mut parts = vec![view.query_of(&["calendar", "verdict", "bot"])];
    if day != date(view, view.now)
        && let (Some(from), Some(until)) =
            (begin(view, day), begin(view, day.saturating_add(1.day())))
    {
        parts.push(format!("from={from}&until={until}"));
    }
    joined(parts)
}

/// The query of the page's period and calendars, with another filter.
fn query_of_filter(filter: Option<(&str, &str)>, view: &View<'_>) -> String {
    let mut parts = vec![view.query_of(&["calendar", "from", "until"])];
    parts.extend(filter.map(|(name, value)| format!("{name}={value}")));
    joined(parts)
}

fn joined(mut parts: Vec<String>) -> String {
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return String::new();
    }
    format!("?{}", parts.join("&"))
}

fn filters(period: Period, view: &View<'_>) -> Markup {
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
    let is_shown = |day: Date| matches!(period, Period::Day(shown) if shown == day);
    // A page behind a count has filters that none of these is.
    let has_others = ["rule", "outcome", "result", "needs_attention"]
        .iter()
        .any(|name| view.has(name));
    let mut names = ["verdict", "bot"].into_iter();
    let chosen = names.find_map(|name| Some((name, view.parameter(name)?)));
    let chosen = chosen.as_ref().map(|(name, value)| (*name, value.as_str()));
    let is_chosen = |filter| !has_others && filter == chosen;
    html! {
        div.filters {
            nav aria-label=(texts::DAYS) {
                @for (day, word) in days {
                    a href={ "#/events" (query_of_day(day, view)) } aria-current=[is_shown(day).then_some("true")] { (word) }
                }
            }
            nav aria-label=(texts::FILTERS) {
                @for (filter, word) in of {
                    a href={ "#/events" (query_of_filter(filter, view)) } aria-current=[is_chosen(filter).then_some("true")] { (word) }
                }
            }
            @if view.sees_titles { (find(texts::FIND, view)) }
        }
    }
}

/// An event. Its title is a heading below that of its day, which may be that of the page.
fn row(event: &EventEntry, period: Period, view: &View<'_>) -> Markup {
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
    let link = html! { a href={ "#/events/" (id) } dir="auto" { (title) } };
    html! {
        li.row id={ "row-" (id) } {
            time.when datetime=(event.starts_at) { (span_words(view, event.starts_at, event.ends_at)) }
            div.what {
                div.line {
                    @match period {
                        Period::Day(_) => h2 { (link) },
                        Period::Span(..) => h3 { (link) },
                    }
                    div.state { (state.badge()) }
                }
                p.reason { a href={ "#/calendars/" (event.calendar) "/agenda" } { (calendar) } }
                p.reason dir="auto" { (event.reason) }
                @for alert in &event.alerts {
                    p.warn { (Icon::Attention.markup()) span { (alert.sentence) " " (alert.advice) } }
                }
            }
        }
    }
}
