//! A policy, for operators.

use callsheet_api::policy::PolicyRevisionDocument;
use maud::{Markup, html};

use crate::page::instant::instant;
use crate::page::playground::{Playground, playground};
use crate::page::texts;
use crate::page::view::View;

/// The fragment of a policy; with a playground, if the caller may push another one over it.
pub(crate) fn policy(
    policy: &PolicyRevisionDocument,
    tried: Option<&Playground>,
    view: &View<'_>,
) -> Markup {
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
                // It is always there, so that another note replaces this part and not the page.
                p data-key="note" dir="auto" { (policy.note.as_deref().unwrap_or_default()) }
            } }
            @match tried {
                Some(tried) => (playground(tried)),
                None => (document(policy)),
            }
        }
    }
}

fn document(policy: &PolicyRevisionDocument) -> Markup {
    let text = serde_json::to_string_pretty(&policy.document).unwrap_or_default();
    html! {
        pre.document tabindex="0" data-key="document" { code { (text) } }
    }
}
