//! What is placed, and what is refused.

use super::*;
use crate::email::Email;
use crate::event::{CalendarMetadata, ResponseStatus};
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
            Fact::CalendarMetadata,
            FactValue::Metadata(CalendarMetadata::shown([
                ("team".to_owned(), Some("Sales".to_owned())),
                ("tier".to_owned(), None),
            ])),
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
#[test_case("{{ calendar_metadata.team }}{{ calendar_metadata.tier }}{{ calendar_metadata['cost-center'] | default('?') }}", "Sales?"; "metadata")]
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
    let written = json!({"bot_name": "{{ title }}", "metadata": {"title": "{{ title }}{{ title }}{{ title }}"}});
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
fn a_placeholder_gets_the_beginning_of_a_long_title() {
    let written = json!({"metadata": {"title": "{{ title }}"}});
    let long = FactValue::Text("ü".repeat(900));
    let config = compile(&written)
        .expect("valid")
        .render(&FactValues::from([(Fact::Title, long)]));
    assert_eq!(config.json()["metadata"]["title"], "ü".repeat(200));
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

#[test_case("{{ [1] * 30000000 }}", "only numbers can be multiplied"; "a repeated list")]
#[test_case("{{ 'x' * 90000000 }}", "only numbers can be multiplied"; "a repeated text")]
#[test_case("{{ 90000000 * title }}", "only numbers can be multiplied"; "a repeated fact")]
#[test_case("{{ 2 in ([1] * 30000000) }}", "only numbers can be multiplied"; "a constant that is searched")]
#[test_case("{{ ([1] * 30000000) == ([1] * 30000000) }}", "only numbers can be multiplied"; "constants that are compared")]
#[test_case("{% for a in [[1] * 9999] * 9999 %}{% endfor %}", "only numbers can be multiplied"; "a loop over repeated lists")]
#[test_case("{% if [1] * 30000000 %}{% endif %}", "only numbers can be multiplied"; "a condition")]
#[test_case("{{ title | default([1] * 30000000) }}", "only numbers can be multiplied"; "an argument of a filter")]
#[test_case("{{ title if ([1] * 30000000) else 1 }}", "only numbers can be multiplied"; "a choice")]
#[test_case("{{ {'a': [1] * 30000000} }}", "only numbers can be multiplied"; "a value of a map")]
#[test_case("{{ title[:[1] * 30000000] }}", "only numbers can be multiplied"; "a bound of a slice")]
#[test_case("{% set n = [1] %}{{ n * 30000000 }}", "only numbers can be multiplied"; "a list with a name")]
#[test_case("{% with n = [1] %}{{ n * 30000000 }}{% endwith %}", "only numbers can be multiplied"; "a list with a name in a block")]
#[test_case("{{ title ** 2 }}", "only numbers can be multiplied"; "a power")]
#[test_case("{% set a = [1] %}{% set a = a + a %}{{ a + a }}", "can be added"; "lists that are doubled")]
#[test_case("{% set a = [1] %}{% set a = [a, a] %}{{ a == a }}", "a list cannot contain a list"; "lists of lists")]
#[test_case("{{ {'a': domains} }}", "a list cannot contain a list"; "a list in a map")]
#[test_case("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", "a loop does not call itself"; "a loop that calls itself")]
#[test_case("{% do range(1) %}", "this statement is not supported"; "a statement without effect")]
#[test_case("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "unknown statement macro"; "a macro")]
#[test_case("{% include 'bot_name' %}", "unknown statement include"; "a text that includes itself")]
#[test_case("{{ title | center(900000000) }}", "unknown filter"; "a wide text")]
#[test_case("{{ title | indent(900000000, true) }}", "more than the 10000 steps"; "an indented text")]
#[test_case("{{ '%0900000000d' | format(1) }}", "more than the 10000 steps"; "a wide number")]
#[test_case("{{ range(100000) | map('string') | list | length }}", "more than the 10000 steps"; "a mapped range")]
#[test_case("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "more than the 10000 steps"; "loops that print nothing")]
#[test_case(&format!("{{% set a = 'xxxx' %}}{}{{{{ a }}}}", "{% set a = a ~ a %}".repeat(60)), "more than the 10000 steps"; "texts that are doubled")]
#[test_case(&format!("{{% set a = 'xxxx' %}}{}{{{{ a }}}}", "{% set a %}{{ a }}{{ a }}{% endset %}".repeat(60)), "more than the 10000 steps"; "blocks that are doubled")]
#[test_case(&format!("{{{{ '{}' }}}}", "x".repeat(4_000)), "4000 characters at most"; "a long constant")]
#[test_case(&format!("{{{{ {}1{} }}}}", "[".repeat(500), "]".repeat(500)), "exceeds maximum recursion limits"; "deep brackets")]
fn a_placeholder_that_may_grow_without_a_bound_is_refused(text: &str, expected: &str) {
    let problem = compile(&json!({"bot_name": text})).expect_err("refused");
    assert!(problem.contains(expected), "{problem}");
}

#[test_case("{{ participants * 2 + 1 }} people", "7 people"; "numbers")]
#[test_case("{{ title + ' by ' + 'Notes' }}", "Kick-off by Notes"; "texts")]
#[test_case("{{ [title, 'Notes', participants] | join(', ') }}", "Kick-off, Notes, 3"; "a list")]
#[test_case("{% for a in attendees %}{{ loop.index * 2 }} {{ a.address + '.' }}{% endfor %}", "2 buyer@globex.example."; "in a loop")]
#[test_case("{% for d in domains %}{{ d + ' ' }}{% endfor %}", "a.example b.example "; "items of a list")]
#[test_case("{{ (domains | length) * 10 }}", "20"; "a length")]
#[test_case("{% set twice = title ~ title %}{{ twice | length }}", "16"; "a text with a name")]
#[test_case("{{ 9 ** 9 ** 9 }}", ""; "a number that is too large")]
fn a_placeholder_that_stays_small_is_rendered(text: &str, expected: &str) {
    let config = compile(&json!({"bot_name": text}))
        .expect("valid")
        .render(&facts());
    assert_eq!(config.json()["bot_name"], expected);
}

#[test]
fn a_text_that_takes_too_many_steps_for_a_meeting_is_empty() {
    let text = "{% for a in domains %}{% for b in domains %}{{ a }}{{ b }}{% endfor %}{% endfor %}";
    let template = compile(&json!({"bot_name": text})).expect("valid");
    let domains = FactValue::Texts(vec!["a.example".to_owned(); 2_000]);
    let config = template.render(&FactValues::from([(Fact::Domains, domains)]));
    assert_eq!(config.json()["bot_name"], "");
}
