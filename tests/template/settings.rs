//! The values that the template gives to the functions' settings.

use crate::reading::Template;

pub(crate) fn variables(function: &str) -> String {
    format!("Resources.{function}.Properties.Environment.Variables")
}

/// As parameters are written: `LIST_EVENTS_PER_MINUTE` is `ListEventsPerMinute`.
fn as_parameter(setting: &str) -> String {
    let words = setting.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{first}{}", rest.to_ascii_lowercase())
    });
    words.collect()
}

/// AWS makes a text of a number; what stands in for it on one machine need not.
#[test]
fn a_setting_is_a_text_or_what_a_function_of_the_template_gives() {
    let template = Template::read();
    for function in template.functions() {
        assert_eq!(template.bare(&variables(&function)), [""; 0], "{function}");
    }
}

/// Settings that are written out in the template, each with a test of its own.
const LITERALS: [&str; 1] = ["MOST_RECEIVES"];

#[test]
fn a_setting_is_a_resource_or_the_parameter_that_is_called_like_it() {
    let template = Template::read();
    let parameters = template.names("Parameters");
    let resources = template.names("Resources");
    for function in template.functions() {
        let place = variables(&function);
        for setting in template.names(&place) {
            let value = template.text(&format!("{place}.{setting}"));
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
fn sync_reads_whatever_may_be_said_of_the_workspace() {
    let template = Template::read();
    let may_be = template.texts("Parameters.ListWorkspace.AllowedValues");
    assert!(
        may_be.iter().all(|text| text.parse::<bool>().is_ok()),
        "{may_be:?}"
    );
    assert!(may_be.contains(&template.text("Parameters.ListWorkspace.Default").to_owned()));
}

/// Sync does what is left to be done the last time that it gets a message.
#[test]
fn sync_knows_how_often_it_gets_a_message() {
    let template = Template::read();
    let told = template.text(&format!("{}.MOST_RECEIVES", variables("SyncFunction")));
    let given = "Resources.NoticesQueue.Properties.RedrivePolicy.maxReceiveCount";
    assert_eq!(told.parse(), Ok(template.number(given)));
}
