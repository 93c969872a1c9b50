//! A policy, for operators.

use callsheet_api::policy::PolicyRevisionDocument;
use maud::{Markup, html};

use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a policy.
pub(crate) fn policy(policy: &PolicyRevisionDocument, view: &View<'_>) -> Markup {
    let document = serde_json::to_string_pretty(&policy.document);
    html! {
        section.page data-title=(texts::POLICY) data-every="60" {
            div.head { div {
                h1 tabindex="-1" { (texts::POLICY) }
                p.muted data-key="pushed" {
                    @if policy.revision == 0 { (texts::BUILT_IN) } @else {
                        (texts::REVISION) " " (policy.revision) ", "
                        @if policy.is_active { (texts::ACTIVE) } @else { (texts::NOT_ACTIVE) }
                        @if let Some(at) = policy.at { ", " (texts::PUSHED) " " (instant(view, at)) }
                        @if let Some(by) = &policy.by { ", " bdi { (by) } }
                    }
                }
                @if let Some(note) = &policy.note { p data-key="note" dir="auto" { (note) } }
            } }
            pre.document tabindex="0" data-key="document" { code { (document.unwrap_or_default()) } }
        }
    }
}
