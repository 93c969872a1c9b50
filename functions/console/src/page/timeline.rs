//! What happened to an event, newest first: its verdicts, what people chose, the calls to Recall and
//! the statuses of its bots.

use callsheet_api::activity::ActivityKind;
use callsheet_api::explain::{
    CallSummary, ChoiceSummary, Explanation, MEETING, OutcomeSummary, VerdictSummary,
};
use callsheet_domain::Timestamp;
use maud::{Markup, html};

use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// The timeline of an event. Of things at one instant, the one that followed from the other comes
/// first.
pub(super) fn timeline(explanation: &Explanation, view: &View<'_>) -> Markup {
    let bot = &explanation.bot;
    let mut things: Vec<(Timestamp, Markup)> = Vec::new();
    let made = explanation.choices.iter().rev();
    things.extend(made.map(|made| (made.at, choice(made))));
    let pause = explanation.pause.iter();
    things.extend(pause.map(|pause| {
        let until = instant(view, pause.until);
        let words = html! { bdi { (pause.by) } " " (texts::PAUSED_RECORDING) " " (until) };
        (pause.at, words)
    }));
    let before = std::iter::once(None).chain(explanation.verdicts.iter().map(Some));
    let verdicts = explanation.verdicts.iter().zip(before);
    things.extend(verdicts.map(|(past, before)| (past.at, verdict(past, before))));
    things.extend(bot.calls.iter().map(|made| (made.at, call(made))));
    let bots = bot.earlier.iter().chain(&bot.outcome);
    things.extend(bots.flat_map(statuses));
    things.sort_by_key(|(at, _)| *at);
    html! {
        @if things.is_empty() { p.muted { (texts::NOTHING_HAPPENED) } }
        ol.timeline {
            @for (at, words) in things.iter().rev() {
                li { span.muted { (instant(view, *at)) } div { (words) } }
            }
        }
    }
}

fn verdict(past: &VerdictSummary, before: Option<&VerdictSummary>) -> Markup {
    let words = |past: &VerdictSummary| format!("{} by {}", past.verdict, past.rule);
    html! {
        (texts::POLICY_REVISION) " " (past.policy) ": " (words(past))
        @if let Some(before) = before { " (" (texts::VERDICT_BEFORE) " " (words(before)) ")" }
    }
}

fn choice(made: &ChoiceSummary) -> Markup {
    let chose = match made.action {
        ActivityKind::Record => texts::CHOSE_RECORD,
        ActivityKind::Skip => texts::CHOSE_SKIP,
        ActivityKind::ClearAll => texts::CLEARED_ALL,
        _ => texts::CHOSE_POLICY,
    };
    let what = match made.scope {
        MEETING => texts::THE_MEETING_FOR_ALL,
        "series" => texts::THE_SERIES,
        _ => texts::THE_EVENT,
    };
    html! {
        bdi { (made.by) } " " (chose) " " (what)
        @if let Some(key) = &made.via { p.muted { (texts::VIA) " " code { (key) } } }
    }
}

fn call(made: &CallSummary) -> Markup {
    html! {
        (made.call.replace('-', " ")) ": " (made.outcome)
        @if made.is_late { ", " (texts::LATE_CALL) }
        p.muted dir="auto" { (made.cause.replace('-', " ")) @if let Some(reason) = &made.reason { ": " (reason) } }
    }
}

/// The statuses of a bot whose times are known, each once.
fn statuses(outcome: &OutcomeSummary) -> Vec<(Timestamp, Markup)> {
    let joined = outcome
        .joined_at
        .map(|at| (at, html! { (texts::BOT_JOINED) }));
    let recorded = outcome
        .recorded_at
        .map(|at| (at, html! { (texts::BOT_RECORDED) }));
    let present = html! {
        (texts::BOT) ": " (outcome.phase.replace('_', " "))
        @if let Some(because) = outcome.because { ", " (because) }
    };
    // Since then it is in the call or records, as the other lines say.
    let is_said = matches!(outcome.phase, "in_call" if joined.is_some())
        || matches!(outcome.phase, "recording" if recorded.is_some());
    let present = (!is_said).then_some((outcome.since, present));
    joined.into_iter().chain(recorded).chain(present).collect()
}
