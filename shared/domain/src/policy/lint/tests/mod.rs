//! What can hardly be meant is pointed out, and what can is not.

mod calendars;
mod locks;
mod reach;

use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

use crate::policy::PolicyDocument;

fn document(change: &Value) -> PolicyDocument {
    let mut json = json!({"version": 1, "default": "skip"});
    for (name, value) in change.as_object().expect("an object") {
        json[name] = value.clone();
    }
    PolicyDocument::parse(&json.to_string()).expect("in the format")
}

fn warnings(change: &Value) -> Vec<String> {
    let warnings = document(change).warnings();
    warnings.iter().map(ToString::to_string).collect()
}

/// The warnings about a rule with this condition.
fn of_rule(when: Value) -> Vec<String> {
    warnings(&json!({"rules": [{"name": "a-rule", "when": when, "then": "record"}]}))
}

fn one(found: &[String], place: &str, part: &str) {
    assert_eq!(found.len(), 1, "{found:?}");
    let text = &found[0];
    assert!(text.starts_with(&format!("{place}: ")), "{text}");
    assert!(text.contains(part), "{text}");
}

#[test_case(json!({"any_domain": ["acme"]}), "any_domain[0]", "`acme` has no dot, so it is no company's domain: only domains that end in .acme are of it; did you mean `acme.com`?"; "a domain without a dot")]
#[test_case(json!({"no_domain": ["acme.example", "acme"]}), "no_domain[1]", "did you mean `acme.example`?"; "one whose whole is in the list")]
#[test_case(json!({"only_domains": ["com"]}), "only_domains[0]", "has no dot"; "an ending")]
#[test_case(json!({"only_domains": ["co.uk"]}), "only_domains[0]", "every domain that ends in .co.uk is of it; write the whole domain, such as `acme.co.uk`"; "an ending with a dot")]
#[test_case(json!({"any_domain": ["www.acme.example"]}), "any_domain[0]", "did you mean `acme.example`?"; "a host")]
#[test_case(json!({"any_domain": ["acme.example", "eu.ACME.example"]}), "any_domain[1]", "`acme.example` includes it"; "a subdomain of another")]
#[test_case(json!({"any_domain": ["acme.example", "@acme.example"]}), "any_domain[1]", "is in the list already"; "a domain twice")]
#[test_case(json!({"organizer": ["@acme"]}), "organizer[0]", "has no dot"; "an organizer's domain without a dot")]
#[test_case(json!({"organizer": ["lead@acme"]}), "organizer[0]", "did you mean `lead@acme.com`?"; "an organizer's address without a dot")]
#[test_case(json!({"any_attendee": ["lead@acme"]}), "any_attendee[0]", "has a domain without a dot, so it is nobody's address"; "an address without a dot")]
#[test_case(json!({"any_attendee": ["lead*@acme.example"]}), "any_attendee[0]", "there are no wildcards"; "a wildcard in an address")]
#[test_case(json!({"any_attendee": ["lead@acme.example", "Lead <mailto:lead@acme.example>"]}), "any_attendee[1]", "is in the list twice"; "an address in two spellings")]
#[test_case(json!({"organizer": ["lead@acme.example", "<lead@acme.example>"]}), "organizer[1]", "is in the list twice"; "an organizer in two spellings")]
#[test_case(json!({"any_attendee": ["*@acme.example"]}), "any_attendee[0]", "for everybody of the domain write `@acme.example`"; "a wildcard address")]
#[test_case(json!({"any_attendee": ["lead@acme.example", "Lead@acme.example"]}), "any_attendee[1]", "is in the list twice"; "an address twice")]
#[test_case(json!({"title_has": ["-"]}), "title_has[0]", "has no letter and no digit"; "a sign")]
#[test_case(json!({"title_lacks": ["!?"]}), "title_lacks[0]", "has no letter and no digit"; "signs")]
#[test_case(json!({"title_has": ["\u{200b}"]}), "title_has[0]", "this looks empty"; "an invisible character")]
#[test_case(json!({"title_has": ["*interview*"]}), "title_has[0]", "looks like a pattern, but whole words are compared and signs do not matter; write `interview`"; "wildcards")]
#[test_case(json!({"title_has": ["/interview/"]}), "title_has[0]", "write `interview`"; "a regular expression")]
#[test_case(json!({"title_has": ["interview, 1:1"]}), "title_has[0]", "for any of them write an entry each: `interview`, `1:1`"; "two words in one")]
#[test_case(json!({"title_has": ["interview", "Job interview"]}), "title_has[1]", "each title that has it has `interview`"; "a phrase with another in it")]
#[test_case(json!({"title_has": ["1:1", "1-1"]}), "title_has[1]", "is in the list already"; "a phrase twice")]
#[test_case(json!({"own_response": ["declined", "declined"]}), "own_response[1]", "twice"; "a response twice")]
#[test_case(json!({"meeting_platform": ["zoom", "zoom"]}), "meeting_platform[1]", "twice"; "a platform twice")]
#[test_case(json!({"within_hours": {"days": ["monday", "monday"], "from": "09:00", "to": "17:00"}}), "within_hours.days[1]", "`monday` is in the list twice"; "a day twice")]
#[test_case(json!({"within_hours": {"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], "from": "00:00", "to": "24:00"}}), "within_hours", "these are all hours of the week"; "all hours")]
fn an_entry_that_cannot_be_meant_is_pointed_out(when: Value, place: &str, part: &str) {
    one(&of_rule(when), &format!("rules[0].when.{place}"), part);
}

