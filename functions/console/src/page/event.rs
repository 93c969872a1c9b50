//! An event: what becomes of it and why, its controls, its bot and the calls to Recall.

use callsheet_api::explain::{AppliedState, BotState, Explanation, OutcomeSummary};
use maud::{Markup, html};

use crate::page::badge::State;
use crate::page::control::{Scope, control};
use crate::page::icon::Icon;
use crate::page::instant::{date, day, instant, moment, span};
use crate::page::meeting::meeting;
use crate::page::retried::retry;
use crate::page::texts;
use crate::page::timeline::timeline;
use crate::page::view::View;
use crate::page::why::why;

/// The fragment of an event, or with `part` only the explanation of its verdict, or its document.
pub(crate) fn event(explanation: &Explanation, view: &View<'_>) -> Markup {
    match view.parameter("part").as_deref() {
        Some("why") => return why(explanation, view),
        Some("json") => return json(explanation),
        _ => {}
    }
    let id = &explanation.event_id;
    let title = explanation.title.as_deref().unwrap_or(texts::UNTITLED);
    let state = state(explanation);
    let agenda = format!("#/calendars/{}/agenda", explanation.calendar.id);
    html! {
        section.page.event data-title=(texts::EVENT) data-every="5" data-row {
            p.back { a id="back" href=(agenda) { (Icon::Back.markup()) (texts::BACK) } }
            div.head {
                div {
                    h1 tabindex="-1" dir="auto" { (title) }
                    p.muted data-key="when" {
                        (day(view, date(view, explanation.starts_at))) ", "
                        (span(view, explanation.starts_at, explanation.ends_at))
                        ", " (view.zone_name())
                        @if let Some(owner) = &explanation.calendar.owner { " · " bdi { (owner) } }
                    }
                }
            }
            div.state.large data-key="state" data-unsettled[!state.is_settled()] { (state.badge()) }
            div.message data-message {}
            @if view.is_writer() && !explanation.is_over && !explanation.locked { (controls(explanation, (id, title), view)) }
            div.columns {
                section.card data-key="why" {
                    h2 { @if explanation.verdict == "record" { (texts::WHY_RECORDED) } @else { (texts::WHY_SKIPPED) } }
                    (why(explanation, view))
                }
                div {
                    (meeting(explanation, view))
                    section.card data-key="bot" { h2 { (texts::BOT) } (bot(explanation, view)) }
                    section.card data-key="timeline" { h2 { (texts::TIMELINE) } (timeline(explanation, view)) }
                }
            }
            details id="document" data-src={ "v1/events/" (id) "?part=json" } {
                summary { (texts::AS_JSON) }
                div.loaded {}
            }
            p.muted { (texts::COMMAND) ": " code { "callsheet explain " (id) } ", " (texts::COMMAND_FOR_JSON) " " code { "callsheet explain " (id) " --json" } }
        }
    }
}

/// The document that the API answers, as text.
fn json(explanation: &Explanation) -> Markup {
    let text = serde_json::to_string_pretty(explanation);
    html! { pre.document role="region" tabindex="0" aria-label=(texts::AS_JSON) { code { (text.unwrap_or_default()) } } }
}

fn state(explanation: &Explanation) -> State<'_> {
    let bot = &explanation.bot;
    let (inputs, meeting) = (explanation.inputs.overrides, explanation.inputs.meeting);
    State {
        is_recorded: explanation.verdict == "record",
        lock: explanation.locked.then_some(explanation.rule.as_str()),
        is_over: explanation.is_over,
        bot: state_of(bot),
        outcome: bot.outcome.as_ref().map(|outcome| outcome.phase),
        is_outdated: !explanation.locked
            && (inputs.newest > inputs.used || meeting.newest > meeting.used),
    }
}

/// The state of a bot, by the names of a list.
fn state_of(bot: &BotState) -> &'static str {
    match (&bot.applied, bot.step) {
        _ if bot.abandoned.is_some() => "abandoned",
        (AppliedState::Uncertain, _) => "uncertain",
        (_, step) if step != "nothing" && bot.attempts > 0 => "retrying",
        (_, step) if step != "nothing" => "due",
        (AppliedState::Nothing, _) => "none",
        (AppliedState::Dispatched { .. }, _) => "dispatched",
        _ => "scheduled",
    }
}

fn controls(explanation: &Explanation, (id, title): (&str, &str), view: &View<'_>) -> Markup {
    let choice = |scope: &str| {
        let mut overrides = explanation.overrides.iter();
        let set = overrides.find(|set| set.scope == scope && set.choice != "clear");
        set.map(|set| set.choice)
    };
    let question = |what: &str| format!("{what}: {title}, {}", moment(view, explanation.starts_at));
    html! {
        div.controls {
            div { span.label aria-hidden="true" { (texts::THIS_EVENT) }
                (control(Scope::Event, (id, choice("event")), &question(texts::THIS_EVENT))) }
            @if explanation.is_in_series {
                div { span.label aria-hidden="true" { (texts::WHOLE_SERIES) }
                    (control(Scope::Series, (id, choice("series")), &question(texts::WHOLE_SERIES))) }
            }
        }
    }
}

fn bot(explanation: &Explanation, view: &View<'_>) -> Markup {
    let bot = &explanation.bot;
    let is_none = bot.wanted.is_none() && bot.applied == AppliedState::Nothing;
    html! {
        @for alert in &bot.alerts {
            p.warn { (Icon::Attention.markup()) span { (alert.sentence) " " (alert.advice) } }
        }
        @if let Some(wanted) = &bot.wanted {
            p { @if let Some(name) = &wanted.name { strong dir="auto" { (name) } " " }
                (texts::JOINS) " " (instant(view, wanted.joins_at)) "." }
        }
        @if is_none && bot.outcome.is_none() { p.muted { (texts::NO_BOT) } }
        @if let Some(reason) = &bot.abandoned {
            p.warn { (Icon::Attention.markup()) span dir="auto" { (reason) } }
            @if !explanation.is_over { p { (retry(&explanation.event_id, view)) } }
        }
        @if let Some(error) = &bot.last_error { p.muted dir="auto" { (error) } }
        @if bot.is_unfollowed { p.muted { (texts::NOT_FOLLOWED) } }
        @if let Some(outcome) = &bot.outcome { (outcome_words(outcome, view)) }
        @if !bot.kept_by.is_empty() { p.muted { (texts::OTHER_COPIES) } }
    }
}

fn outcome_words(outcome: &OutcomeSummary, view: &View<'_>) -> Markup {
    html! {
        p {
            (outcome.phase.replace('_', " ")) ", " (instant(view, outcome.since))
            @if let Some(because) = outcome.because { ": " (because) }
            @if let Some(code) = &outcome.sub_code { " (" code { (code) } ")" }
        }
    }
}
