//! The metric filters of the template, against the log lines that they count.

use std::collections::BTreeSet;

use test_case::test_case;

use crate::reading::Template;
use crate::source::{files, is_of_name, places};

/// A filter takes its value from a field of the function's log lines. Exactly one
/// line of the code has what the filter's pattern names: none would never count,
/// two would count twice.
#[test_case("FailedRules", "failed_rules", "policy", "failed-rules"; "decisions on which an expression failed")]
#[test_case("DriftedBots", "drifted", "bots", "drifted"; "events whose bots have drifted")]
#[test_case("Abandoned", "abandoned", "scheduler", "abandoned"; "abandoned decisions")]
#[test_case("Late", "late", "scheduler", "late"; "bots scheduled late")]
fn a_metric_counts_a_field_that_one_log_line_has(
    filter: &str,
    field: &str,
    namespace: &str,
    metric: &str,
) {
    let template = Template::read();
    let filter = format!("Resources.{filter}.Properties");
    let at = |place: &str| template.text(&format!("{filter}.{place}")).to_owned();
    let counted = |name: &str| at(&format!("MetricTransformations.0.{name}"));
    assert_eq!(
        counted("MetricNamespace"),
        format!("${{AWS::StackName}}/{namespace}")
    );
    assert_eq!(counted("MetricName"), metric);
    assert_eq!(counted("MetricValue"), format!("$.{field}"));

    let pattern = at("FilterPattern");
    assert!(pattern.contains(&format!("$.{field} > 0")), "{pattern}");
    let needed = names_after(&pattern, "$.");
    let function = at("LogGroupName").replace("Logs", "").to_lowercase();
    let code = [
        files(&format!("functions/{function}/src")),
        files("shared/app/src"),
    ]
    .concat();
    let lines: Vec<_> = code.iter().flat_map(|file| logged(file)).collect();
    let matching: Vec<_> = lines
        .iter()
        .filter(|fields| fields.is_superset(&needed))
        .collect();
    assert_eq!(matching.len(), 1, "{needed:?} in {matching:?}");
}

/// The names in `text` that stand behind `prefix`.
fn names_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let parts = text.split(prefix).skip(1);
    let name = |part: &str| {
        part.chars()
            .take_while(|letter| is_of_name(*letter))
            .collect()
    };
    parts.map(name).collect()
}

/// The fields of each log line that a file writes, by the macros of `tracing`.
fn logged(file: &str) -> Vec<BTreeSet<String>> {
    let macros = ["error!(", "warn!(", "info!(", "debug!("];
    let calls = macros
        .iter()
        .flat_map(|call| places(file, call).map(|at| &file[at + call.len()..]));
    calls.map(fields).collect()
}

/// The fields before the message: `%event,late=1,"…"` has `event` and `late`.
fn fields(call: &str) -> BTreeSet<String> {
    let before_message = call.split('"').next().unwrap_or_default();
    let names = before_message.split(',').map(|field| {
        let name = field.split('=').next().unwrap_or_default();
        name.trim_start_matches(['%', '?']).to_owned()
    });
    names.filter(|name| !name.is_empty()).collect()
}
