//! The playground: the active policy in an editor, with its check, a preview and the push.
//!
//! Its script is loaded on this page only. All that it says is here, in attributes or templates.

use callsheet_api::calendars::{CalendarList, CalendarRow};
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::texts;

/// The longest note, in characters.
pub(crate) const LONGEST_NOTE: usize = 1_000;

/// What an operator tries another policy on.
#[derive(Debug, Clone)]
pub(crate) struct Playground {
    /// The active policy as it is edited.
    pub(crate) text: String,
    /// Its entity tag, which a push over it has to name.
    pub(crate) tag: String,
    /// The calendars whose preview is offered; none if the stack allows no preview.
    pub(crate) calendars: Option<CalendarList>,
}

/// The editor, and what can be done with its text. It is no part that is replaced when the policy
/// changes: the text of a person stays.
pub(super) fn playground(playground: &Playground) -> Markup {
    html! {
        div.playground data-playground data-match=(playground.tag) {
            div.editor {
                ol.lines aria-hidden="true" data-lines {}
                textarea id="policy" name="policy" wrap="off" spellcheck="false" autocomplete="off"
                    autocapitalize="off" aria-label=(texts::POLICY_TEXT) aria-describedby="lint"
                    rows=(playground.text.lines().count() + 1) { "\n" (playground.text) }
            }
            div.lint id="lint" data-lint { p.muted { (texts::IS_ACTIVE) } }
            p.warn data-overtaken hidden { (Icon::Attention.markup()) span { (texts::OVERTAKEN) } }
            div.answers {
                button type="button" id="push" data-push { (texts::PUSH) "…" }
                button.quiet type="button" id="discard" data-discard hidden { (texts::DISCARD) }
            }
            div.message data-message {}
            template data-newest { (newest()) }
            (question())
            @match &playground.calendars {
                Some(calendars) => (preview(calendars)),
                None => section { h2 { (texts::PREVIEW) } p.muted { (texts::NO_PREVIEWS) " " code { "callsheet preview" } "." } },
            }
        }
    }
}

/// What is shown when another policy was pushed meanwhile.
fn newest() -> Markup {
    html! {
        section.card {
            h2 { (texts::NEWEST) }
            p { (texts::NEWEST_DETAIL) }
            pre.document tabindex="0" role="region" aria-label=(texts::NEWEST) { code {} }
            div.answers { button type="button" data-over { (texts::PUSH_OVER) "…" } }
        }
    }
}

fn question() -> Markup {
    html! {
        dialog.card aria-labelledby="push-question" {
            form method="dialog" {
                h2 id="push-question" { (texts::PUSH_QUESTION) }
                p { (texts::PUSH_DETAIL) }
                label for="note" { (texts::NOTE) }
                input id="note" name="note" type="text" maxlength=(LONGEST_NOTE) autocomplete="off";
                div.answers {
                    button type="button" data-cancel { (texts::CANCEL) }
                    button.main type="submit" { (texts::PUSH) }
                }
            }
        }
    }
}

fn preview(list: &CalendarList) -> Markup {
    let calendars = &list.calendars;
    html! {
        section data-preview {
            h2 { (texts::PREVIEW) }
            p.muted { (texts::PREVIEW_DETAIL) }
            @if calendars.is_empty() { p { (texts::NO_CALENDARS) } } @else {
                @if list.next.is_some() {
                    div.find { input type="search" data-search aria-label=(texts::FIND_CALENDAR) placeholder=(texts::FIND_CALENDAR) autocomplete="off"; }
                }
                fieldset.calendars data-choices {
                    legend { (texts::PREVIEW_IN) }
                    @for (number, calendar) in calendars.iter().enumerate() {
                        (choice(calendar, number == 0))
                    }
                }
                @if list.next.is_some() { p.muted { (texts::FIRST_CALENDARS) " " code { "callsheet preview" } "." } }
                div.answers {
                    button type="button" id="preview" data-start { (texts::PREVIEW) }
                    @if calendars.len() > 1 {
                        button.quiet type="button" id="all" data-all { (texts::CHOOSE_ALL) }
                    }
                    button type="button" id="stop" data-stop hidden { (texts::STOP) }
                    span.muted data-progress data-of=(texts::PREVIEW_OF) data-waits=(texts::PREVIEW_WAITS)
                        data-done=(texts::PREVIEW_DONE) data-stopped=(texts::PREVIEW_STOPPED)
                        data-none=(texts::PREVIEW_NONE) {}
                }
                div.results id="results" data-results hidden {
                    p.warn data-old hidden { (Icon::Attention.markup()) span { (texts::PREVIEW_OLD) } }
                    div.tiles {
                        @for (name, text) in [
                            ("gains", texts::GAINS),
                            ("loses", texts::LOSES),
                            ("changes", texts::CHANGES),
                            ("keeps", texts::KEEPS),
                        ] {
                            div.tile { p.muted { (text) } p.number data-total=(name) { "0" } }
                        }
                    }
                    div data-previewed {}
                }
            }
        }
    }
}

fn choice(calendar: &CalendarRow, is_chosen: bool) -> Markup {
    let name = calendar.owner.as_deref().unwrap_or(&calendar.id);
    html! {
        label {
            input type="checkbox" name="calendar" value=(calendar.id) data-name=(name) checked[is_chosen];
            bdi { (name) }
        }
    }
}
