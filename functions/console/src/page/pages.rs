//! The links from a page of a list to its first page and to the next one.

use maud::{Markup, html};

use crate::page::texts;
use crate::page::view::View;

/// The links of the list at an address. Both keep the filters of the page. `next` is the query of
/// the next page, and `more` the word for it.
pub(crate) fn pages(address: &str, (next, more): (Option<&str>, &str), view: &View<'_>) -> Markup {
    let first = view
        .parameter("cursor")
        .map(|_| view.query_without("cursor"));
    html! {
        p.pages {
            @if let Some(first) = first { a id="first" href={ (address) "?" (first) } { (texts::FIRST) } }
            @if let Some(next) = next { a id="later" href={ (address) "?" (next) } { (more) } }
        }
    }
}
