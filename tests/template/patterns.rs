//! The patterns of parameters allow exactly the texts that the functions can parse.

use callsheet_console::{Embedders, SignIn};
use callsheet_recall::{BaseUrl, WebhookSecrets};
use proptest::prelude::*;
use proptest::string::string_regex;
use regex_lite::Regex;
use test_case::test_case;

use crate::reading::Template;

fn is_base_url(text: &str) -> bool {
    BaseUrl::parse(text).is_ok()
}

fn are_secrets(text: &str) -> bool {
    WebhookSecrets::parse(text).is_ok()
}

fn are_embedders(text: &str) -> bool {
    text.parse::<Embedders>().is_ok()
}

fn is_sign_in(text: &str) -> bool {
    text.is_empty() || text.parse::<SignIn>().is_ok()
}

fn pattern(parameter: &str) -> String {
    let template = Template::read();
    template
        .text(&format!("Parameters.{parameter}.AllowedPattern"))
        .to_owned()
}

/// A text that the pattern allows, and the same with a few characters changed.
fn texts(pattern: &str, characters: &'static str) -> impl Strategy<Value = (String, String)> {
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    let allowed = string_regex(inner).expect("a pattern that can be generated from");
    let characters: Vec<char> = characters.chars().collect();
    let change = (
        any::<prop::sample::Index>(),
        0..3_usize,
        prop::collection::vec(prop::sample::select(characters), 0..3),
    );
    (allowed, change).prop_map(|(allowed, (place, removed, by))| {
        let mut changed: Vec<char> = allowed.chars().collect();
        let at = place.index(changed.len() + 1);
        let end = changed.len().min(at + removed);
        changed.splice(at..end, by);
        (allowed, changed.into_iter().collect())
    })
}

#[test_case("RecallBaseUrl", is_base_url, "htps:/.-[]127058recalix@?#%"; "the address of Recall")]
#[test_case("ConsoleEmbedders", are_embedders, "htps:/.-*1270lcaxe; ,'"; "who may frame the console")]
#[test_case("ConsoleSignIn", is_sign_in, "htps:/.-_~%1270lcagroups= ;?'\"é"; "where people sign in")]
#[test_case("RecallWebhookSecrets", are_secrets, "whsec_-+/=A9, \n\t.é"; "the secrets of webhooks")]
fn a_parameter_allows_what_its_parser_accepts_and_nothing_else(
    parameter: &str,
    accepts: fn(&str) -> bool,
    characters: &'static str,
) {
    let pattern = pattern(parameter);
    let allows = Regex::new(&pattern).expect("a pattern");
    proptest!(
        ProptestConfig::with_cases(400),
        |((allowed, changed) in texts(&pattern, characters), other in "[ -~]{0,40}")| {
            prop_assert!(accepts(&allowed), "it cannot be parsed: {allowed:?}");
            prop_assert_eq!(allows.is_match(&changed), accepts(&changed), "{:?}", changed);
            prop_assert_eq!(allows.is_match(&other), accepts(&other), "{:?}", other);
        }
    );
}

#[test]
fn the_default_address_is_allowed() {
    let template = Template::read();
    assert!(is_base_url(
        template.text("Parameters.RecallBaseUrl.Default")
    ));
}
