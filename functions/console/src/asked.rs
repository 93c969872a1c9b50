//! What a request asks for, besides its route.

use callsheet_runtime::HttpRequest;
use maud::Markup;

use crate::caller::Caller;
use crate::form::Form;
use crate::page::View;

/// The parts of a request's address, and its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The part of the path that varies.
    pub(crate) id: &'a str,
    /// The query, as it was sent.
    pub(crate) query: &'a str,
    /// The request, for its body.
    pub(crate) request: &'a HttpRequest,
    /// The form of the answer.
    pub(crate) form: Form,
}

impl Asked<'_> {
    /// The fragment that `render` makes for a caller; none if the request takes JSON.
    pub(crate) fn page(
        &self,
        caller: Caller<'_>,
        render: impl FnOnce(&View<'_>) -> Markup,
    ) -> Option<String> {
        let render = || render(&View::of(caller, self.query)).into_string();
        (self.form == Form::Html).then(render)
    }

    /// The text that `write` makes; none if the request takes another form.
    pub(crate) fn yaml(&self, write: impl FnOnce() -> String) -> Option<String> {
        (self.form == Form::Yaml).then(write)
    }
}
