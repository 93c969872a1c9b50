//! Named policies, their selectors, and the connected calendars.

use jiff::Timestamp;
use serde_json::{Value, json};
use test_case::test_case;

use super::{document, one, policies, warnings};
use crate::email::Email;
use crate::event::{Calendar, CalendarStatus, Platform};
use crate::id::CalendarId;

#[test_case(&[&["@acme.example"], &["@emea.acme.example"]], "policies[1].calendars[0]", "the policy \"p-0\" before it has `@acme.example`"; "a subdomain behind its domain")]
#[test_case(&[&["lead@acme.example"], &["Lead@acme.example"]], "policies[1].calendars[0]", "for no calendar"; "an address again")]
#[test_case(&[&["calendar-1"], &["calendar-1"]], "policies[1].calendars[0]", "for no calendar"; "an id again")]
#[test_case(&[&["@acme.example", "@eu.acme.example"]], "policies[0].calendars[1]", "is in the list already"; "a subdomain in one list")]
#[test_case(&[&["@acme"]], "policies[0].calendars[0]", "has no dot"; "a domain without a dot")]
#[test_case(&[&["lead@acme"]], "policies[0].calendars[0]", "nobody's address"; "an address without a dot")]
fn a_selector_that_selects_nothing_is_pointed_out(selectors: &[&[&str]], place: &str, part: &str) {
    one(&warnings(&policies(selectors)), place, part);
}

#[test]
fn selectors_that_go_before_others_are_not_pointed_out() {
    let selectors: &[&[&str]] = &[
        &["@emea.acme.example"],
        &["@acme.example"],
        &["lead@acme.example", "calendar-1"],
    ];
    assert_eq!(warnings(&policies(selectors)), Vec::<String>::new());
}

#[test]
fn a_policy_that_denies_its_own_calendars_is_pointed_out() {
    let mut written = policies(&[&["sales@eu.acme.example"]]);
    written["denied_domains"] = json!(["counsel.example", "acme.example"]);
    one(
        &warnings(&written),
        "denied_domains[1]",
        "is the domain of sales@eu.acme.example",
    );
}

#[test]
fn a_policy_that_sets_nothing_is_pointed_out() {
    let written = json!({"policies": [{"name": "a", "calendars": ["a@acme.example"]}]});
    one(&warnings(&written), "policies[0]", "it sets nothing");
}

#[test]
fn own_domains_are_something_that_a_policy_sets() {
    let named =
        json!({"name": "a", "calendars": ["a@acme.example"], "own_domains": ["umbrella.example"]});
    let written = json!({"policies": [named]});
    assert_eq!(warnings(&written), Vec::<String>::new());
}

#[test_case(json!({"team": "sales"}), json!({"tier": "gold", "team": "sales"}), true; "a part of its metadata")]
#[test_case(json!({"tier": "gold", "team": "sales"}), json!({"team": "sales"}), false; "more metadata")]
#[test_case(json!({"team": "sales"}), json!({"team": "legal"}), false; "other metadata")]
fn metadata_that_selects_nothing_is_pointed_out(before: Value, after: Value, is_hidden: bool) {
    let policy = |name, metadata| json!({"name": name, "metadata": metadata, "default": "skip"});
    let written = json!({"policies": [policy("a", before), policy("b", after)]});
    let found = warnings(&written);
    if is_hidden {
        let part = "`team: sales, tier: gold` is for no calendar, since the policy \"a\" before it has `team: sales`";
        one(&found, "policies[1].metadata", part);
    } else {
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn metadata_of_no_connected_calendar_is_pointed_out() {
    let policy = |name, team| json!({"name": name, "metadata": {"team": team}, "default": "skip"});
    let written = json!({"policies": [policy("a", "sales"), policy("b", "sale")]});
    let mut sales = calendar("calendar-1", None, CalendarStatus::Connected);
    let team = ("team".to_owned(), Some("sales".to_owned()));
    sales.metadata = crate::event::CalendarMetadata::shown([team]);
    let found = for_connected(&written, &[sales]);
    one(
        &found,
        "policies[1].metadata",
        "no connected calendar has team: sale; `callsheet calendars list --metadata team` shows",
    );
}

fn calendar(id: &str, email: Option<&str>, status: CalendarStatus) -> Calendar {
    Calendar {
        id: CalendarId::parse(id).expect("an id"),
        platform: Platform::Google,
        status,
        email: email.map(|email| Email::parse(email).expect("an address")),
        disconnect_reason: None,
        metadata: crate::event::CalendarMetadata::default(),
        created_at: None,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn for_connected(written: &Value, calendars: &[Calendar]) -> Vec<String> {
    let warnings = document(written).warnings_for(calendars);
    warnings.iter().map(ToString::to_string).collect()
}

#[test_case("sale@acme.example", "did you mean `sales@acme.example`?"; "a misspelt address")]
#[test_case("@acme.exmple", "did you mean `@acme.example`?"; "a misspelt domain")]
#[test_case("calendar-2", "did you mean `calendar-1`?"; "another id")]
#[test_case("gone@acme.example", "is of no connected calendar"; "a calendar that was disconnected")]
fn a_selector_of_no_connected_calendar_is_pointed_out(selector: &str, part: &str) {
    let calendars = [
        calendar(
            "calendar-1",
            Some("sales@acme.example"),
            CalendarStatus::Connected,
        ),
        calendar(
            "calendar-9",
            Some("gone@acme.example"),
            CalendarStatus::Disconnected,
        ),
    ];
    let found = for_connected(&policies(&[&["sales@acme.example", selector]]), &calendars);
    one(&found, "policies[0].calendars[1]", part);
    assert!(
        found[0].contains("`callsheet calendars list` shows them"),
        "{found:?}"
    );
}

#[test]
fn before_any_calendar_is_connected_no_selector_is_pointed_out() {
    let gone = calendar("calendar-9", None, CalendarStatus::Disconnected);
    let found = for_connected(&policies(&[&["sales@acme.example"]]), &[gone]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn an_owner_who_is_not_known_may_be_meant() {
    let calendars = [calendar("calendar-1", None, CalendarStatus::Connected)];
    let found = for_connected(&policies(&[&["sales@acme.example"]]), &calendars);
    one(
        &found,
        "policies[0].calendars[0]",
        "as far as the addresses of their owners are known",
    );
}

#[test]
fn a_denied_domain_of_connected_calendars_is_pointed_out() {
    let calendars = [calendar(
        "calendar-1",
        Some("sales@eu.acme.example"),
        CalendarStatus::Connected,
    )];
    let found = for_connected(&json!({"denied_domains": ["acme.example"]}), &calendars);
    one(&found, "denied_domains[0]", "none of these is recorded");
}
