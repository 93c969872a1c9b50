//! The overview of the stack, for operators.

use callsheet_api::status::{CallsOfMinute, Health, MeetingCounts, Status};
use callsheet_domain::Timestamp;
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::retried::{retry, retry_all};
use crate::page::texts;
use crate::page::view::View;

/// The fragment of the status.
pub(crate) fn overview(status: &Status, view: &View<'_>) -> Markup {
    let health = &status.health;
    html! {
        section.page data-title=(texts::OVERVIEW) data-every="15" data-row {
            div.head { div {
                h1 tabindex="-1" { (texts::OVERVIEW) }
                p.muted { (texts::TIMES_IN) " " (view.zone_name()) }
            } }
            div.tiles data-key="tiles" {
                (meetings(texts::TO_RECORD_TODAY, &status.meetings.today))
                (meetings(texts::TO_RECORD_TOMORROW, &status.meetings.tomorrow))
                (tile(texts::CALENDARS, status.totals.calendars, &format!("{} {}", status.totals.needing_full_sync, texts::NEED_SYNC)))
                (tile(texts::CALLS_DUE, health.due.decisions, &queue(health)))
                (calls(&status.calls))
            }
            div.message data-message {}
            section data-key="findings" { h2 { (texts::NEEDS_ATTENTION) } (findings(status, view)) }
            section data-key="activity" { h2 { (texts::LAST_ACTIVITY) } (activity(health, view)) }
        }
    }
}

fn tile(name: &str, number: usize, detail: &str) -> Markup {
    html! { div.tile { p.muted { (name) } p.number { (number) } p.muted { (detail) } } }
}

fn meetings(name: &str, counts: &MeetingCounts) -> Markup {
    let all = counts.record + counts.skip;
    tile(
        name,
        counts.record,
        &format!("{} {all} {}", texts::OF, texts::UPCOMING),
    )
}

/// The calls of the last minute, with those of each kind that were made, of its limit.
fn calls(calls: &[CallsOfMinute]) -> Markup {
    let made = calls.iter().filter(|one| one.last_minute > 0);
    let number: u32 = made.clone().map(|one| one.last_minute).sum();
    html! {
        div.tile {
            p.muted { (texts::CALLS_TO_RECALL) }
            p.number { (number) }
            p.muted { (texts::IN_LAST_MINUTE) }
            @for one in made {
                p.muted { (one.operation.replace('-', " ")) " " (one.last_minute) " " (texts::OF) " " (one.limit) }
            }
        }
    }
}

fn queue(health: &Health) -> String {
    let queue = health.sync_queue.known();
    let waiting = queue.map(|queue| queue.ready + queue.in_flight + queue.delayed);
    let waiting = waiting.map_or(texts::UNKNOWN.to_owned(), |waiting| waiting.to_string());
    format!("{waiting} {}", texts::WAITING)
}

fn findings(status: &Status, view: &View<'_>) -> Markup {
    let (findings, totals) = (&status.health.findings, &status.totals);
    let is_well = findings.is_empty() && totals.problems.is_empty() && status.alerts.count() == 0;
    html! {
        @if is_well {
            p.well { (Icon::Done.markup()) strong { (texts::HEALTHY) ". " } (texts::HEALTHY_DETAIL) }
        }
        ul.findings {
            @for finding in findings {
                li { (Icon::Attention.markup()) div { strong { (finding.problem) } p.muted { (finding.advice) } } }
            }
            @for one in &totals.problems {
                li { (Icon::Attention.markup()) div {
                    a href={ "#/calendars/" (one.id) "/agenda" } { bdi { (one.owner.as_deref().unwrap_or(&one.id)) } }
                    p.muted { (one.problem) }
                } }
            }
        }
        (alerts(status, view))
        @if !status.abandoned.meetings.is_empty() {
            h3 { (texts::GIVEN_UP) }
            @if status.abandoned.meetings.len() > 1 { p { (retry_all(view)) } }
            ul.findings {
                @for meeting in &status.abandoned.meetings {
                    li { (Icon::Attention.markup()) div {
                        a href={ "#/events/" (meeting.event_id) } dir="auto" { (meeting.title.as_deref().unwrap_or(texts::UNTITLED)) }
                        ", " (instant(view, meeting.starts_at))
                        p.muted dir="auto" { (meeting.reason) }
                        (retry(&meeting.event_id, view))
                    } }
                }
            }
        }
    }
}

/// What a person in the call can still do about meetings that run.
fn alerts(status: &Status, view: &View<'_>) -> Markup {
    let alerts = &status.alerts;
    let more = alerts.count() - alerts.first.len();
    html! {
        @if alerts.count() > 0 {
            h3 { (texts::STILL_SAVED) " (" (alerts.count()) ")" }
            ul.findings {
                @for one in &alerts.first {
                    li { (Icon::Attention.markup()) div {
                        a href={ "#/events/" (one.event_id) } dir="auto" { (one.title.as_deref().unwrap_or(texts::UNTITLED)) }
                        ", " (instant(view, one.starts_at)) ": " (one.alert.sentence)
                        @if let Some(since) = one.since { " " (texts::SINCE) " " (instant(view, since)) "." }
                        p.muted dir="auto" { (one.alert.advice) }
                    } }
                }
            }
            @if more > 0 { p.muted { (more) " " (texts::MORE_ALERTS) } }
        }
    }
}

fn activity(health: &Health, view: &View<'_>) -> Markup {
    let rows: [(&str, Option<Timestamp>); 5] = [
        (texts::LAST_WEBHOOK, health.webhook_accepted_at),
        (texts::LAST_BOT_WEBHOOK, health.bot_webhook_accepted_at),
        (texts::LAST_SYNC, health.synced_at),
        (texts::LAST_RESYNC, health.resynced_at),
        (texts::LAST_RUN, health.scheduler_ran_at),
    ];
    html! {
        dl.facts {
            @for (name, at) in rows {
                div { dt { (name) } dd { @match at { Some(at) => (instant(view, at)), None => (texts::NEVER) } } }
            }
        }
    }
}
