//! What is placed, and what is refused.

use super::*;
use crate::email::Email;
use crate::event::ResponseStatus;
use crate::fact::{FactValue, Person};
use serde_json::json;
use test_case::test_case;

fn compile(json: &Value) -> Result<BotTemplate, String> {
    let mut problems = Vec::new();
    let json = json.as_object().expect("an object");
    let template = BotTemplate::compile(json, &mut Place::root(&mut problems).at("bot"));
    if problems.is_empty() {
        return Ok(template);
    }
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    Err(problems.join("\n"))
}

fn facts() -> FactValues {
    FactValues::from([
        (Fact::Title, FactValue::Text("Kick-off".to_owned())),
        (Fact::Participants, FactValue::Number(3)),
        (Fact::External, FactValue::Flag(true)),
        (
            Fact::Domains,
            FactValue::Texts(vec!["a.example".to_owned(), "b.example".to_owned()]),
        ),
        (
            Fact::Attendees,
            FactValue::People(vec![Person {
                email: Email::parse("buyer@globex.example").expect("an address"),
                response: ResponseStatus::Pending,
                is_optional: true,
                is_resource: false,
                is_organizer: false,
            }]),
        ),
    ])
}

#[test_case("Notes", "Notes"; "nothing to place")]
#[test_case("{{ title }} by Notes", "Kick-off by Notes"; "a text")]
#[test_case("{{ participants }} people", "3 people"; "a number")]
#[test_case("{% if external %}Attendee{% else %}Own{% endif %} notes", "Attendee notes"; "a choice")]
#[test_case("{{ domains | join(' & ') }}", "a.example & b.example"; "a list")]
#[test_case("{{ title | upper }} on {{ weekday | default('some day') }}", "KICK-OFF on some day"; "filters")]
#[test_case("{% for a in attendees if a.optional %}{{ a.address }} {{ a.response }}{% endfor %}", "buyer@globex.example pending"; "people")]
#[test_case("{% for n in range(3) %}{{ n }}{% endfor %}", "012"; "a loop")]
#[test_case("{% set short = title[:4] %}{{ short }}", "Kick"; "a name of its own")]
#[test_case("<{{ title }}> & co", "<Kick-off> & co"; "signs stay as they are")]
#[test_case("of {{ organizer }}", "of "; "what nothing tells")]
#[test_case("{% for a in range(1000000) %}x{% endfor %}", ""; "a loop that would not end")]
fn renders_facts(text: &str, expected: &str) {
    let template = compile(&json!({"bot_name": text})).expect("valid");
    let config = template.render(&facts());
    assert_eq!(config.json()["bot_name"], expected);
}

#[test]
fn renders_facts_at_any_depth_and_keeps_the_rest() {
    let written = json!({
        "chat": {"on_bot_join": {"send_to": "everyone", "message": ["Recording {{ title }}", 7, null]}},
    });
    let config = compile(&written).expect("valid").render(&facts());
    assert_eq!(
        config.json()["chat"]["on_bot_join"]["message"],
        json!(["Recording Kick-off", 7, null])
    );
}

#[test]
fn a_rendered_text_that_is_too_long_is_cut() {
    let written = json!({"bot_name": "{{ title }}", "metadata": {"title": "{{ title }}"}});
    let long = FactValue::Text("ü".repeat(900));
    let config = compile(&written)
        .expect("valid")
        .render(&FactValues::from([(Fact::Title, long)]));
    let length = |text: &Value| text.as_str().map(|text| text.chars().count());
    assert_eq!(length(&config.json()["bot_name"]), Some(LONGEST_NAME));
    assert_eq!(
        length(&config.json()["metadata"]["title"]),
        Some(LONGEST_METADATA)
    );
}

#[test]
fn a_text_without_placeholders_is_not_cut() {
    let picture = "A".repeat(5_000);
    let written = json!({"automatic_video_output": {"b64_data": picture}});
    let config = compile(&written).expect("valid").render(&facts());
    assert_eq!(Value::Object(config.json().clone()), written);
}

#[test]
fn each_place_has_its_own_text() {
    let written = json!({"a": {"b": "{{ title }}", "~": "{{ title }}"}, "a/b": "{{ participants }}", "a~1b": "plain"});
    let config = compile(&written).expect("valid").render(&facts());
    let expected = json!({"a": {"b": "Kick-off", "~": "Kick-off"}, "a/b": "3", "a~1b": "plain"});
    assert_eq!(Value::Object(config.json().clone()), expected);
}

#[test]
fn lists_each_used_fact_once() {
    let written = json!({"a": "{{ title }} {{ title }}", "b": ["{{ title }}", "{% if external %}{% endif %}"]});
    let template = compile(&written).expect("valid");
    assert_eq!(template.facts(), [Fact::Title, Fact::External]);
}

#[test_case(json!({"bot_name": "{{ tilte }}"}), "bot.bot_name: there is no fact \"tilte\"; did you mean \"title\"?"; "a fact that is none")]
#[test_case(json!({"chat": {"message": ["{{ title "]}}), "bot.chat.message.0: syntax error"; "a placeholder left open")]
#[test_case(json!({"bot_name": "{{ title | shout }}"}), "bot.bot_name: unknown filter"; "a filter that is none")]
#[test_case(json!({"bot_name": "{{ title.lower() }}"}), "bot.bot_name: unknown method"; "a method")]
#[test_case(json!({"bot_name": "{{ title is shouted }}"}), "bot.bot_name: unknown test"; "a test that is none")]
#[test_case(json!({"bot_name": "{{ debug() }}"}), "bot.bot_name: there is no fact \"debug\""; "a function that is not ours")]
#[test_case(json!({"bot_name": "{{ tilte }}", "metadata": {"x": "{{ y }}"}, "join_at": ""}), "\nbot.metadata.x: there is no fact \"y\"\nbot: the bot"; "several, all at once")]
#[test_case(json!({"bot_name": "x".repeat(101)}), "bot: bot_name must be text of at most 100 characters"; "a long name")]
#[test_case(json!({"metadata": {"team": 7}}), "bot: metadata must be"; "a number in the metadata")]
#[test_case(json!({"join_at": "2026-01-01T00:00:00Z"}), "bot: the bot configuration must not set join_at"; "a time of its own")]
fn reports_invalid_placeholders(json: Value, expected: &str) {
    let problem = compile(&json).expect_err("refused");
    assert!(problem.contains(expected), "{problem}");
}
