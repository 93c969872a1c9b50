//! The dashboard: its body is JSON, and each widget is about metrics that exist.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::alarms::is_of_aws;
use crate::metrics::ours;
use crate::reading::Template;

const BODY: &str = "Resources.Dashboard.Properties.DashboardBody";

/// The widgets. References stand as `${Name}`, and a number that is one as 1.
fn widgets(template: &Template) -> Vec<Value> {
    let body = template.text(BODY);
    // The value of an annotation is a parameter, which is a number.
    let mut json = String::new();
    let mut parts = body.split(r#""value": ${"#);
    json.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (parameter, rest) = part.split_once('}').expect("a reference ends");
        let default = template.number(&format!("Parameters.{parameter}.Default"));
        json.extend([r#""value": "#, &default.to_string(), rest]);
    }
    let body: Value = serde_json::from_str(&json).expect("the body is JSON");
    body["widgets"].as_array().expect("widgets").clone()
}

/// Namespace, name, and perhaps a dimension with its value.
type ShownMetric = (String, String, Option<(String, String)>);

/// The metrics of all widgets.
fn metrics(template: &Template) -> Vec<ShownMetric> {
    let widgets = widgets(template).into_iter();
    let metrics = widgets.flat_map(|widget| {
        let metrics = widget["properties"]["metrics"].as_array().cloned();
        metrics.unwrap_or_default()
    });
    let metrics = metrics.map(|metric| {
        let texts = metric.as_array().expect("a list").iter();
        let texts: Vec<_> = texts.filter_map(Value::as_str).map(str::to_owned).collect();
        match &texts[..] {
            [namespace, name] => (namespace.clone(), name.clone(), None),
            [namespace, name, dimension, value] => {
                let dimension = (dimension.clone(), value.clone());
                (namespace.clone(), name.clone(), Some(dimension))
            }
            _ => panic!("{metric}"),
        }
    });
    metrics.collect()
}

/// The metrics of the stack that it shows.
pub(crate) fn of_stack(template: &Template) -> BTreeSet<String> {
    let metrics = metrics(template).into_iter();
    let ours = metrics.filter(|(namespace, ..)| namespace == "${AWS::StackName}");
    ours.map(|(_, name, _)| name).collect()
}

#[test]
fn the_dashboard_shows_metrics_that_exist() {
    let template = Template::read();
    let ours = ours(&template);
    for (namespace, name, dimension) in metrics(&template) {
        match dimension {
            None => {
                assert_eq!(namespace, "${AWS::StackName}", "{name}");
                assert!(ours.contains(&name), "there is no metric {name}");
            }
            Some((dimension, value)) => {
                let resource = value.trim_start_matches("${").trim_end_matches('}');
                let is_known = is_of_aws(&template, &namespace, &name, &dimension, resource);
                assert!(is_known, "{namespace} {name} {dimension} {value}");
            }
        }
    }
}

/// Each limit is a line in the widget of its calls.
#[test]
fn the_dashboard_shows_each_rate_limit_of_a_function() {
    let template = Template::read();
    let body = template.text(BODY);
    let limits =
        template.texts("Metadata.AWS::CloudFormation::Interface.ParameterGroups.1.Parameters");
    assert!(limits.iter().any(|limit| limit == "ListEventsPerMinute"));
    for limit in limits {
        assert!(
            body.contains(&format!(r#""value": ${{{limit}}}"#)),
            "{limit}"
        );
    }
}

/// CloudWatch's grid is 24 columns wide.
#[test]
fn no_widget_covers_another() {
    let template = Template::read();
    let mut taken = BTreeSet::new();
    for widget in widgets(&template) {
        let number = |name: &str| widget[name].as_u64().expect("a number");
        let (right, bottom) = (
            number("x") + number("width"),
            number("y") + number("height"),
        );
        assert!(right <= 24, "{widget}");
        for x in number("x")..right {
            for y in number("y")..bottom {
                assert!(taken.insert((x, y)), "{widget}");
            }
        }
    }
    assert!(!taken.is_empty());
}
