//! What compiles, what is refused and where, and what is answered.

use std::collections::BTreeMap;

use test_case::test_case;

use super::*;
use crate::email::Email;
use crate::event::{CalendarMetadata, ResponseStatus};
use crate::fact::{FactValue, FactValues, Person};

fn person(address: &str, response: ResponseStatus, is_resource: bool) -> Person {
    Person {
        email: Email::parse(address).unwrap(),
        response,
        is_optional: false,
        is_resource,
        is_organizer: address.starts_with("ann"),
    }
}

/// A meeting of which not everything is known.
fn facts() -> FactValues {
    let text = |text: &str| FactValue::Text(text.to_owned());
    let texts = |texts: &[&str]| FactValue::Texts(texts.iter().map(ToString::to_string).collect());
    BTreeMap::from([
        (Fact::Title, text("Weekly Sync: Anna 1:1 Bob")),
        (Fact::Organizer, text("ann@acme.example")),
        (Fact::External, FactValue::Flag(true)),
        (Fact::AttendeesComplete, FactValue::Flag(true)),
        (Fact::Participants, FactValue::Number(3)),
        (Fact::Weekday, text("friday")),
        (Fact::OwnResponse, text("accepted")),
        (
            Fact::CalendarMetadata,
            FactValue::Metadata(CalendarMetadata::shown([
                ("team".to_owned(), Some("sales".to_owned())),
                ("cost-center".to_owned(), Some("Zürich 7".to_owned())),
                ("tier".to_owned(), None),
            ])),
        ),
        (
            Fact::Domains,
            texts(&["acme.example", "mail.other.example"]),
        ),
        (
            Fact::Attendees,
            FactValue::People(vec![
                person("ann@acme.example", ResponseStatus::Accepted, false),
                person("bob@mail.other.example", ResponseStatus::Declined, false),
                person("room@acme.example", ResponseStatus::Pending, true),
            ]),
        ),
    ])
}

#[test_case("STRASSENFEST", "title.lower().contains('Straßen')", true; "folded on both sides")]
#[test_case("STRASSENFEST", "'Straßenfest' == title.lower() && title.lower() in ['x', 'Straßenfest']", true; "equal, and in a list")]
#[test_case("STRASSENFEST", "title.lower().startsWith(string('Straßen')) && title.lower().endsWith('FEST')", true; "a text that is made")]
#[test_case("STRASSENFEST", "domains.exists(d, title.lower() != d.lower() && !title.contains(d))", true; "both in lower case")]
#[test_case("STRASSENFEST", "title.contains('Straßen')", false; "case matters without it")]
#[test_case("İSTANBUL TOPLANTISI", "title.lower().contains('toplantısı') && title.lower().contains('istanbul')", true; "both letters i of Turkish")]
#[test_case("Cafe\u{301} re\u{ad}view", "title == 'Café review' && title.contains('é r')", true; "what looks the same")]
#[test_case("Café review", "title == 'Cafe\u{301} re\u{ad}view' && title in ['Cafe\u{301} review']", true; "what looks the same in the expression")]
#[test_case("\u{fb01}nal ＲＥＶＩＥＷ", "title.startsWith('final') && title.endsWith('REVIEW')", true; "a ligature, and full width")]
#[test_case("山田さん面接のお知らせ", "title.hasWord('面接') && !title.hasWord('面談')", true; "words in a script without blanks")]
fn compares_texts_in_one_spelling(title: &str, source: &str, expected: bool) {
    let mut facts = facts();
    facts.insert(Fact::Title, FactValue::Text(title.to_owned()));
    let expression = Expression::compile(source).unwrap();
    assert_eq!(expression.evaluate(&facts), Ok(expected));
}

