//! Every line that a function logged has the form of a line, and at WARN or ERROR
//! it was announced by a test.

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_app::{METRICS, Metric};
use callsheet_domain::Timestamp;
use callsheet_tests::{Announcement, FUNCTIONS, announced, log_of, variable, wait_until};
use recall_simulator::client::ControlClient;
use serde_json::Value;

use crate::strict_json::parse;

const LEVELS: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
/// How long the log of an invocation may take to arrive.
const TIMEOUT: Duration = Duration::from_mins(4);

/// A line of a function's log.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) function: &'static str,
    pub(crate) value: Value,
}

impl Line {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.value[name].as_str().unwrap_or_default()
    }

    fn is_warning(&self) -> bool {
        ["WARN", "ERROR"].contains(&self.text("level"))
    }
}

/// The lines of all functions, and the problems of those that have another form.
pub(crate) fn lines() -> (Vec<Line>, Vec<String>) {
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for function in FUNCTIONS {
        for text in log_of(function)
            .lines()
            .filter(|text| !is_of_the_stand_in(text))
        {
            match parse(text)
                .map_err(|error| error.to_string())
                .and_then(checked)
            {
                Ok(value) => lines.push(Line { function, value }),
                Err(problem) => problems.push(format!("{function}: {problem}: {text}")),
            }
        }
    }
    (lines, problems)
}

/// What the stand-in for Lambda writes around an invocation. Lambda writes JSON, apart from our lines.
fn is_of_the_stand_in(text: &str) -> bool {
    let begins = ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "];
    text.is_empty() || begins.iter().any(|begin| text.starts_with(begin))
}

/// The line, if it has the form of one.
fn checked(line: Value) -> Result<Value, String> {
    let text = |name: &str| {
        let text = line[name].as_str().filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| format!("it has no text {name:?}"))
    };
    let at = text("timestamp")?;
    at.parse::<Timestamp>()
        .map_err(|_| format!("{at:?} is no instant"))?;
    let level = text("level")?;
    if !LEVELS.contains(&level) {
        return Err(format!("{level:?} is no level"));
    }
    text("message")?;
    let is_metric = text("target")? == METRICS;
    match (is_metric, line.get("_aws")) {
        (true, Some(directive)) => check_metrics(&line, directive)?,
        (false, None) => {}
        _ => return Err("metrics and their target go together".to_owned()),
    }
    Ok(line)
}

/// Checks a line in the embedded metric format.
fn check_metrics(line: &Value, directive: &Value) -> Result<(), String> {
    let has = |holds: bool, what: &str| holds.then_some(()).ok_or_else(|| what.to_owned());
    has(
        directive["Timestamp"].is_u64(),
        "its metrics have no instant",
    )?;
    let sets = directive["CloudWatchMetrics"].as_array();
    let sets = sets
        .filter(|sets| !sets.is_empty())
        .ok_or("it has no metrics")?;
    for set in sets {
        let namespace = set["Namespace"].as_str().unwrap_or_default();
        has(!namespace.is_empty(), "its metrics have no namespace")?;
        let dimensions = set["Dimensions"].as_array();
        has(
            dimensions.is_some_and(|sets| !sets.is_empty()),
            "it has no dimensions",
        )?;
        let names = dimensions.into_iter().flatten().map(Value::as_array);
        for name in names
            .collect::<Option<Vec<_>>>()
            .ok_or("a dimension is no list")?
            .into_iter()
            .flatten()
        {
            let value = name.as_str().map(|name| &line[name]);
            has(
                value.is_some_and(Value::is_string),
                "a dimension has no value",
            )?;
        }
        let metrics = set["Metrics"]
            .as_array()
            .filter(|metrics| !metrics.is_empty());
        for metric in metrics.ok_or("it has no metrics")? {
            let value = metric["Name"].as_str().map(|name| &line[name]);
            has(value.is_some_and(Value::is_number), "a metric has no value")?;
            let unit = metric["Name"]
                .as_str()
                .and_then(Metric::parse)
                .map(Metric::unit);
            let unit = unit.ok_or("a metric has no name of ours")?;
            has(metric["Unit"] == unit.as_str(), "a metric has another unit")?;
        }
    }
    Ok(())
}

