//! Events for other systems: nothing of them is deployed without a bus, and with one each write
//! of a told row is delivered until the bus took its events.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use test_case::test_case;

use crate::reading::Template;

const CONDITION: &str = "PublishesEvents";

#[test]
fn without_a_bus_nothing_is_published() {
    let template = Template::read();
    assert_eq!(template.text("Parameters.EventBusName.Default"), "");
    let condition = |place: &str| template.text(&format!("Conditions.{CONDITION}.0.{place}"));
    assert_eq!([condition("0"), condition("1")], ["EventBusName", ""]);
    assert_eq!(
        template.text("Parameters.EventsWithTitles.Default"),
        "false"
    );
}

/// All resources whose name says that they are for events, and the output, hang on the bus.
#[test]
fn without_a_bus_no_resource_for_events_is_deployed() {
    let template = Template::read();
    let resources = template.names("Resources");
    let for_events = resources.iter().filter(|name| name.contains("Event"));
    let for_events: BTreeSet<_> = for_events.map(String::as_str).collect();
    let expected = [
        "EventBusGuard",
        "EventsErrorsAlarm",
        "EventsFunction",
        "EventsLogs",
        "EventsRole",
        "LostEventsAlarm",
        "LostEventsQueue",
        "RefusedEventsAlarm",
        "UnpublishedEventsAlarm",
    ];
    // About Recall's calendar events.
    let others = ["UnreadableEventsAlarm"];
    let expected: BTreeSet<_> = expected.into_iter().collect();
    let all: BTreeSet<_> = expected.iter().copied().chain(others).collect();
    assert_eq!(for_events, all);
    for name in expected {
        let condition = template.text(&format!("Resources.{name}.Condition"));
        assert_eq!(condition, CONDITION, "{name}");
    }
    let output = template.text("Outputs.EventsFunctionName.Condition");
    assert_eq!(output, CONDITION);
    let stream = template.text("Resources.StateTable.Properties.StreamSpecification.0");
    assert_eq!(stream, CONDITION);
}

#[test_case("DecisionsStream", "DecisionsTable", json!({"eventName": ["INSERT", "MODIFY"]}); "decisions")]
#[test_case(
    "StateStream",
    "StateTable",
    json!({
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"Keys": {"sort": {"S": ["calendar", "policy"]}}},
    });
    "state"
)]
fn a_stream_is_delivered_until_its_events_were_taken(source: &str, table: &str, pattern: Value) {
    let template = Template::read();
    let place = format!("Resources.EventsFunction.Properties.Events.{source}.Properties");
    let text = |name: &str| template.text(&format!("{place}.{name}"));
    assert_eq!(text("Stream"), format!("{table}.StreamArn"));
    let filter: Value =
        serde_json::from_str(text("FilterCriteria.Filters.0.Pattern")).expect("JSON");
    assert_eq!(filter, pattern);
    let answers = template.texts(&format!("{place}.FunctionResponseTypes"));
    assert_eq!(answers, ["ReportBatchItemFailures"]);
    // A stream keeps a record for 24 hours. Later than that nobody would be told of the loss.
    let age = template.number(&format!("{place}.MaximumRecordAgeInSeconds"));
    assert!(age < 24 * 60 * 60, "{age} s");
    let properties = template.names(&place);
    assert!(
        !properties.contains("MaximumRetryAttempts"),
        "it is retried by age"
    );
    let lost = text("DestinationConfig.OnFailure.Destination");
    assert_eq!(lost, "LostEventsQueue.Arn");
}

/// EventBridge takes events for a bus that does not exist. A rule cannot be put on one.
#[test]
fn a_deployment_fails_if_the_bus_does_not_exist() {
    let template = Template::read();
    let at = |name: &str| template.text(&format!("Resources.EventBusGuard.Properties.{name}"));
    assert_eq!(at("EventBusName"), "EventBusName");
    assert_eq!(at("State"), "DISABLED");
    let properties = template.names("Resources.EventBusGuard.Properties");
    assert!(!properties.contains("Targets"));
    let source = template.texts("Resources.EventBusGuard.Properties.EventPattern.source");
    assert_eq!(source, [callsheet_events::SOURCE]);
}

/// A stream with old images has the new ones that wake the scheduler, too.
#[test]
fn both_streams_have_rows_before_and_after_a_write() {
    let template = Template::read();
    let at = |table: &str, place: &str| {
        let view = format!("Resources.{table}.Properties.StreamSpecification{place}");
        template.text(&format!("{view}.StreamViewType")).to_owned()
    };
    let views = [at("DecisionsTable", ""), at("StateTable", ".1")];
    assert_eq!(views, ["NEW_AND_OLD_IMAGES"; 2]);
}

#[test]
fn the_function_can_parse_each_value_that_events_with_titles_allows() {
    let template = Template::read();
    let allowed = template.texts("Parameters.EventsWithTitles.AllowedValues");
    let parsed: Result<Vec<bool>, _> = allowed.iter().map(|text| text.parse()).collect();
    assert_eq!(parsed, Ok(vec![true, false]));
}