#[test_case("true", true; "a constant")]
#[test_case("external", true; "a flag")]
#[test_case("!external || participants > 2", true; "connectives")]
#[test_case("participants * 2 - 1 == 5 && participants % 2 == 1", true; "arithmetic")]
#[test_case("participants in [2, 3]", true; "a number in a list")]
#[test_case("'acme.example' in domains", true; "a text in a fact")]
#[test_case("weekday in ['monday', 'friday']", true; "a choice in a list")]
#[test_case("own_response != 'declined'", true; "a choice")]
#[test_case("title.contains('sync')", false; "contains respects case")]
#[test_case("title.lower().contains('sync')", true; "in lower case")]
#[test_case("title.startsWith('Weekly') && title.endsWith('Bob')", true; "ends")]
#[test_case("title.hasWord('weekly sync') && title.hasWord('1:1')", true; "whole words")]
#[test_case("title.hasWord('week')", false; "a part of a word")]
#[test_case("organizer.isOf('ACME.example')", true; "an address in a domain")]
#[test_case("size(title) == 25 && domains.size() == 2", true; "sizes")]
#[test_case("attendees.exists(a, a.domain.isOf('other.example') && !a.resource)", true; "one of a list")]
#[test_case("attendees.all(a, a.resource || a.response != 'pending')", true; "all of a list")]
#[test_case("attendees.exists_one(a, a.organizer)", true; "one")]
#[test_case("attendees.filter(a, !a.resource).map(a, a.domain) == domains", true; "filter and map")]
#[test_case("size(attendees.map(a, a.resource, a.address)) == 1", true; "map with a condition")]
#[test_case("attendees[0].address == organizer && attendees[0]['organizer']", true; "a place in a list")]
#[test_case("attendees.exists(a, attendees.exists(b, a != b && a.domain == b.domain))", true; "two loops")]
#[test_case("attendees.exists(title, title.optional)", false; "an element named as a fact")]
#[test_case("attendees.all(a, has(a.response))", true; "a field that is always there")]
#[test_case("(external ? participants : 0) == 3", true; "a condition")]
#[test_case("{'friday': 3}[weekday] == participants", true; "a map")]
#[test_case("{'friday': 3}.friday == 3 && has({'a': 1}.a) && 'a' in {'a': 1}", true; "fields of a map")]
#[test_case("string(participants) == '3' && int('3') == 3 && double(3) == 3.0", true; "conversions")]
#[test_case("[] == domains || [].exists(x, x)", false; "empty lists")]
#[test_case("hosted == null && external != null", true; "null is what is not known")]
#[test_case("external || hosted", true; "one side decides")]
#[test_case("hosted && !external", false; "the other side decides")]
#[test_case("null != external && !(hosted != null)", true; "null on either side")]
#[test_case("organizer_domain == null || organizer_domain == 'acme.example'", true; "asking before reading")]
#[test_case("attendees.exists(a, hosted == null && a.organizer)", true; "asking in a loop")]
#[test_case("organizer_domain == 'acme.example' && participants > 3", false; "what is not known does not matter")]
#[test_case("calendar_metadata.team == 'sales' && calendar_metadata['cost-center'] != ''", true; "metadata")]
#[test_case("calendar_metadata.team in ['sales', 'presales'] && size(calendar_metadata.team) == 5", true; "metadata as any text")]
#[test_case("calendar_metadata['cost-center'].lower().contains('ZU\u{308}RICH')", true; "metadata in one spelling")]
#[test_case("calendar_metadata.region == '' && !has(calendar_metadata.region) && has(calendar_metadata.team)", true; "metadata that the calendar does not have")]
#[test_case("calendar_metadata.tier == null && calendar_metadata.team != null", true; "metadata that is not known")]
#[test_case("calendar_metadata.team == 'sales' || calendar_metadata.tier == 'gold'", true; "metadata that does not matter")]
#[test_case("attendees.exists(a, a.organizer && calendar_metadata.team == 'sales')", true; "metadata in a loop")]
#[test_case("// why\n  external\n  && true // because", true; "lines and comments")]
fn answers(source: &str, expected: bool) {
    let expression = Expression::compile(source).unwrap();
    assert_eq!(expression.evaluate(&facts()), Ok(expected));
}

