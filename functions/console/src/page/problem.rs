//! A problem, for a person.

use callsheet_api::problem::Problem;
use maud::{Markup, html};

/// The fragment of a problem.
pub(crate) fn problem(problem: &Problem) -> Markup {
    html! {
        div.problem role="alert" data-problem=(problem.kind) {
            strong { (problem.title) ". " }
            (problem.detail)
            @for part in &problem.problems { p { code { (part.place) } ": " (part.detail) } }
        }
    }
}