#[test_case(json!({"spending": {"bots_per_day": 10, "bots_per_month": 10}}), Some(("spending.bots_per_day", "10 is never reached, since `bots_per_month` is 10; lower it, or leave it out")); "a day's cap as high as the month's")]
#[test_case(json!({"spending": {"hours_per_day": 9, "bots_per_month": 8, "hours_per_month": 10}}), None; "a day's cap below the month's")]
#[test_case(json!({"spending": {"bots_per_day": 10}, "policies": [{"name": "a", "calendars": ["@a.example"], "spending": {"bots_per_day": 11}}]}), Some(("policies[0].spending.bots_per_day", "11 is never reached, since `spending` allows 10 in all calendars")); "a policy's cap above that of all")]
#[test_case(json!({"spending": {"bots_per_day": 10}, "policies": [{"name": "a", "calendars": ["@a.example"], "spending": {"bots_per_day": 10, "hours_per_day": 20}}]}), None; "a policy's cap within that of all")]
fn a_cap_that_is_never_reached_is_pointed_out(change: Value, expected: Option<(&str, &str)>) {
    match expected {
        Some((place, part)) => one(&warnings(&change), place, part),
        None => assert_eq!(warnings(&change), Vec::<String>::new()),
    }
}

#[test_case(json!({"any_domain": ["acme.example", "globex.co.uk", "acme.com"]}); "domains")]
#[test_case(json!({"any_domain": ["eu.acme.example", "us.acme.example"]}); "two subdomains")]
#[test_case(json!({"any_attendee": ["lead@acme.example", "o'neil+x@eu.acme.example"]}); "addresses")]
#[test_case(json!({"any_attendee": ["mailto:lead@acme.example", "<boss@acme.example>", "Jane Roe <jane@acme.example>"]}); "addresses as calendars write them")]
#[test_case(json!("size(attendees) == 2"); "a size that is known of whole lists only")]
#[test_case(json!({"organizer": ["lead@acme.example", "@acme.example", "globex.example"]}); "organizers")]
#[test_case(json!({"title_has": ["interview", "1:1", "R&D", "C++", "Q3/Q4", "[rec]", "what's next?", "überblick"]}); "words")]
#[test_case(json!({"within_hours": {"from": "09:00", "to": "17:00"}}); "working hours")]
#[test_case(json!({"participants_at_least": 3, "minutes_at_most": 30}); "numbers")]
#[test_case(json!("attendees.exists(a, a.domain == 'acme.example') && size(attendees) < 20"); "an expression over people")]
#[test_case(json!("size(external_domains) < 200"); "a long list")]
#[test_case(json!("title.lower().contains('[rec]') || hour < 12"); "an expression")]
#[test_case(json!("hosted == null || hosted"); "a test of an unknown fact")]
fn what_can_be_meant_is_not_pointed_out(when: Value) {
    assert_eq!(of_rule(when), Vec::<String>::new());
}

#[test]
fn a_domain_without_a_dot_is_completed_by_the_domains_of_the_policy() {
    let mut written = policies(&[&["sales@acme.example"]]);
    written["rules"] = json!([{"name": "a", "when": {"no_domain": ["acme"]}, "then": "record"}]);
    one(
        &warnings(&written),
        "rules[0].when.no_domain[0]",
        "did you mean `acme.example`?",
    );
}

