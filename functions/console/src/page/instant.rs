//! Instants in the time zone of a view. The exact one is in the attribute `datetime`.

use callsheet_domain::Timestamp;
use jiff::Zoned;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::page::texts;
use crate::page::view::View;

/// Hours and minutes.
pub(super) fn time(view: &View<'_>, at: Timestamp) -> Markup {
    html! { time datetime=(at) { (local(view, at).strftime("%H:%M")) } }
}

/// Begin and end of a meeting. The end has its day if that is another one.
pub(super) fn span(view: &View<'_>, starts_at: Timestamp, ends_at: Timestamp) -> Markup {
    let is_one_day = date(view, starts_at) == date(view, ends_at);
    html! {
        (time(view, starts_at)) "–"
        @if is_one_day { (time(view, ends_at)) } @else { (instant(view, ends_at)) }
    }
}

/// Day, hours and minutes.
pub(super) fn instant(view: &View<'_>, at: Timestamp) -> Markup {
    html! { time datetime=(at) { (moment(view, at)) } }
}

/// The same without markup.
pub(super) fn moment(view: &View<'_>, at: Timestamp) -> String {
    let (local, now) = (local(view, at), local(view, view.now));
    if local.date() == now.date() {
        return format!(
            "{} {}",
            texts::TODAY.to_lowercase(),
            local.strftime("%H:%M")
        );
    }
    let pattern = if local.year() == now.year() {
        "%a %-d %b, %H:%M"
    } else {
        "%a %-d %b %Y, %H:%M"
    };
    local.strftime(pattern).to_string()
}

/// The day of an instant.
pub(super) fn date(view: &View<'_>, at: Timestamp) -> Date {
    local(view, at).date()
}

/// A day, with its weekday, and whether it is today or tomorrow.
pub(super) fn day(view: &View<'_>, day: Date) -> Markup {
    let today = date(view, view.now);
    let near = match day {
        day if day == today => Some(texts::TODAY),
        day if today.tomorrow().is_ok_and(|tomorrow| day == tomorrow) => Some(texts::TOMORROW),
        _ => None,
    };
    let pattern = if day.year() == today.year() {
        "%A %-d %B"
    } else {
        "%A %-d %B %Y"
    };
    html! {
        @if let Some(near) = near { span.near { (near) ", " } }
        span.date { (day.strftime(pattern)) }
    }
}

fn local(view: &View<'_>, at: Timestamp) -> Zoned {
    at.to_zoned(view.zone.clone())
}
