//! How many meetings were recorded, and why the others were not, for operators.

use std::collections::BTreeMap;

use callsheet_api::coverage::{Coverage, CoverageGroup, Totals};
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::page::coverage_links::{events_of_group, events_of_period};
use crate::page::heat_map::heat_map;
use crate::page::icon::Icon;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of the coverage of a period.
pub(crate) fn coverage(coverage: &Coverage, _view: &View<'_>) -> Markup {
    let is_partial = !coverage.missing_days.is_empty() || !coverage.unreadable_decisions.is_empty();
    html! {
        section.page data-title=(texts::COVERAGE) data-every="120" {
            div.head { div {
                h1 tabindex="-1" { (texts::COVERAGE) }
                p.muted { (span_words(coverage)) }
                p.muted { (texts::COVERAGE_DETAIL) }
            } }
            (filters(coverage))
            @if is_partial { p.callout { (Icon::Attention.markup()) (texts::MISSING_DAYS) } }
            div.tiles data-key="tiles" { (tiles(&coverage.totals)) }
            @if coverage.totals.seen == 0 {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (texts::NO_MEETINGS) } }
            } @else {
                @if coverage.by == "day" {
                    div.scroll tabindex="0" role="region" aria-label=(texts::HEAT_MAP) data-key="days" { (heat_map(coverage)) }
                }
                section data-key="lost" { h2 { (texts::LOST) } (lost(coverage)) }
                div.scroll tabindex="0" role="region" aria-label=(texts::COVERAGE) data-key="groups" {
                    (table(coverage))
                }
            }
        }
    }
}

fn span_words(coverage: &Coverage) -> String {
    let words = |date: Date| date.strftime("%a %-d %b %Y").to_string();
    format!("{} – {}", words(coverage.from), words(coverage.until))
}

/// What the meetings may be grouped by, with the words for it.
const GROUPS: [(&str, &str); 5] = [
    ("day", texts::DAY),
    ("calendar", texts::CALENDAR),
    ("rule", texts::RULE),
    ("platform", texts::PLATFORM),
    ("class", texts::RESULT),
];

fn filters(coverage: &Coverage) -> Markup {
    let (until, by) = (coverage.until, coverage.by);
    let days = [(6, texts::WEEK), (29, texts::MONTH)];
    let since = |days: i32| until.saturating_sub(days.days());
    html! {
        div.filters {
            nav aria-label=(texts::GROUPED_BY) {
                @for (name, word) in GROUPS {
                    a href={ "#/coverage?by=" (name) "&from=" (coverage.from) "&until=" (until) }
                        aria-current=[(name == by).then_some("true")] { (word) }
                }
            }
            nav aria-label=(texts::PERIOD) {
                @for (days, word) in days {
                    a href={ "#/coverage?by=" (by) "&from=" (since(days)) "&until=" (until) }
                        aria-current=[(since(days) == coverage.from).then_some("true")] { (word) }
                }
            }
        }
    }
}

fn tiles(totals: &Totals) -> Markup {
    let percent = totals.percent.map(|percent| format!("{percent} %"));
    let percent = percent.unwrap_or_else(|| "–".to_owned());
    let minutes = |minutes: Option<f64>| {
        minutes.map_or_else(|| "–".to_owned(), |minutes| format!("{minutes:.1}"))
    };
    let recorded = format!("{} {} {}", totals.recorded, texts::OF, totals.wanted);
    let half = minutes(totals.minutes_to_join_median);
    let half = format!("{} {half}", texts::MINUTES_MEDIAN);
    html! {
        (tile(texts::RECORDED_OF, &percent, &recorded))
        (tile(texts::LOST, &totals.lost().to_string(), &lost_words(&totals.lost)))
        (tile(texts::MINUTES_TO_JOIN, &minutes(totals.minutes_to_join_p95), &half))
    }
}

