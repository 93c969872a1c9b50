//! The commands of the runbook name what the template has: a name that was changed there would
//! make a command fail when it is needed. That `callsheet` understands its commands is tested
//! with its arguments, and that shell blocks parse with the documents.

use std::collections::BTreeSet;

use regex_lite::Regex;

use crate::reading::Template;
use crate::runbook::RUNBOOK;

/// The first group of each match in the runbook.
fn named(pattern: &str) -> BTreeSet<&'static str> {
    let pattern = Regex::new(pattern).expect("a pattern");
    let found = pattern.captures_iter(RUNBOOK);
    let names: BTreeSet<_> = found
        .filter_map(|found| found.get(1))
        .map(|name| name.as_str())
        .collect();
    assert!(!names.is_empty(), "the runbook names none: {pattern}");
    names
}

fn assert_all(names: &BTreeSet<&str>, exists: impl Fn(&str) -> bool, what: &str) {
    for name in names {
        assert!(exists(name), "there is no {what} {name}");
    }
}

#[test]
fn the_runbook_names_outputs_and_resources_of_the_template() {
    let template = Template::read();
    let outputs = template.names("Outputs");
    let is_output = |name: &str| outputs.contains(name);
    assert_all(&named(r"\$\(output (\w+)\)"), is_output, "output");
    assert_all(&named(r"output `(\w+)`"), is_output, "output");
    let resources = template.names("Resources");
    let is_resource = |name: &str| resources.contains(name);
    assert_all(&named(r"\$\(resource (\w+)\)"), is_resource, "resource");
}

#[test]
fn the_runbook_names_parameters_of_the_template() {
    let parameters = Template::read().names("Parameters");
    let is_parameter = |name: &str| parameters.contains(name);
    let set = named(r"`([A-Z][a-z]+[A-Z]?\w*)=(?:true|false|[0-9])");
    assert_all(&set, is_parameter, "parameter");
    // What is told to be raised, lowered or waited for.
    let periods = named(r"`(\w+(?:PerMinute|PerSecond|EveryMinutes|Burst|Days))`");
    assert_all(&periods, is_parameter, "parameter");
}

#[test]
fn the_runbook_queries_indexes_by_their_keys() {
    let template = Template::read();
    let place = "Resources.DecisionsTable.Properties.GlobalSecondaryIndexes";
    let indexes = (0..template.count(place)).map(|index| {
        let at = |part: &str| template.text(&format!("{place}.{index}.{part}")).to_owned();
        (at("IndexName"), at("KeySchema.0.AttributeName"))
    });
    let indexes: BTreeSet<_> = indexes.collect();
    let query =
        r##"--index-name ([\w-]+)(?s:.*?)--expression-attribute-names '\{"#\w+":"(\w+)"\}'"##;
    let queries = Regex::new(query).expect("a pattern");
    let mut seen = 0;
    for found in queries.captures_iter(RUNBOOK) {
        seen += 1;
        let key = (found[1].to_owned(), found[2].to_owned());
        assert!(indexes.contains(&key), "{key:?}: {indexes:?}");
    }
    assert!(seen >= 2, "{seen} queries were found");
}

#[test]
fn the_runbook_reads_logs_that_the_template_has() {
    let template = Template::read();
    let kind = |name: &String| template.text(&format!("Resources.{name}.Type"));
    let groups = template.names("Resources").into_iter();
    let groups = groups.filter(|name| kind(name) == "AWS::Logs::LogGroup");
    let groups: BTreeSet<_> = groups
        .map(|name| template.text(&format!("Resources.{name}.Properties.LogGroupName")))
        .collect();
    let read = named(r"/aws/lambda/\$stack-(\w+)");
    let exists =
        |name: &str| groups.contains(format!("/aws/lambda/${{AWS::StackName}}-{name}").as_str());
    assert_all(&read, exists, "log");
}
