//! The check of a policy, and what is said after a push.

use callsheet_api::delivery::Delivery;
use callsheet_api::policy::{LintReport, Problem, Pushed, Size};
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::texts;

/// The result of a check. `data-said` is what a screen reader is told of it.
pub(crate) fn linted(report: &LintReport) -> Markup {
    let (problems, warnings) = (&report.problems, &report.warnings);
    let said = match problems.first().or(warnings.first()) {
        Some(first) => format!("{} {}", summary(report), sentence(first)),
        None => summary(report),
    };
    html! {
        div data-said=(said) data-problems=(problems.len()) {
            @if problems.is_empty() { p.well { (Icon::Done.markup()) span { (summary(report)) } } }
            @else { p.warn { (Icon::Attention.markup()) strong { (summary(report)) } } }
            (list(problems, true))
            (list(warnings, false))
        }
    }
}

fn summary(report: &LintReport) -> String {
    let counted = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    match (&report.size, report.warnings.len()) {
        (None, _) => {
            let problems = report.problems.len();
            let counted = counted(problems, texts::PROBLEM, texts::PROBLEMS);
            format!("{}, {counted}.", texts::INVALID)
        }
        (Some(size), 0) => format!("{}, {}.", texts::VALID, rules(size)),
        (Some(size), warnings) => {
            let warnings = counted(warnings, texts::WARNING, texts::WARNINGS);
            format!("{}, {}, {warnings}.", texts::VALID, rules(size))
        }
    }
}

fn rules(size: &Size) -> String {
    match size.rules {
        1 => format!("1 {}", texts::ONE_RULE),
        rules => format!("{rules} {}", texts::SOME_RULES),
    }
}

/// The position and the text of a problem.
fn sentence(problem: &Problem) -> String {
    match position(problem) {
        Some(position) => format!("{position}: {}", problem.message),
        None => problem.message.clone(),
    }
}

fn position(problem: &Problem) -> Option<String> {
    let line = problem.line?;
    Some(match problem.column {
        Some(column) => format!("{} {line}, {} {column}", texts::LINE, texts::COLUMN),
        None => format!("{} {line}", texts::LINE),
    })
}

/// Each problem, with a button that leads to its place. Those that are marked make a policy
/// invalid.
fn list(problems: &[Problem], is_marked: bool) -> Markup {
    html! {
        @if !problems.is_empty() {
            ul.problems {
                @for problem in problems {
                    li {
                        @if let Some(position) = position(problem) {
                            button.quiet type="button" data-marked=(is_marked)
                                data-line=[problem.line] data-column=[problem.column] { (position) }
                        } @else if !problem.place.is_empty() {
                            code { (problem.place) }
                        }
                        " " span { (problem.message) }
                    }
                }
            }
        }
    }
}

/// What is said once a policy was pushed.
pub(crate) fn pushed(pushed: &Pushed) -> Markup {
    let is_late = matches!(pushed.resync_request, Some(Delivery::NotSent(_)));
    html! {
        div {
            p.well role="status" {
                (Icon::Done.markup())
                span {
                    (texts::REVISION) " " (pushed.revision) " "
                    @if pushed.is_new { (texts::IS_PUSHED) } @else { (texts::WAS_ACTIVE) }
                    @if is_late { " " (texts::WITH_NEXT_RESYNC) }
                }
            }
            (list(&pushed.warnings, false))
        }
    }
}