#[test_case("EST", "America/New_York"; "no daylight saving time")]
#[test_case("est", "America/New_York"; "in any case")]
#[test_case("MST", "America/Denver"; "mountain time")]
#[test_case("HST", "Pacific/Honolulu"; "an abbreviation")]
#[test_case("EST5EDT", "America/New_York"; "two abbreviations")]
#[test_case("GMT", "Europe/London"; "no summer time")]
#[test_case("CET", "Europe/Berlin"; "an abbreviation that countries share")]
#[test_case("Etc/GMT+3", "opposite sign"; "an offset")]
fn a_doubtful_time_zone_is_pointed_out(zone: &str, part: &str) {
    one(&warnings(&json!({"time_zone": zone})), "time_zone", part);
    let named =
        json!({"policies": [{"name": "a", "calendars": ["a@acme.example"], "time_zone": zone}]});
    one(&warnings(&named), "policies[0].time_zone", part);
}

#[test_case("Europe/Berlin"; "a place")]
#[test_case("UTC"; "UTC")]
#[test_case("Eastern Standard Time"; "a Windows name")]
#[test_case("US/Eastern"; "an old name of a place")]
fn a_place_is_no_doubtful_time_zone(zone: &str) {
    assert_eq!(warnings(&json!({"time_zone": zone})), Vec::<String>::new());
}

#[test_case(json!({"bot_nme": "x"}), "bot.bot_nme", "Recall's Create Bot has no key `bot_nme`; did you mean `bot_name`?"; "a misspelt key")]
#[test_case(json!({"colour": "red"}), "bot.colour", "Callsheet knows no key `colour` of Recall's Create Bot, and passes it on as it is; look it up, or delete it"; "an unknown key")]
#[test_case(json!({"transcription_options": {}}), "bot.transcription_options", "it is `recording_config.transcript` now"; "a key of an earlier version")]
#[test_case(json!({"transcript": {}}), "bot.transcript", "it belongs into `recording_config`"; "a key at the top")]
#[test_case(json!({"recording_config": {"chat": {}}}), "bot.recording_config.chat", "it belongs into `bot` itself"; "a key too deep")]
#[test_case(json!({"automatic_leave": {"waiting_room_timout": 5}}), "bot.automatic_leave.waiting_room_timout", "did you mean `waiting_room_timeout`?"; "a misspelt key below")]
#[test_case(json!({"variant": {"teams": "web"}}), "bot.variant.teams", "no key `teams`"; "a platform")]
#[test_case(json!({"deduplication_key": "x"}), "bot.deduplication_key", "`deduplication` of the policy"; "the key of the bot")]
#[test_case(json!({"bot_name": ""}), "bot.bot_name", "leave it out"; "no name")]
#[test_case(json!({"bot_name": "Notes: {title}"}), "bot.bot_name", "did you mean `{{ title }}`?"; "a single brace")]
#[test_case(json!({"metadata": {"event_id": "x"}}), "bot.metadata.event_id", "Callsheet sets `event_id` itself"; "metadata of its own")]
#[test_case(json!({"automatic_leave": {"silence_detection": {"timeout": 60, "activate_after": 0}}}), "bot.automatic_leave.silence_detection.activate_after", "Recall refuses 0"; "a refused number")]
#[test_case(json!({"automatic_leave": {"bot_detection": {"using_participant_names": {"matches": [], "timeout": 60}}}}), "bot.automatic_leave.bot_detection.using_participant_names.matches", "detects no bot"; "an empty list of names")]
#[test_case(json!({"automatic_leave": {"bot_detection": {"using_participant_names": {"timeout": 60}}}}), "bot.automatic_leave.bot_detection.using_participant_names", "without `matches`"; "names without a list")]
#[test_case(json!({"automatic_leave": {"bot_detection": {"using_participant_events": {"timeout": 9}}}}), "bot.automatic_leave.bot_detection.using_participant_events.timeout", "less than 10 seconds"; "a short timeout")]
#[test_case(json!({"bot_name": "Notes", "google_meet": {"google_login_group_id": "g"}}), "bot.bot_name", "the name of its Google account"; "a name and a sign-in to Meet")]
#[test_case(json!({"bot_name": "Notes", "google_meet": {"login_required": true}}), "bot.bot_name", "the name of its Google account"; "a name and a required sign-in")]
fn a_bots_body_is_checked(mut bot: Value, place: &str, part: &str) {
    // Another warning, which has a test of its own.
    bot["recording_config"]["retention"] = json!({"type": "timed", "hours": 720});
    one(&warnings(&json!({"bot": bot})), place, part);
    let named = json!({"policies": [{"name": "a", "calendars": ["a@acme.example"], "bot": bot}]});
    one(&warnings(&named), &format!("policies[0].{place}"), part);
}

