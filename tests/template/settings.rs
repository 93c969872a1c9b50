//! The values that the template gives to the settings of the functions.

use crate::reading::Template;

pub(crate) fn variables(function: &str) -> String {
    format!("Resources.{function}.Properties.Environment.Variables")
}

/// The parameter with a setting's name: `ListEventsPerMinute` for `LIST_EVENTS_PER_MINUTE`.
fn as_parameter(setting: &str) -> String {
    let words = setting.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{first}{}", rest.to_ascii_lowercase())
    });
    words.collect()
}

/// CloudFormation converts a number to text; the local cloud need not.
#[test]
fn a_setting_is_text_or_an_intrinsic_function() {
    let template = Template::read();
    for function in template.functions() {
        assert_eq!(template.bare(&variables(&function)), [""; 0], "{function}");
    }
}

/// Settings with a literal value, each with a test of its own.
const LITERALS: [&str; 1] = ["MOST_RECEIVES"];

#[test]
fn a_setting_refers_to_a_resource_or_to_the_parameter_of_its_name() {
    let template = Template::read();
    let parameters = template.names("Parameters");
    let resources = template.names("Resources");
    for function in template.functions() {
        let place = variables(&function);
        for setting in template.names(&place) {
            let value = template.text(&format!("{place}.{setting}"));
            if value.strip_prefix("AWS::") == Some(&as_parameter(&setting)) {
                continue; // a parameter that every stack has
            }
            let resource = value.split('.').next().unwrap_or_default();
            if resources.contains(resource) || LITERALS.contains(&setting.as_str()) {
                continue;
            }
            assert_eq!(value, as_parameter(&setting), "{function}: {setting}");
            assert!(parameters.contains(value), "there is no parameter {value}");
        }
    }
}

#[test]
fn sync_can_parse_each_value_that_list_workspace_allows() {
    let template = Template::read();
    let allowed = template.texts("Parameters.ListWorkspace.AllowedValues");
    assert!(
        allowed.iter().all(|text| text.parse::<bool>().is_ok()),
        "{allowed:?}"
    );
    assert!(allowed.contains(&template.text("Parameters.ListWorkspace.Default").to_owned()));
}

/// Sync marks a calendar for a full sync before its message becomes a dead letter.
#[test]
fn sync_knows_after_how_many_receives_a_message_is_dead() {
    let template = Template::read();
    let setting = template.text(&format!("{}.MOST_RECEIVES", variables("SyncFunction")));
    let in_template = "Resources.SyncQueue.Properties.RedrivePolicy.maxReceiveCount";
    assert_eq!(setting.parse(), Ok(template.number(in_template)));
}
