//! What a policy would change in one calendar, or several.

use callsheet_api::preview::{
    CalendarPreview, Comparison, Counts, MeetingPreview, SpendingForecast,
};
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// The most meetings that are shown of a calendar.
const MOST: usize = 100;

/// The fragment of a preview. Its attributes have the numbers, which the page adds up.
pub(crate) fn previewed(comparison: &Comparison, view: &View<'_>) -> Markup {
    let total = &comparison.total;
    html! {
        div.previewed data-gains=(total.gains) data-loses=(total.loses) data-changes=(total.changes)
            data-keeps=(total.keeps)
        {
            @for one in &comparison.calendars { (calendar(one, view)) }
            (remarks(comparison))
        }
    }
}

fn calendar(calendar: &CalendarPreview, view: &View<'_>) -> Markup {
    let more = calendar.meetings.len().saturating_sub(MOST);
    html! {
        h3 { bdi { (calendar.owner.as_deref().unwrap_or(&calendar.id)) } }
        p.muted { (counted(&calendar.counts)) }
        @if !calendar.meetings.is_empty() {
            ol.changes {
                @for one in calendar.meetings.iter().take(MOST) { li { (meeting(one, view)) } }
            }
        }
        @if more > 0 { p.muted { (more) " " (texts::MORE_CHANGES) } }
    }
}

fn counted(counts: &Counts) -> String {
    if counts.gains + counts.loses + counts.changes == 0 {
        return format!(
            "{} {} {}",
            texts::NOTHING_CHANGES,
            counts.keeps,
            texts::KEPT
        );
    }
    let parts = [
        (counts.gains, texts::GAINS),
        (counts.loses, texts::LOSES),
        (counts.changes, texts::CHANGES),
        (counts.keeps, texts::KEEPS),
    ];
    let parts = parts.map(|(count, name)| format!("{} {count}", name.to_lowercase()));
    parts.join(" · ")
}

fn meeting(meeting: &MeetingPreview, view: &View<'_>) -> Markup {
    let (kind, icon, text) = match meeting.effect {
        "gains" => ("record", Icon::Record, texts::GAINS_BOT),
        "loses" => ("skip", Icon::Skip, texts::LOSES_BOT),
        _ => ("done", Icon::Decided, texts::CHANGES_BOT),
    };
    html! {
        div.line {
            span.when { (instant(view, meeting.starts_at)) }
            strong dir="auto" { (meeting.title.as_deref().unwrap_or(texts::UNTITLED)) }
            span class={ "badge " (kind) } { (icon.markup()) (text) }
        }
        p.reason {
            bdi { (meeting.rule_before.as_deref().unwrap_or(texts::NO_RULE)) }
            " " (Icon::Decided.markup()) span.unseen { (texts::BECOMES) } " "
            bdi { (meeting.rule_after) } ": "
            span dir="auto" { (meeting.reason) }
            @if !meeting.changed_fields.is_empty() {
                " " (texts::CHANGED_FIELDS) " " (meeting.changed_fields.join(", ")) "."
            }
        }
    }
}

fn remarks(comparison: &Comparison) -> Markup {
    let Counts { failed, .. } = comparison.total;
    let unreadable = comparison.unreadable.len() + comparison.unreadable_decisions.len();
    let warnings = [
        (failed > 0).then(|| format!("{failed} {}", texts::EXPRESSIONS_FAIL)),
        (unreadable > 0).then(|| format!("{unreadable} {}", texts::NOT_PREVIEWED)),
        (!comparison.unreadable_calendars.is_empty())
            .then(|| texts::CALENDAR_NOT_PREVIEWED.to_owned()),
        comparison
            .changes_deduplication
            .then(|| texts::PUSH_WILL_BE_REFUSED.to_owned()),
        (!comparison.newly_shared.is_empty()).then(|| {
            let shared = comparison.newly_shared.len();
            format!("{shared} {}", texts::WOULD_SHARE)
        }),
    ];
    html! {
        p.muted { (spending(&comparison.spending)) }
        @for warning in warnings.iter().flatten() {
            p.warn { (Icon::Attention.markup()) span { (warning) } }
        }
        @for warning in &comparison.warnings {
            p.warn { (Icon::Attention.markup()) span { (warning.message) } }
        }
    }
}

/// Bots and hours, as `callsheet preview` has them.
fn spending(forecast: &SpendingForecast) -> String {
    let tenths = (forecast.minutes + 3) / 6;
    let hours = format!("{}.{} {}", tenths / 10, tenths % 10, texts::HOURS);
    let bots = match forecast.bots {
        1 => format!("1 {}", texts::ONE_BOT),
        bots => format!("{bots} {}", texts::BOTS),
    };
    let sum = match &forecast.estimate {
        Some(estimate) => format!(", {} {estimate}", texts::ABOUT),
        None => String::new(),
    };
    let above = match forecast.exceeded.len() {
        0 => String::new(),
        periods => format!(" {periods} {}", texts::ABOVE_CAPS),
    };
    format!("{}: {bots}, {hours}{sum}.{above}", texts::UPCOMING_BOTS)
}
