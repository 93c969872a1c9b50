//! A policy, and those that were pushed, for operators.

use callsheet_api::policy::{Entry, History, PolicyRevisionDocument};
use callsheet_domain::PolicyRevision;
use maud::{Markup, html};

use crate::page::difference::{Line, difference};
use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::pages::pages;
use crate::page::playground::{Playground, playground};
use crate::page::texts;
use crate::page::view::View;

/// Lines that are shown around a changed one.
const AROUND: usize = 3;

/// The text of a policy and that of the active one.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) text: String,
    pub(crate) active: String,
}

/// The fragment of the active policy; with a playground, if the caller may push another one over
/// it.
pub(crate) fn policy(
    policy: &PolicyRevisionDocument,
    tried: Option<&Playground>,
    view: &View<'_>,
) -> Markup {
    html! {
        section.page data-title=(texts::POLICY) data-every="60" {
            div.head {
                div { h1 tabindex="-1" { (texts::POLICY) } (pushed(policy, view)) }
                p { a id="history" href="#/policies" { (texts::HISTORY) } }
            }
            @match tried {
                Some(tried) => (playground(tried)),
                None => (document(policy)),
            }
        }
    }
}

/// The fragment of one of the policies that were pushed.
pub(crate) fn policy_revision(
    policy: &PolicyRevisionDocument,
    difference: Option<&Difference>,
    view: &View<'_>,
) -> Markup {
    html! {
        section.page data-title=(texts::POLICY) data-every="60" {
            p.back { a id="back" href="#/policies" { (Icon::Back.markup()) (texts::HISTORY) } }
            div.head { div {
                h1 tabindex="-1" { (texts::REVISION) " " (policy.revision) }
                (pushed(policy, view))
            } }
            @if let Some(difference) = difference {
                section data-key="difference" { h2 { (texts::DIFFERENCE) } (changes(difference)) }
            }
            section data-key="text" { h2 { (texts::WHOLE_POLICY) } (document(policy)) }
        }
    }
}

/// The fragment of a page of the policies that were pushed. `next` is the query of the next page.
pub(crate) fn policies(
    history: &History,
    (active, next): (Option<PolicyRevision>, Option<&str>),
    view: &View<'_>,
) -> Markup {
    html! {
        section.page data-title=(texts::HISTORY) data-every="60" {
            p.back { a id="back" href="#/policy" { (Icon::Back.markup()) (texts::POLICY) } }
            div.head { div {
                h1 tabindex="-1" { (texts::HISTORY) }
                p.muted { (texts::TIMES_IN) " " (view.zone_name()) }
            } }
            @if history.policies.is_empty() {
                div.empty { p { strong { (texts::NOTHING_HERE) } } p.muted { (texts::BUILT_IN) } }
            } @else {
                ol.timeline.log data-key="policies" {
                    @for entry in &history.policies {
                        (pushed_policy(entry, active == Some(PolicyRevision(entry.revision)), view))
                    }
                }
            }
            (pages("#/policies", (next, texts::MORE), view))
        }
    }
}

fn pushed_policy(entry: &Entry, is_active: bool, view: &View<'_>) -> Markup {
    html! {
        li {
            span.muted { (instant(view, entry.at)) }
            div {
                p {
                    a id={ "policy-" (entry.revision) } href={ "#/policies/" (entry.revision) } { (texts::REVISION) " " (entry.revision) }
                    @if is_active { ", " (texts::ACTIVE) }
                    ", " bdi { (entry.by) }
                }
                @if let Some(key) = &entry.via { p.muted { (texts::VIA) " " code { (key) } } }
                @if let Some(note) = &entry.note { p dir="auto" { (note) } }
            }
        }
    }
}

/// Which policy it is, when and by whom it was pushed, and why.
fn pushed(policy: &PolicyRevisionDocument, view: &View<'_>) -> Markup {
    html! {
        p.muted data-key="pushed" {
            @if policy.revision == 0 { (texts::BUILT_IN) } @else {
                (texts::REVISION) " " (policy.revision) ", "
                @if policy.is_active { (texts::ACTIVE) } @else { (texts::NOT_ACTIVE) }
                @if let Some(at) = policy.at { ", " (texts::PUSHED) " " (instant(view, at)) }
                @if let Some(by) = &policy.by { ", " bdi { (by) } }
            }
        }
        // It is always there, so that another note replaces this part and not the page.
        p data-key="note" dir="auto" { (policy.note.as_deref().unwrap_or_default()) }
    }
}

/// The lines that differ from the active policy, each with a sign and a word, and some around them.
fn changes(texts: &Difference) -> Markup {
    let lines = difference(&texts.text, &texts.active);
    let is_changed = |line: &Line<'_>| !matches!(line, Line::Same(_));
    if !lines.iter().any(is_changed) {
        return html! { p { (texts::NO_DIFFERENCE) } };
    }
    let is_near = |place: usize| {
        let first = place.saturating_sub(AROUND);
        let last = lines.len().min(place + AROUND + 1);
        lines[first..last].iter().any(is_changed)
    };
    html! {
        p.muted { (texts::DIFFERENCE_DETAIL) }
        pre.document.difference tabindex="0" {
            @for (place, line) in lines.iter().enumerate() {
                @if is_near(place) { (changed_line(*line)) }
                @else if place.checked_sub(1).is_none_or(is_near) { span.muted { "…\n" } }
            }
        }
    }
}

fn changed_line(line: Line<'_>) -> Markup {
    html! {
        @match line {
            Line::Same(text) => { "  " (text) "\n" },
            Line::Removed(text) => del { span.unseen { (texts::ONLY_HERE) " " } "− " (text) "\n" },
            Line::Added(text) => ins { span.unseen { (texts::ONLY_ACTIVE) " " } "+ " (text) "\n" },
        }
    }
}

fn document(policy: &PolicyRevisionDocument) -> Markup {
    let text = serde_json::to_string_pretty(&policy.document).unwrap_or_default();
    html! {
        pre.document tabindex="0" data-key="document" { code { (text) } }
    }
}
