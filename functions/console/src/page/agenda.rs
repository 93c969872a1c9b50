//! The agenda of a calendar: its events by day, each with its badge, its reason and its control.

use callsheet_api::agenda::{Agenda, AgendaCounts, AgendaEvent};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::page::badge::{State, is_over};
use crate::page::control::BY_POLICY;
use crate::page::icon::Icon;
use crate::page::instant::{date, day, instant, span_words};
use crate::page::pages::pages;
use crate::page::rows::OF_AGENDA;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a page of an agenda. `next` is the query of the next page.
pub(crate) fn agenda(agenda: &Agenda, next: Option<&str>, view: &View<'_>) -> Markup {
    let address = format!("#/calendars/{}/agenda", agenda.calendar);
    html! {
        section.page data-title=(texts::AGENDA) data-every="20" data-rows=(OF_AGENDA) data-parts=".when, h3, .state, .reason" data-row {
            div.head {
                div {
                    h1 tabindex="-1" { (texts::AGENDA) }
                    p.muted {
                        @if let Some(owner) = &agenda.owner { bdi { (owner) } " · " }
                        (texts::TIMES_IN) " " (agenda.zone)
                    }
                }
                @if view.is_writer() && agenda.pause.is_none() { (pause_menu(&agenda.calendar)) }
            }
            div.message data-message {}
            (pause_callout(agenda, view))
            (filters(&address, agenda.counts, view))
            @if !agenda.unreadable_decisions.is_empty() || !agenda.unreadable.is_empty() {
                p.callout { (Icon::Attention.markup()) (texts::UNREADABLE_EVENTS) }
            }
            @if agenda.events.is_empty() { (empty(view)) }
            @for (date, events) in by_day(agenda, view) {
                section.day {
                    h2 data-key={ "day-" (date) } { (day(view, date)) }
                    ol.rows { @for event in events { (row(event, view)) } }
                }
            }
            (pages(&address, (next, texts::LATER), view))
            nav.foot aria-label=(texts::THIS_CALENDAR) {
                a href={ "#/calendars/" (agenda.calendar) "/overrides" } { (texts::OVERRIDES) }
                a href={ "#/calendars/" (agenda.calendar) "/activity" } { (texts::ACTIVITY) }
                @if view.is_writer() {
                    a href={ "#/calendars/" (agenda.calendar) "/disconnection" } { (texts::DISCONNECT_CALENDAR) }
                }
            }
        }
    }
}

/// The events of each day of the view, in order.
fn by_day<'a>(agenda: &'a Agenda, view: &View<'_>) -> Vec<(Date, Vec<&'a AgendaEvent>)> {
    let mut days: Vec<(Date, Vec<_>)> = Vec::new();
    for event in &agenda.events {
        let date = date(view, event.starts_at);
        match days.last_mut() {
            Some((last, events)) if *last == date => events.push(event),
            _ => days.push((date, vec![event])),
        }
    }
    days
}

/// An event, with what is chosen for it and its series, if the caller may choose.
fn row(event: &AgendaEvent, view: &View<'_>) -> Markup {
    let state = State {
        is_recorded: event.verdict == "record",
        lock: event.locked.then_some(event.rule.as_str()),
        is_over: is_over(event.ends_at, view.now),
        bot: event.bot,
        outcome: event.outcome,
        is_outdated: event.is_outdated,
    };
    let title = event.title.as_deref().unwrap_or(texts::UNTITLED);
    let has_control = view.is_writer() && !state.is_over && !event.locked;
    let chosen = |set: Option<&'static str>| has_control.then(|| set.unwrap_or(BY_POLICY));
    let of_series = chosen(event.overrides.series).filter(|_| event.is_in_series);
    html! {
        li.row id={ "row-" (event.id) } data-event=[chosen(event.overrides.event)] data-series=[of_series] {
            time.when datetime=(event.starts_at) { (span_words(view, event.starts_at, event.ends_at)) }
            div.what {
                div.line {
                    h3 { a href={ "#/events/" (event.id) } dir="auto" { (title) } }
                    div.state data-unsettled[!state.is_settled()] { (state.badge()) }
                }
                p.reason dir="auto" { (event.reason) }
            }
        }
    }
}

/// The filters, each with the number of its events, if all of the period are known.
fn filters(address: &str, counts: Option<AgendaCounts>, view: &View<'_>) -> Markup {
    let names = ["verdict", "needs_attention"];
    let given = names.into_iter();
    let given = given.filter_map(|name| Some(format!("?{name}={}", view.parameter(name)?)));
    let chosen: String = given.collect();
    let count = |of: fn(AgendaCounts) -> usize| counts.map(of);
    let of = [
        ("", texts::ALL, count(|counts| counts.all)),
        (
            "?verdict=record",
            texts::TO_RECORD,
            count(|counts| counts.record),
        ),
        ("?verdict=skip", texts::SKIPPED, count(|counts| counts.skip)),
        (
            "?needs_attention=true",
            texts::NEEDS_ATTENTION,
            count(|counts| counts.needs_attention),
        ),
    ];
    html! {
        div.filters {
            nav aria-label=(texts::FILTERS) {
                @for (place, (query, word, count)) in of.into_iter().enumerate() {
                    a href={ (address) (query) } aria-current=[(query == chosen).then_some("true")] {
                        // A link with the focus stays, and its number is updated.
                        (word) @if let Some(count) = count { " " span.number data-key={ "count-" (place) } { (count) } }
                    }
                }
            }
            @if view.sees_titles { (find(texts::FIND, view)) }
        }
    }
}

/// The field to find a text. What is typed is not in the page's address.
pub(super) fn find(label: &str, view: &View<'_>) -> Markup {
    html! {
        form.find role="search" data-find {
            input type="search" name="q" id="find" maxlength="200" aria-label=(label) placeholder=(label)
                value=[view.parameter("q")];
        }
    }
}

fn pause_menu(calendar: &str) -> Markup {
    let path = format!("v1/calendars/{calendar}/pause");
    let of = [
        ("PT1H", texts::FOR_AN_HOUR),
        ("P1D", texts::FOR_A_DAY),
        ("P7D", texts::FOR_A_WEEK),
    ];
    html! {
        details.menu id="pause" {
            summary.button { (Icon::Pause.markup()) (texts::PAUSE) }
            div.panel {
                @for (length, word) in of {
                    button type="button" id={ "pause-" (length) } data-method="PUT" data-path=(path)
                        data-body={ r#"{"for":""# (length) r#""}"# } { (word) }
                }
                p.muted { (texts::PAUSE_HELP) }
            }
        }
    }
}

fn pause_callout(agenda: &Agenda, view: &View<'_>) -> Markup {
    html! {
        @if let Some(pause) = &agenda.pause {
            div.callout data-key="paused" {
                (Icon::Pause.markup())
                span { (texts::PAUSED_UNTIL) " " (instant(view, pause.until)) ", " (texts::PAUSED_BY) " " bdi { (pause.by) } "." }
                @if view.is_writer() {
                    button type="button" id="resume" data-method="DELETE"
                        data-path={ "v1/calendars/" (agenda.calendar) "/pause" } { (texts::RESUME) }
                }
            }
        }
    }
}

fn empty(view: &View<'_>) -> Markup {
    let is_filtered = ["q", "verdict", "needs_attention", "bot"];
    let is_filtered = is_filtered
        .iter()
        .any(|name| view.parameter(name).is_some());
    let detail = if is_filtered {
        texts::NO_EVENTS_FOUND
    } else {
        texts::NO_EVENTS
    };
    html! { div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (detail) } } }
}
