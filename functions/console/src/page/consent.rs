//! The page of a participant, with one question: may this meeting be recorded?

use callsheet_api::meeting_override::Consent;
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::instant::{date, day, instant, moment, span};
use crate::page::meeting::{NO, no_path};
use crate::page::texts;
use crate::page::view::View;

/// The fragment of the question.
pub(crate) fn consent(consent: &Consent, view: &View<'_>) -> Markup {
    let title = consent.title.as_deref().unwrap_or(texts::UNTITLED);
    let path = no_path(&consent.event_id);
    let is_no = consent.choice == Some("skip");
    html! {
        section.page.consent data-title=(texts::CONSENT) data-every="20" data-row {
            h1 tabindex="-1" dir="auto" { (title) }
            p.muted data-key="when" {
                (day(view, date(view, consent.starts_at))) ", "
                (span(view, consent.starts_at, consent.ends_at)) ", " (view.zone_name())
            }
            div.card data-key="choice" {
                h2 { (texts::MAY_IT_BE_RECORDED) }
                p.said {
                    @if let (true, Some(at)) = (is_no, consent.chosen_at) {
                        (Icon::Skip.markup()) span { (texts::YOU_SAID_NO) " " (instant(view, at)) "." }
                    } @else {
                        (Icon::Unknown.markup()) span { (texts::YOU_SAID_NOTHING) }
                    }
                }
                div.answers role="group" aria-label=(question(title, consent, view)) {
                    button type="button" id="yes" data-path=(path) data-method="DELETE" { (texts::ANSWER_YES) }
                    button type="button" id="no" data-path=(path) data-method="PUT" data-body=(NO) aria-pressed=(is_no) {
                        (texts::ANSWER_NO)
                    }
                }
            }
            div.message data-message {}
            p.muted data-key="help" { (texts::CONSENT_HELP) " " (instant(view, consent.ends_at)) "." }
        }
    }
}

fn question(title: &str, consent: &Consent, view: &View<'_>) -> String {
    let at = moment(view, consent.starts_at);
    format!("{} {title}, {at}", texts::MAY_IT_BE_RECORDED)
}
