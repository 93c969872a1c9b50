//! What is an address, and what is none.

use test_case::test_case;

use super::*;

#[test_case("sales@acme.example", Some("sales@acme.example"); "usual")]
#[test_case(" Sales@ACME.example ", Some("sales@acme.example"); "case and blanks")]
#[test_case("\"team@sales\"@acme.example", Some("\"team@sales\"@acme.example"); "the last at counts")]
#[test_case("jane+notes@globex.example", Some("jane+notes@globex.example"); "a tag stays")]
#[test_case("o'hara@globex.example", Some("o'hara@globex.example"); "an apostrophe stays")]
#[test_case("jürgen@münchen.example", Some("jürgen@xn--mnchen-3ya.example"); "letters outside of ASCII")]
#[test_case("acme.example", None; "no at")]
#[test_case("@acme.example", None; "no name")]
#[test_case("sales@", None; "no domain")]
#[test_case("two words@acme.example", None; "a blank inside")]
#[test_case("jane@globex.example@acme.example", None; "two ats")]
#[test_case("jane@globex.example; john@acme.example", None; "two addresses")]
#[test_case("jane@globex.example,john@acme.example", None; "two addresses with a comma")]
#[test_case("<jane@globex.example> <john@acme.example>", None; "two addresses in brackets")]
#[test_case("partner@counsel.example, Ann <ann@acme.example>", None; "an address before a name with another")]
#[test_case("Ann <ann@acme.example>, partner@counsel.example", None; "an address behind another in brackets")]
#[test_case("Jane Roe jane@globex.example", None; "a name without brackets")]
#[test_case("Jane Roe", None; "a name alone")]
#[test_case("/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=jane", None; "an entry of a directory")]
#[test_case("EX:/O=EXCHANGELABS/CN=JANE@GLOBEX.EXAMPLE", None; "an entry of a directory with an at")]
#[test_case("invalid:nomail", None; "the text for no mail")]
#[test_case("tel:+49301234", None; "a telephone")]
#[test_case("", None; "nothing")]
fn reads_an_address(text: &str, expected: Option<&str>) {
    let read = Email::parse(text).ok();
    assert_eq!(read.as_ref().map(Email::as_str), expected);
}

#[test_case("Jane Roe <jane@globex.example>"; "a name")]
#[test_case("\"Roe, Jane\" <Jane@Globex.example>"; "a quoted name")]
#[test_case("\"jane@acme.example\" <jane@globex.example>"; "an address for a name")]
#[test_case("Roe (Globex <Sales>), Jane <jane@globex.example>"; "brackets in a name")]
#[test_case("jane@globex.example <jane@globex.example>"; "the address for a name")]
#[test_case("Jane Roe <jane@globex.example"; "a bracket that is not closed")]
#[test_case("<jane@globex.example>"; "brackets")]
#[test_case("Jane Roe <'jane@globex.example'>"; "quotes in brackets")]
#[test_case("Jane Roe <mailto:jane@globex.example>"; "a link in brackets")]
#[test_case("'jane@globex.example'"; "quotes")]
#[test_case("\"jane@globex.example\""; "double quotes")]
#[test_case("“jane@globex.example”"; "typographic quotes")]
#[test_case("‘jane@globex.example’"; "typographic single quotes")]
#[test_case("'\"jane@globex.example\"'"; "quotes in quotes")]
#[test_case("jane@globex.example,"; "a comma behind")]
#[test_case("jane@globex.example;"; "a semicolon behind")]
#[test_case("jane@globex.example."; "a full stop behind")]
#[test_case("jane@globex.example>"; "a bracket that was not opened")]
#[test_case("jane@globex.example'"; "half of the quotes")]
#[test_case("\"jane@globex.example"; "the other half")]
#[test_case("jane@globex.example!?"; "signs behind")]
#[test_case("jane@globex.example (Jane Roe)"; "a comment")]
#[test_case("(jane@globex.example)"; "round brackets")]
#[test_case("SMTP:jane@globex.example"; "a scheme of Exchange")]
#[test_case("smtp: jane@globex.example"; "a scheme and a blank")]
#[test_case("mailto:jane@globex.example"; "a link")]
#[test_case("MAILTO:jane%40globex.example?subject=x"; "an encoded link")]
#[test_case("jane＠globex.example"; "a full-width at")]
#[test_case("\u{200b}jane@glob\u{ad}ex.example\u{feff}"; "characters that show nothing")]
#[test_case("jane_globex.example#EXT#@tenant.onmicrosoft.com"; "a guest of a directory")]
#[test_case("jane_globex.example#ext#@tenant.onmicrosoft.com"; "a guest in lower case")]
#[test_case("IMCEASMTP-jane+40globex+2Eexample@acme.example"; "put into an address of Exchange")]
fn takes_the_address_out_of(text: &str) {
    let read = Email::parse(text).expect("an address");
    assert_eq!(read.as_str(), "jane@globex.example");
}

#[test_case("jane_roe_globex.example#EXT#@tenant.onmicrosoft.com", Some("jane_roe@globex.example"); "an underscore in the name")]
#[test_case("jane_globex.example#EXT#", Some("jane@globex.example"); "a guest without the tenant")]
#[test_case("globex.example#EXT#@tenant.onmicrosoft.com", None; "a guest without a name")]
#[test_case("#EXT#@tenant.onmicrosoft.com", None; "nobody")]
#[test_case("IMCEAEX-_O=EXCHANGELABS_CN=RECIPIENTS_CN=jane@prod.outlook.com", None; "an entry of a directory")]
#[test_case("imceasmtp-jane@acme.example", None; "an encoding of no address")]
fn a_guest_is_of_their_own_company(text: &str, expected: Option<&str>) {
    let read = Email::parse(text).ok();
    assert_eq!(read.as_ref().map(Email::as_str), expected);
}

#[test_case("c_188a@group.calendar.google.com", [true, false]; "a calendar of a team")]
#[test_case("en.usa#holiday@group.v.calendar.google.com", [true, false]; "a calendar of holidays")]
#[test_case("feed1@import.calendar.google.com", [true, false]; "a calendar that was imported")]
#[test_case("c_77@resource.calendar.google.com", [true, true]; "a room")]
#[test_case("unknownorganizer@calendar.google.com", [true, false]; "an unknown organizer")]
#[test_case("0f1e.acme@emea.teams.ms", [true, false]; "a channel")]
#[test_case("jane@notcalendar.google.com", [false, false]; "another with the same ending")]
#[test_case("jane@google.com", [false, false]; "a person")]
fn knows_what_is_no_person(text: &str, expected: [bool; 2]) {
    let read = Email::parse(text);
    let found = read.map_or([false, false], |email| {
        [email.is_stand_in(), email.is_room()]
    });
    assert_eq!(found, expected);
}

#[test]
fn the_public_providers_are_domains_in_their_one_form_and_in_order() {
    let parsed: Vec<_> = PUBLIC_PROVIDERS
        .iter()
        .map(|text| Domain::parse(text))
        .collect();
    let texts: Vec<_> = parsed.iter().flatten().map(Domain::as_str).collect();
    assert_eq!(texts, PUBLIC_PROVIDERS);
    assert!(PUBLIC_PROVIDERS.is_sorted());
}

#[test]
fn debug_hides_the_name() {
    let email = Email::parse("sales@acme.example").expect("an address");
    assert_eq!(format!("{email:?}"), "…@acme.example");
}
