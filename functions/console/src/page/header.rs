//! The top of every page: where the holder of the token may go.

use callsheet_api::me::{Me, MyCalendar};
use maud::{Markup, html};

use crate::page::texts;

/// The navigation of the holder of a token.
pub(crate) fn header(me: &Me) -> Markup {
    let calendars = me.calendars.as_deref().unwrap_or_default();
    let is_operator = ["reader", "operator"].contains(&me.role);
    let home = match (is_operator, calendars.first()) {
        (true, _) => Some("/status".to_owned()),
        (false, Some(first)) => Some(agenda_of(first)),
        (false, None) => me
            .event
            .as_ref()
            .map(|event| format!("/events/{event}/consent")),
    };
    html! {
        div.top data-home=[home] data-zone=[me.zone.as_deref()] {
            a.brand href="#" { (texts::PRODUCT) }
            nav aria-label=(texts::NAVIGATION) {
                @if is_operator {
                    a href="#/status" { (texts::OVERVIEW) }
                    a href="#/events" { (texts::TODAY) }
                    a href="#/calendars?meetings=true" { (texts::CALENDARS) }
                    a href="#/coverage" { (texts::COVERAGE) }
                    a href="#/policy" { (texts::POLICY) }
                } @else if calendars.len() > 1 {
                    @for calendar in calendars {
                        a href={ "#" (agenda_of(calendar)) } { (name(calendar)) }
                    }
                }
            }
            div.own {
                label { span.unseen { (texts::TIME_ZONE) } select id="zone" data-zones {} }
                @if me.role != "participant" { button.quiet type="button" id="open-keys" data-keys=(keys_of(me)) { (texts::KEYS) } }
                span.who { bdi { (me.name) } @if is_operator { ", " (me.role) } }
            }
        }
    }
}

/// What the keys are good for: a reader has nothing to decide.
fn keys_of(me: &Me) -> &'static str {
    if me.role == "reader" {
        "read"
    } else {
        "decide"
    }
}

fn agenda_of(calendar: &MyCalendar) -> String {
    format!("/calendars/{}/agenda", calendar.id)
}

fn name(calendar: &MyCalendar) -> &str {
    calendar.owner.as_deref().unwrap_or(texts::A_CALENDAR)
}
