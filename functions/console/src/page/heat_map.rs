//! The days of a period as a table of weeks: how much of each day was recorded, in colour and text.

use std::collections::BTreeMap;

use callsheet_api::coverage::{Coverage, Totals};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use maud::{Markup, html};

use crate::page::coverage_links::events_of_day;
use crate::page::texts;

/// The table of a coverage by day.
pub(super) fn heat_map(coverage: &Coverage) -> Markup {
    let by_day: BTreeMap<Date, &Totals> = coverage
        .groups
        .iter()
        .filter_map(|group| Some((group.name.as_ref()?.parse().ok()?, &group.totals)))
        .collect();
    let first = coverage.from;
    let offset = i64::from(first.weekday().since(Weekday::Monday));
    let first = first.saturating_sub(offset.days());
    let weeks = std::iter::successors(Some(first), |monday| monday.checked_add(1.week()).ok());
    let weeks = weeks.take_while(|monday| *monday <= coverage.until);
    html! {
        table.heat {
            caption { (texts::HEAT_MAP) }
            thead { tr {
                th scope="col" { (texts::WEEK_FROM) }
                @for day in days(first) { th scope="col" { abbr title=(day.strftime("%A")) { (day.strftime("%a")) } } }
            } }
            tbody {
                @for monday in weeks {
                    tr {
                        th scope="row" { (monday.strftime("%-d %b")) }
                        @for day in days(monday) {
                            @if day < coverage.from || day > coverage.until { td {} }
                            @else { (cell(coverage, day, by_day.get(&day).copied())) }
                        }
                    }
                }
            }
        }
    }
}

fn days(monday: Date) -> impl Iterator<Item = Date> {
    (0..7_i64).map(move |number| monday.saturating_add(number.days()))
}

fn cell(coverage: &Coverage, day: Date, totals: Option<&Totals>) -> Markup {
    let name = day.strftime("%a %-d %b");
    let wanted = totals.filter(|totals| totals.wanted > 0);
    let Some((totals, percent)) = wanted.and_then(|one| Some((one, one.percent?))) else {
        let words = if coverage.missing_days.contains(&day) {
            texts::DAY_NOT_KEPT
        } else {
            texts::NOTHING_TO_RECORD
        };
        return html! { td { span.unseen { (name) ": " (words) } span aria-hidden="true" { "·" } } };
    };
    let words = html! {
        span.unseen { (name) ": " (totals.recorded) " " (texts::OF) " " (totals.wanted) " " (texts::WERE_RECORDED) }
        span aria-hidden="true" { (percent) " %" }
    };
    html! {
        td class=(level(percent)) {
            @match events_of_day(coverage, day, "wanted") {
                Some(address) => a href=(address) { (words) },
                None => (words),
            }
        }
    }
}

/// The colour of a share.
fn level(percent: u64) -> &'static str {
    match percent {
        100.. => "all",
        95.. => "most",
        80.. => "many",
        _ => "few",
    }
}