#[test]
fn a_usual_body_is_not_pointed_out() {
    let bot = json!({
        "bot_name": "Notes: {{ title }}",
        "metadata": {"host": "{{ organizer }}", "anything": "x"},
        "recording_config": {"transcript": {"provider": {"recallai_streaming": {}}}, "retention": {"type": "timed", "hours": 24}},
        "automatic_leave": {"waiting_room_timeout": 600, "bot_detection": {"using_participant_names": {"matches": ["notetaker"], "timeout": 60, "activate_after": 10}}},
        "chat": {"on_bot_join": {"send_to": "everyone", "message": "Recorded"}},
        "zoom": {"zak_url": "https://zak.example"},
        "google_meet": {"login_required": false, "google_login_group_id": null},
    });
    assert_eq!(warnings(&json!({"bot": bot})), Vec::<String>::new());
}

#[test_case(json!({"bot_name": "Notes"}); "a name alone")]
#[test_case(json!({"recording_config": {"transcript": {}}}); "a recording without it")]
fn a_bot_whose_recordings_are_kept_as_the_account_has_it_is_pointed_out(bot: Value) {
    one(&warnings(&json!({"bot": bot})), "bot", "for ever");
}

#[test]
fn a_policy_that_says_nothing_of_its_bot_is_not_pointed_out() {
    assert_eq!(warnings(&json!({"bot": {}})), Vec::<String>::new());
}

fn policies(selectors: &[&[&str]]) -> Value {
    let policies = selectors.iter().enumerate();
    let policies = policies.map(|(index, calendars)| json!({"name": format!("p-{index}"), "calendars": calendars, "rules": []}));
    json!({"policies": policies.collect::<Vec<_>>()})
}

#[test_case("own_domains"; "domains that are ours")]
#[test_case("public_mail_domains"; "domains of public mail providers")]
fn lists_of_domains_are_checked_like_those_of_rules(name: &str) {
    let place = |index| format!("{name}[{index}]");
    let found = warnings(&json!({name: ["acme.example", "acme", "eu.acme.example"]}));
    assert_eq!(found.len(), 2, "{found:?}");
    one(&found[..1], &place(1), "did you mean `acme.example`?");
    one(&found[1..], &place(2), "`acme.example` includes it");
}

#[test]
fn own_domains_of_a_named_policy_are_checked() {
    let named = json!({"name": "a", "calendars": ["a@acme.example"], "own_domains": ["co.uk"]});
    let found = warnings(&json!({"policies": [named]}));
    one(
        &found,
        "policies[0].own_domains[0]",
        "every domain that ends in .co.uk",
    );
}

#[test_case(json!({"own_domains": ["eu.acme.example"]}); "of the whole")]
#[test_case(json!({"policies": [{"name": "a", "calendars": ["calendar-1"], "own_domains": ["acme.example"]}]}); "of a named policy")]
fn a_denied_domain_that_is_ours_is_pointed_out(mut written: Value) {
    written["denied_domains"] = json!(["acme.example"]);
    one(
        &warnings(&written),
        "denied_domains[0]",
        "is ours by `own_domains`",
    );
}

#[test]
fn the_built_in_policy_leaves_retention_to_the_account_and_has_no_other_warning() {
    let found = PolicyDocument::built_in().warnings();
    let texts: Vec<_> = found.iter().map(ToString::to_string).collect();
    one(&texts, "bot", "as the account has it");
}

proptest! {
    /// Any texts are checked without a panic, and each warning says what to do.
    #[test]
    fn any_entries_are_checked(entries in prop::collection::vec("[a-z0-9.@*<>, /:\u{200b}-]{0,12}", 1..4), source in "[a-z<>=!&|0-9 '()]{0,30}") {
        let written = json!({
            "denied_domains": entries,
            "rules": [{"name": "a", "when": {"any_domain": entries, "any_attendee": entries, "organizer": entries, "title_has": entries}, "then": "skip"}, {"name": "b", "when": source, "then": "skip"}],
            "policies": [{"name": "p", "calendars": entries}],
        });
        for warning in document(&written).warnings() {
            prop_assert!(!warning.place.is_empty() && !warning.message.is_empty());
        }
    }
}
