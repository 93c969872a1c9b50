//! The shell: the document into which the script puts the fragments. It holds no data.

use maud::{DOCTYPE, Markup, html};

use crate::page::icon::Icon;
use crate::page::texts;

/// The names of the scripts.
#[derive(Debug)]
pub(crate) struct Scripts<'a> {
    /// The one of every page.
    pub(crate) console: &'a str,
    /// The one that is loaded in a frame.
    pub(crate) framed: &'a str,
    /// The one that the policy page loads.
    pub(crate) policy: &'a str,
}

/// The shell that loads scripts and styles of these names.
pub(crate) fn shell(scripts: &Scripts<'_>, styles: &str) -> Markup {
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
                link rel="stylesheet" href=(styles);
                script type="module" src=(scripts.console) {}
            }
            body {
                (Icon::set())
                a.skip-link href="#main" data-skip { (texts::SKIP_LINK) }
                header id="header" { div.top { span.brand { (texts::PRODUCT) } } }
                p.banner id="offline" role="status" hidden { (texts::OFFLINE) }
                main id="main" tabindex="-1" data-framed=(scripts.framed) data-policy=(scripts.policy) { noscript { p { (texts::NO_SCRIPT) } } }
                div.unseen id="live" role="status" aria-live="polite" {}
                template id="no-token" { (message(texts::NO_TOKEN, texts::NO_TOKEN_DETAIL)) }
                template id="expired" { (message(texts::EXPIRED, texts::EXPIRED_DETAIL)) }
                template id="no-home" { (message(texts::NO_HOME, texts::NO_HOME_DETAIL)) }
            }
        }
    }
}

fn message(title: &str, detail: &str) -> Markup {
    html! {
        section.page.message data-title=(title) { h1 tabindex="-1" { (title) } p { (detail) } }
    }
}
