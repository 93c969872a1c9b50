//! The shell: the document into which the script puts the fragments. It holds no data.

use maud::{DOCTYPE, Markup, html};

use crate::page::icon::Icon;
use crate::page::rows::templates;
use crate::page::texts;
use crate::sign_in::SignIn;

/// The names of the files that the shell loads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    /// The script of every page.
    pub(crate) console: &'a str,
    /// The one of the keys.
    pub(crate) keys: &'a str,
    /// The modules that these two import.
    pub(crate) imported: &'a [String],
    /// The one that is loaded in a frame.
    pub(crate) framed: &'a str,
    /// The one that the policy page loads.
    pub(crate) policy: &'a str,
    /// The one that signs people in.
    pub(crate) sign_in: &'a str,
    /// The styles.
    pub(crate) styles: &'a str,
}

/// The shell that loads files of these names, and tells the script where people sign in.
pub(crate) fn shell(names: Names<'_>, sign_in: Option<&SignIn>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (texts::PRODUCT) }
                link rel="icon" href="icon.svg" type="image/svg+xml";
                link rel="stylesheet" href=(names.styles);
                @if let Some(SignIn { client, authorization_url, token_url, .. }) = sign_in {
                    meta name="sign-in" content=(names.sign_in) data-client=(client) data-authorize=(authorization_url) data-token=(token_url);
                }
                script type="module" src=(names.console) {}
                script type="module" src=(names.keys) {}
                @for name in names.imported { link rel="modulepreload" href=(name); }
            }
            body {
                (Icon::set())
                a.skip-link href="#main" data-skip { (texts::SKIP_LINK) }
                header id="header" { div.top { span.brand { (texts::PRODUCT) } } }
                p.banner id="offline" role="status" hidden { (texts::OFFLINE) }
                @if sign_in.is_some() {
                    div.banner id="sign-in-again" role="status" hidden {
                        (texts::EXPIRED) ". "
                        button type="button" { (texts::SIGN_IN_AGAIN) }
                    }
                }
                main id="main" tabindex="-1" data-framed=(names.framed) data-policy=(names.policy) { noscript { p { (texts::NO_SCRIPT) } } }
                div.unseen id="live" role="status" aria-live="polite" {}
                (keys())
                (templates())
                template id="no-answer" {
                    div.problem role="alert" { strong { (texts::NO_ANSWER) ". " } (texts::NO_ANSWER_DETAIL) }
                }
                template id="no-home" { (message(texts::NO_HOME, texts::NO_HOME_DETAIL, None)) }
                @if sign_in.is_some() {
                    template id="no-token" { (message(texts::SIGN_IN, texts::SIGN_IN_DETAIL, Some(texts::SIGN_IN))) }
                    template id="expired" { (message(texts::EXPIRED, texts::EXPIRED_OR_SIGN_IN, Some(texts::SIGN_IN))) }
                    template id="signed-in" { (message(texts::SIGNED_IN, texts::SIGNED_IN_DETAIL, None)) }
                    template id="not-signed-in" { (message(texts::NOT_SIGNED_IN, texts::NOT_SIGNED_IN_DETAIL, Some(texts::TRY_AGAIN))) }
                } @else {
                    template id="no-token" { (message(texts::NO_TOKEN, texts::NO_TOKEN_DETAIL, None)) }
                    template id="expired" { (message(texts::EXPIRED, texts::EXPIRED_DETAIL, None)) }
                }
            }
        }
    }
}

/// What the keys do, and the way to switch them off.
fn keys() -> Markup {
    let of = [
        ("j", texts::NEXT_ROW, false),
        ("k", texts::ROW_BEFORE, false),
        ("y", texts::RECORD_IT, true),
        ("n", texts::SKIP_IT, true),
        ("p", texts::AS_THE_POLICY_SAYS, true),
        ("?", texts::THIS_HELP, false),
    ];
    html! {
        dialog.card id="keys" aria-labelledby="keys-title" {
            h2 id="keys-title" { (texts::KEYS) }
            p.muted { (texts::KEYS_DETAIL) }
            dl.facts { @for (key, what, decides) in of { div data-decides[decides] { dt { kbd { (key) } } dd { (what) } } } }
            label { input type="checkbox" checked; " " (texts::USE_KEYS) }
            div.answers { button type="button" { (texts::CLOSE) } }
        }
    }
}

/// A page with one message; with a button that signs a person in, if it has a text, and a place for
/// the reason why that did not work.
fn message(title: &str, detail: &str, button: Option<&str>) -> Markup {
    html! {
        section.page.message data-title=(title) {
            h1 tabindex="-1" { (title) }
            p { (detail) }
            @if let Some(button) = button {
                p data-reason {}
                button type="button" data-sign-in { (button) }
            }
        }
    }
}
