//! What the functions are told by the template, beyond the names of their settings.

use test_case::test_case;

use crate::reading::Template;

const FUNCTIONS: [&str; 3] = ["WebhookFunction", "SyncFunction", "SchedulerFunction"];

fn variables(function: &str) -> String {
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
    for function in FUNCTIONS {
        assert_eq!(template.bare(&variables(function)), [""; 0], "{function}");
    }
}

#[test]
fn a_setting_is_given_by_the_parameter_that_is_called_like_it() {
    let template = Template::read();
    let parameters = template.names("Parameters");
    for function in FUNCTIONS {
        let place = variables(function);
        for setting in template.names(&place) {
            let parameter = as_parameter(&setting);
            if parameters.contains(&parameter) {
                assert_eq!(template.text(&format!("{place}.{setting}")), parameter);
            }
        }
    }
}

#[test_case("LIST_EVENTS_PER_MINUTE")]
#[test_case("LIST_CALENDARS_PER_MINUTE")]
#[test_case("GET_CALENDAR_PER_MINUTE")]
#[test_case("LIST_WORKSPACE")]
#[test_case("HEAL_EVERY_MINUTES")]
fn sync_is_told_what_a_parameter_says(setting: &str) {
    let place = variables("SyncFunction");
    let told = Template::read()
        .text(&format!("{place}.{setting}"))
        .to_owned();
    assert_eq!(told, as_parameter(setting));
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