#[test_case("calendar_metadata.tier == 'gold'", "\"calendar_metadata\" is not known", &[Fact::CalendarMetadata]; "metadata")]
#[test_case("has(calendar_metadata.tier)", "\"calendar_metadata\" is not known", &[Fact::CalendarMetadata]; "whether there is metadata")]
#[test_case("hosted", "\"hosted\" is not known", &[Fact::Hosted]; "the whole")]
#[test_case("organizer_domain == 'acme.example'", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "equal")]
#[test_case("organizer_domain != 'acme.example'", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "not equal")]
#[test_case("'acme.example' != organizer_domain", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "on the right")]
#[test_case("hosted != external", "\"hosted\" is not known", &[Fact::Hosted]; "two facts")]
#[test_case("own_address == own_domain", "\"own_address\" and \"own_domain\" are not known", &[Fact::OwnAddress, Fact::OwnDomain]; "two that are not known")]
#[test_case("!(organizer_domain in ['acme.example'])", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "in a list")]
#[test_case("!('acme.example' in external_domains)", "\"external_domains\" is not known", &[Fact::ExternalDomains]; "a list")]
#[test_case("['acme.example'] != [organizer_domain]", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "within a list")]
#[test_case("!('x' in [title, organizer_domain])", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "among others of a list")]
#[test_case("{'a': organizer_domain}.a != 'x'", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "within a map")]
#[test_case("attendees.all(a, a.domain != organizer_domain)", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "in a loop")]
#[test_case("(hosted ? 'a' : 'b') != 'c'", "\"hosted\" is not known", &[Fact::Hosted]; "a condition")]
#[test_case("organizer_domain.isOf('acme.example')", "\"organizer_domain\" is not known", &[Fact::OrganizerDomain]; "a function's")]
#[test_case("!hosted && hour < 12", "\"hosted\" and \"hour\" are not known", &[Fact::Hosted, Fact::Hour]; "two")]
#[test_case("1 / (participants - 3) == 1", "it divides by zero", &[]; "a division")]
#[test_case("9223372036854775807 + participants > 0", "a number becomes too large", &[]; "a sum")]
#[test_case("int(title) == 1", "int() cannot read what it was given", &[]; "a conversion never quotes")]
#[test_case("{'a': true}[title]", "a map has no such key", &[]; "a key is never quoted")]
#[test_case("attendees[3].resource", "a list has no element at this place", &[]; "behind the end")]
#[test_case("{title: 1, title: 2}[title] == 1", "a map has the same key twice", &[]; "keys")]
#[test_case("1 / 0 == hour", "it divides by zero, and \"hour\" is not known", &[Fact::Hour]; "both")]
#[test_case("double('nan') < 1.0", "its parts do not fit together", &[]; "what is no number")]
fn explains_why_there_is_no_result(source: &str, reason: &str, unknown: &[Fact]) {
    let failure = Expression::compile(source)
        .unwrap()
        .evaluate(&facts())
        .unwrap_err();
    assert_eq!(
        (failure.to_string().as_str(), failure.unknown.as_slice()),
        (reason, unknown)
    );
}

/// The facts of the same meeting, of which some people are not listed.
fn cut() -> FactValues {
    let mut facts = facts();
    facts.insert(Fact::AttendeesComplete, FactValue::Flag(false));
    facts.remove(&Fact::Participants);
    facts
}