fn tile(name: &str, number: &str, detail: &str) -> Markup {
    html! { div.tile { p.muted { (name) } p.number { (number) } p.muted { (detail) } } }
}

fn table(coverage: &Coverage) -> Markup {
    let name = GROUPS.into_iter().find(|(name, _)| *name == coverage.by);
    html! {
        table {
            thead { tr {
                th scope="col" { (name.map_or(coverage.by, |(_, word)| word)) }
                th.number scope="col" { (texts::WANTED) }
                th.number scope="col" { (texts::JOINED) }
                th.number scope="col" { (texts::RECORDED_OF) }
                th scope="col" { (texts::LOST) }
            } }
            tbody { @for group in &coverage.groups { (row(coverage, group)) } }
        }
    }
}

fn row(coverage: &Coverage, group: &CoverageGroup) -> Markup {
    let totals = &group.totals;
    let name = name(coverage, group);
    let linked = |count: u64, result: &str| linked(count, events_of_group(coverage, group, result));
    html! {
        tr {
            th scope="row" {
                @match (&group.name, coverage.by) {
                    (Some(id), "calendar") => a href={ "#/calendars/" (id) "/agenda" } { bdi { (name) } },
                    _ => bdi { (name) },
                }
            }
            td.number { (linked(totals.wanted, "wanted")) }
            td.number { (totals.joined) }
            td.number {
                @if totals.wanted > 0 {
                    meter min="0" max=(totals.wanted) value=(totals.recorded)
                        aria-label={ (texts::RECORDED_OF) ", " (name) } { (totals.recorded) }
                    " "
                }
                (linked(totals.recorded, "recorded"))
            }
            td { @if totals.lost() > 0 { (linked(totals.lost(), "lost")) ": " (lost_words(&totals.lost)) } }
        }
    }
}

/// A count, with a link to the list behind it if there is one.
fn linked(count: u64, address: Option<String>) -> Markup {
    html! {
        @match address.filter(|_| count > 0) {
            Some(address) => a href=(address) { (count) },
            None => (count),
        }
    }
}

/// The name of a group, as a person reads it.
fn name(coverage: &Coverage, group: &CoverageGroup) -> String {
    let Some(name) = &group.name else {
        return texts::NOT_KEPT.to_owned();
    };
    match coverage.by {
        "day" => name.parse::<Date>().map_or_else(
            |_| name.clone(),
            |day| day.strftime("%a %-d %b").to_string(),
        ),
        "calendar" => group.owner.clone().unwrap_or_else(|| name.clone()),
        "class" | "platform" => name.replace('_', " "),
        _ => name.clone(),
    }
}

/// Why meetings were not recorded, and how many of the wanted ones.
fn lost(coverage: &Coverage) -> Markup {
    let totals = &coverage.totals;
    let lost = by_number(&totals.lost);
    html! {
        @if lost.is_empty() { p.muted { (texts::NONE) } } @else {
            dl.facts {
                @for (loss, number) in lost {
                    div {
                        dt { (loss.replace('_', " ")) }
                        dd { (linked(number, events_of_period(coverage, loss))) " " (texts::OF) " " (totals.wanted) }
                    }
                }
            }
        }
    }
}

/// The reasons, the most frequent first.
fn by_number(lost: &BTreeMap<&'static str, u64>) -> Vec<(&'static str, u64)> {
    let lost = lost.iter().map(|(loss, number)| (*loss, *number));
    let mut lost: Vec<_> = lost.filter(|(_, number)| *number > 0).collect();
    lost.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    lost
}

/// The same as words.
fn lost_words(lost: &BTreeMap<&'static str, u64>) -> String {
    let lost = by_number(lost);
    if lost.is_empty() {
        return texts::NONE.to_owned();
    }
    let words = lost
        .into_iter()
        .map(|(loss, number)| format!("{} {number}", loss.replace('_', " ")));
    words.collect::<Vec<_>>().join(" · ")
}