#[test]
#[ignore = "it reads the logs of all other tests, so `make test` runs it last"]
fn every_line_has_the_form_of_a_line() {
    let (_, problems) = lines();
    assert!(
        problems.is_empty(),
        "{} lines:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

/// Lambda's runtime logs beside an invocation, and AWS is called before the first one, too.
#[test]
#[ignore = "it reads the logs of all other tests, so `make test` runs it last"]
fn every_line_of_our_code_names_its_invocation() {
    let lines = lines().0;
    let is_ours = |line: &&Line| {
        let target = line.text("target");
        !target.starts_with("lambda_") && target != "callsheet_runtime::requests"
    };
    let mut unnamed = lines
        .iter()
        .filter(is_ours)
        .filter(|line| line.text("requestId").is_empty());
    let unnamed = unnamed.next();
    assert!(unnamed.is_none(), "{unnamed:?}");
}

#[tokio::test]
#[ignore = "it reads the logs of all other tests, so `make test` runs it last"]
async fn every_warning_was_announced_and_every_announced_one_came() {
    let recall = ControlClient::new(variable("CALLSHEET_SIMULATOR_URL"));
    let events = recall.events().await.expect("the simulator").into_iter();
    let calendars: BTreeMap<_, _> = events
        .map(|event| (event.id.to_string(), event.calendar_id.to_string()))
        .collect();
    let announced = announced();
    let missing = || {
        let lines = lines().0;
        let came = |one: &&Announcement| lines.iter().any(|line| covers(one, line, &calendars));
        let missing = announced
            .iter()
            .filter(|one| !one.may_be_absent && !came(one));
        missing.cloned().collect::<Vec<_>>()
    };
    wait_until(TIMEOUT, async || missing().is_empty()).await;
    let missing = missing();
    let lines = lines().0;
    let unannounced = lines.iter().filter(|line| {
        line.is_warning() && !announced.iter().any(|one| covers(one, line, &calendars))
    });
    let unannounced: Vec<_> = unannounced
        .map(|line| format!("{} {}", line.function, line.value))
        .collect();
    assert!(
        unannounced.is_empty() && missing.is_empty(),
        "{} lines that no test announced:\n{}\n{} announced lines that did not come: {missing:#?}",
        unannounced.len(),
        unannounced.join("\n"),
        missing.len(),
    );
}

/// Whether an announcement is about a line.
fn covers(one: &Announcement, line: &Line, calendars: &BTreeMap<String, String>) -> bool {
    if !line.is_warning() || !line.text("message").contains(&one.text) {
        return false;
    }
    let whole = line.value.to_string();
    let ids = ids(&whole);
    let named = ids
        .iter()
        .flat_map(|id| [Some(*id), calendars.get(*id).map(String::as_str)]);
    let mut named = named.flatten().peekable();
    if one.about.is_empty() {
        return !named
            .any(|id| calendars.contains_key(id) || calendars.values().any(|known| known == id));
    }
    named.any(|id| one.about.iter().any(|ours| ours == id))
}

/// The ids in a text: 36 hexadecimal digits and dashes.
fn ids(text: &str) -> Vec<&str> {
    let parts = text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
    parts.filter(|part| part.len() == 36).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    fn a_line() -> Value {
        json!({"timestamp": "2026-11-26T17:06:54.349538Z", "level": "WARN", "message": "late", "target": "sync"})
    }

    fn a_metric() -> Value {
        json!({
            "timestamp": "2026-11-26T17:06:54Z", "level": "INFO", "message": "metrics", "target": METRICS, "late": 1,
            "_aws": {"Timestamp": 1, "CloudWatchMetrics": [
                {"Namespace": "stack", "Dimensions": [[]], "Metrics": [{"Name": "late", "Unit": "Count"}]},
            ]},
        })
    }

    #[test_case(a_line(), |_| (), true; "a line")]
    #[test_case(a_line(), |line| line["timestamp"] = json!("today"), false; "without an instant")]
    #[test_case(a_line(), |line| line["level"] = json!("LOUD"), false; "of an unknown level")]
    #[test_case(a_line(), |line| line["message"] = json!(" "), false; "without a text")]
    #[test_case(a_line(), |line| line["target"] = Value::Null, false; "without a target")]
    #[test_case(a_line(), |line| line["target"] = json!(METRICS), false; "with the target of metrics")]
    #[test_case(a_metric(), |_| (), true; "a metric")]
    #[test_case(a_metric(), |line| line["target"] = json!("sync"), false; "of another target")]
    #[test_case(a_metric(), |line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = json!("Seconds"), false; "of another unit")]
    #[test_case(a_metric(), |line| line["late"] = Value::Null, false; "without its value")]
    #[test_case(a_metric(), |line| line["_aws"]["Timestamp"] = Value::Null, false; "a metric without an instant")]
    #[test_case(a_metric(), |line| line["_aws"]["CloudWatchMetrics"][0]["Namespace"] = json!(""), false; "without a namespace")]
    #[test_case(a_metric(), |line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = json!([]), false; "without dimensions")]
    #[test_case(a_metric(), |line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = json!([["stage"]]), false; "with a dimension without a value")]
    #[test_case(a_metric(), |line| line["_aws"]["CloudWatchMetrics"] = json!([]), false; "without metrics")]
    fn a_line_has_a_form(line: Value, change: fn(&mut Value), is_one: bool) {
        let mut line = line;
        change(&mut line);
        assert_eq!(checked(line).is_ok(), is_one);
    }

    const CALENDAR: &str = "331eea2f-c03c-4ee9-82cd-93c7455fcf83";
    const EVENT: &str = "0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e5f";
    const OTHER: &str = "5f1c7f0a-3f0e-4a52-9a53-0d6a3e0c1b11";

    #[test_case("late", &[CALENDAR], &format!("late: event {EVENT}"), true; "an event of its calendar")]
    #[test_case("late", &[CALENDAR], &format!("late: calendar {CALENDAR}"), true; "its calendar")]
    #[test_case("late", &[CALENDAR], &format!("late: event {OTHER}"), false; "another event")]
    #[test_case("late", &[CALENDAR], "late", false; "nothing by name")]
    #[test_case("late", &[], "late", true; "nothing by name, as announced")]
    #[test_case("late", &[], &format!("late: event {EVENT}"), false; "an event, where none was announced")]
    #[test_case("early", &[CALENDAR], &format!("late: event {EVENT}"), false; "another text")]
    fn an_announcement_is_about_lines_with_its_text_and_ids(
        text: &str,
        about: &[&str],
        message: &str,
        is_about: bool,
    ) {
        let calendars = BTreeMap::from([(EVENT.to_owned(), CALENDAR.to_owned())]);
        let announcement = Announcement {
            test: "a test".to_owned(),
            text: text.to_owned(),
            about: about.iter().map(|id| (*id).to_owned()).collect(),
            may_be_absent: false,
        };
        let mut value = a_line();
        value["message"] = json!(message);
        let line = Line {
            function: "sync",
            value,
        };
        assert_eq!(covers(&announcement, &line, &calendars), is_about);
    }
}