#[test_case("attendees.exists(a, a.domain.isOf('other.example'))", Some(true); "somebody who is listed")]
#[test_case("attendees.exists(a, a.domain == 'globex.example')", None; "somebody who may not be listed")]
#[test_case("!attendees.exists(a, a.domain == 'globex.example')", None; "nobody who is listed")]
#[test_case("attendees.all(a, a.domain == 'acme.example')", Some(false); "not all who are listed")]
#[test_case("attendees.all(a, a.domain.isOf('acme.example') || a.domain.isOf('other.example'))", None; "all who are listed")]
#[test_case("attendees.exists(a, true)", Some(true); "anybody")]
#[test_case("attendees.exists_one(a, a.organizer)", None; "exactly one")]
#[test_case("'acme.example' in domains", Some(true); "a domain that is listed")]
#[test_case("'globex.example' in domains", None; "a domain that may not be listed")]
#[test_case("!('globex.example' in domains) || true", Some(true); "the other side decides")]
#[test_case("external && 'globex.example' in domains || external", Some(true); "another part decides")]
#[test_case("domains == ['acme.example', 'mail.other.example']", None; "the whole list")]
#[test_case("domains.exists(d, d == 'acme.example')", Some(true); "one of the domains")]
#[test_case("domains.all(d, d.isOf('acme.example'))", Some(false); "all of the domains")]
#[test_case("size(attendees) > 2", Some(true); "as many as are listed")]
#[test_case("size(attendees) >= 3 && 3 <= attendees.size()", Some(true); "at least as many as are listed")]
#[test_case("size(attendees) > 3", None; "more than are listed")]
#[test_case("size(attendees) < 3", Some(false); "fewer than are listed")]
#[test_case("size(attendees) <= 9 || 9 >= size(attendees)", None; "perhaps fewer")]
#[test_case("size(attendees) == 3", None; "exactly as many as are listed")]
#[test_case("size(attendees) % 2 == 1", None; "an odd number")]
#[test_case("size(attendees) > size(domains)", None; "two lists")]
#[test_case("attendees.filter(a, !a.resource).size() > 1", Some(true); "some who are listed")]
#[test_case("attendees.filter(a, !a.resource).size() > 2", None; "more than are listed of some")]
#[test_case("size(attendees.map(a, a.resource, a.address)) >= 1", Some(true); "some who are listed, by their address")]
#[test_case("'room@acme.example' in attendees.map(a, a.address)", Some(true); "an address that is listed")]
#[test_case("attendees.map(a, a.domain).exists(d, d == 'acme.example')", Some(true); "a domain of somebody who is listed")]
#[test_case("attendees.filter(a, a.resource).all(a, a.response == 'accepted')", Some(false); "not all of some")]
#[test_case("attendees[0].organizer", None; "a place in the list")]
#[test_case("attendees.exists(a, attendees.all(b, b.domain == a.domain))", None; "a loop in a loop that may have more")]
#[test_case("attendees.exists(a, attendees.exists(b, a != b && a.domain == b.domain))", Some(true); "a loop in a loop")]
#[test_case("[attendees] == [attendees]", None; "a list of lists")]
#[test_case("{'a': domains}.a == []", None; "in a map")]
#[test_case("(external ? domains : []).exists(d, d == 'acme.example')", None; "a list that is chosen")]
#[test_case("domains + ['x'] != []", None; "a list that is added to")]
#[test_case("participants > 1", None; "the number of participants")]
#[test_case("attendees_complete", Some(false); "the fact itself")]
#[test_case("!attendees_complete || 'globex.example' in domains", Some(true); "asking before reading")]
#[test_case("external", Some(true); "another fact")]
fn of_a_list_that_is_incomplete_only_those_who_are_listed_decide(
    source: &str,
    expected: Option<bool>,
) {
    let expression = Expression::compile(source).unwrap();
    assert_eq!(expression.evaluate(&cut()).ok(), expected);
    assert!(expression.evaluate(&facts()).is_ok(), "of a whole list");
}

#[test]
fn a_failure_says_that_the_list_is_incomplete() {
    let expression = Expression::compile("'globex.example' in domains").unwrap();
    let failure = expression.evaluate(&cut()).unwrap_err();
    let expected = "the list of attendees is incomplete (attendees_complete)";
    assert_eq!(failure.to_string(), expected);
}

#[test_case("", "1:1 the expression is empty", None; "nothing")]
#[test_case(" \n ", "1:1 the expression is empty", None; "blanks")]
#[test_case("// why", "1:7 something is missing at the end", None; "a comment alone")]
#[test_case("external &&", "1:12 something is missing at the end", None; "half")]
#[test_case("(external", "1:10 a ) is missing here", None; "an open bracket")]
#[test_case("external)", "1:9 unexpected )", None; "a bracket too many")]
#[test_case("title = 'x'", "1:7 unexpected =", Some("=="); "one sign")]
#[test_case("'é' == title and external", "1:14 unexpected and", Some("&&"); "a word, behind a letter of two bytes")]
#[test_case("title == 'x", "1:10 this text has no end, or a wrong escape in it", None; "an open text")]
#[test_case("if", "1:1 reserved identifier: if", None; "a reserved word")]
#[test_case("99999999999999999999 > 1", "1:1 this number is too large", None; "a large number")]
#[test_case("attendees[?0].resource", "1:10 this way of writing is not supported", None; "optional values")]
#[test_case("has(title)", "1:5 has() takes a field, as in has(person.response)", None; "has a name")]
#[test_case("'é' == title || has(title)", "1:21 has() takes a field, as in has(person.response)", None; "has, behind a letter of two bytes")]
#[test_case("tilte == 'x'", "1:1 there is no fact \"tilte\"", Some("title"); "a name")]
#[test_case("true &&\n  'é' == tilte", "2:10 there is no fact \"tilte\"", Some("title"); "on the second line")]
#[test_case(".title == ''", "1:2 there is no fact \".title\"", Some("title"); "a dot before")]
#[test_case("platform == google_calendar", "1:13 there is no fact \"google_calendar\"; a text stands in quotes", Some("'google_calendar'"); "a text without quotes")]
#[test_case("attendees.exists(a, b.resource)", "1:21 there is no fact \"b\"", None; "an element of no loop")]
#[test_case("attendees.exists(a, true) && a.resource", "1:30 there is no fact \"a\"", None; "an element after its loop")]
#[test_case("attendees.exists(a, a.adress == '')", "1:23 a person has no field \"adress\"", Some("address"); "a field")]
#[test_case("has(attendees[0].respnse)", "1:18 a person has no field \"respnse\"", Some("response"); "a field it has")]
#[test_case("attendees.all(b, has(b.b)) || title == '.b'", "1:24 a person has no field \"b\"", None; "a field named as its element")]
#[test_case("attendees[0]['respnse'] == ''", "1:14 a person has no field \"respnse\"", Some("response"); "a field in brackets")]
#[test_case("attendees.domain == ''", "1:11 this is a list of people; ask about each, as in attendees.exists(a, a.domain …)", None; "a list's field")]
#[test_case("title.length > 3", "1:7 a text has no field \"length\"", None; "a text's field")]
#[test_case("title.hasWords('x')", "1:7 there is no function \"hasWords\"", Some("hasWord"); "a member function")]
#[test_case("sise(title) > 1", "1:1 there is no function \"sise\"", Some("size"); "a function")]
#[test_case("title.matches('x')", "1:7 there is no function \"matches\"", None; "a function of CEL that is not ours")]
#[test_case("type(title) == type('')", "1:1 there is no function \"type\"", None; "types as values")]
#[test_case("optional.of(1).hasValue()", "1:16 there is no function \"hasValue\"", None; "the library of optional values")]
#[test_case("hasWord(title, 'x')", "1:1 hasWord is written text.hasWord(text)", None; "not as a member")]
#[test_case("attendees.exists(a)", "1:11 exists is written list.exists(name, condition)", None; "a condition too few")]
#[test_case("title", "1:1 a rule is true or false, and this is a text", None; "a text")]
#[test_case("participants + 1", "1:1 a rule is true or false, and this is a whole number", None; "a number")]
#[test_case("title + 'x' == null", "1:1 only a fact can be compared with null, as in \"hosted == null\"", None; "a sum and null")]
#[test_case("attendees.exists(title, title != null)", "1:25 only a fact can be compared with null, as in \"hosted == null\"", None; "an element and null")]
#[test_case("null == null", "1:9 only a fact can be compared with null, as in \"hosted == null\"", None; "null and null")]
#[test_case("(external ? hosted : busy) == null", "1:2 only a fact can be compared with null, as in \"hosted == null\"", None; "a choice and null")]
#[test_case("null", "1:1 a rule is true or false, and this is null", None; "null")]
#[test_case("title && external", "1:1 \"&&\" takes true or false, and this is a text", None; "a text for a flag")]
#[test_case("external || !(title + 'x')", "1:15 \"!\" takes true or false, and this is a text", None; "not of a text")]
#[test_case("title == 3", "1:1 a text is never equal to a whole number", None; "two types")]
#[test_case("participants > 1.5", "1:1 \">\" takes two of one type, not a whole number and a number with a fraction", None; "two types of numbers")]
#[test_case("title > null", "1:9 \">\" takes a whole number or a number with a fraction or a text, and this is null", None; "more than null")]
#[test_case("title - 'x' == ''", "1:1 \"-\" takes a whole number or a number with a fraction, and this is a text", None; "a difference of texts")]
#[test_case("'x' in title", "1:8 \"in\" takes a list; a part of a text is found with contains()", None; "in a text")]
#[test_case("3 in domains", "1:1 a whole number is never in a list of which each is a text", None; "not of the list's type")]
#[test_case("title in ['x', 3]", "1:16 the elements of a list are of one type: this is a whole number, the others a text", None; "a mixed list")]
#[test_case("title in ['x', null]", "1:16 null can only be compared, with == and !=", None; "null in a list")]
#[test_case("(external ? title : 3) == ''", "1:21 what stands around \":\" are of one type: this is a whole number, the others a text", None; "two types of a condition")]
#[test_case("domains.contains('x')", "1:1 contains() takes a text, and this is a list of texts", None; "a list for a text")]
#[test_case("title.exists(x, true)", "1:1 only a list can be gone through, and this is a text", None; "through a text")]
#[test_case("domains['x'] == ''", "1:9 a place in a list takes a whole number, and this is a text", None; "a text for a place")]
#[test_case("title[0] == ''", "1:1 a text has no parts to pick from", None; "a part of a text")]
#[test_case("1u == 1u", "1:1 there are no unsigned numbers; leave the \"u\" out", None; "unsigned")]
#[test_case("b'x' == b'x'", "1:1 there are no bytes; leave the \"b\" out", None; "bytes")]
#[test_case("Person{} == null", "1:7 this way of writing is not supported", None; "a structure")]
#[test_case("weekday == 'fryday'", "1:12 this is never \"fryday\", but one of monday, tuesday, wednesday, thursday, friday, saturday, sunday", Some("friday"); "a choice misspelt")]
#[test_case("'Accepted' != own_response", "1:1 this is never \"Accepted\", but one of accepted, tentative, declined, pending", Some("accepted"); "a choice in another case")]
#[test_case("visibility in ['private', 'confidental']", "1:27 this is never \"confidental\", but one of default, public, private, confidential", Some("confidential"); "a choice in a list")]
#[test_case("attendees.exists(a, a.response == 'yes')", "1:35 this is never \"yes\", but one of accepted, tentative, declined, pending", None; "a person's answer")]
#[test_case("'yes' in attendees.map(a, a.response)", "1:1 this is never \"yes\", but one of accepted, tentative, declined, pending", None; "a choice in a list of them")]
#[test_case("attendees.all(a, attendees.all(b, attendees.all(c, true)))", "1:45 at most 2 lists can be gone through inside of each other", None; "three loops")]
#[test_case("((((((((((external))))))))))", "1:10 this is nested too deeply; write it as several rules, or with fewer brackets", None; "many brackets")]
#[test_case("calendar_metadata == calendar_metadata", "1:1 the metadata is read by key, as in calendar_metadata.team or calendar_metadata['cost-center']", None; "the whole metadata")]
#[test_case("external && 'team' in calendar_metadata", "1:23 the metadata is read by key, as in calendar_metadata.team or calendar_metadata['cost-center']", None; "its keys")]
#[test_case("calendar_metadata[title] == 'x'", "1:1 the metadata is read by key, as in calendar_metadata.team or calendar_metadata['cost-center']", None; "a key that is made")]
#[test_case("calendar_metadata == null", "1:1 the metadata is read by key, as in calendar_metadata.team or calendar_metadata['cost-center']", None; "whether the metadata is known")]
#[test_case("calendar_metadata[''] == 'x'", "1:1 a key of the metadata has 1 to 100 characters", None; "an empty key")]
#[test_case("calendar_metadata.tier == 1", "1:1 a text is never equal to a whole number", None; "metadata as a number")]
#[test_case("attendees.exists(calendar_metadata, calendar_metadata.optional)", "1:11 give the element another name: this one is a fact", None; "an element named as the metadata")]
#[test_case("calendar_metdata.team == 'x'", "1:1 there is no fact \"calendar_metdata\"", Some("calendar_metadata"); "misspelt metadata")]
fn refuses(source: &str, expected: &str, suggestion: Option<&str>) {
    let problem = Expression::compile(source).unwrap_err();
    let (line, column, message) = (problem.line, problem.column, problem.message);
    assert_eq!(format!("{line}:{column} {message}"), expected);
    assert_eq!(problem.suggestion.as_deref(), suggestion);
}

#[test]
fn a_thousand_characters_are_the_most() {
    let of_length = |length: usize| format!("title != '{}'", "é".repeat(length - 11));
    assert!(Expression::compile(&of_length(1_000)).is_ok());
    let problem = Expression::compile(&of_length(1_001)).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "line 1, column 1001: an expression has 1000 characters at most"
    );
}

#[test]
fn it_names_each_fact_that_it_reads_once_and_in_order() {
    let source = "participants > 1 && attendees.exists(title, title.optional) && participants < 9";
    let expression = Expression::compile(source).unwrap();
    let facts = [Fact::Attendees, Fact::Participants, Fact::AttendeesComplete];
    assert_eq!(expression.facts(), facts);
    assert_eq!(expression.source(), source);
    assert_eq!(expression.clone(), expression);
    assert_eq!(format!("{expression:?}"), format!("Expression({source:?})"));
}

#[test]
fn it_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Expression>();
    shared::<ExpressionProblem>();
    shared::<EvaluationFailure>();
}
