//! Access tokens: which are accepted, which are refused and why. `jsonwebtoken` is the oracle, in
//! both directions.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use callsheet_auth::{
    AccessToken, Grant, NewToken, NotSignable, Refusal, Role, SigningKey, SigningKeys,
};
use callsheet_domain::{Timestamp, plus};
use callsheet_testkit::{at, id};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use test_case::test_case;

const CRM: &str = "the secret of the host application, of 64 characters, so it is long";
const CONSOLE: &str = "the secret of the command line, of 64 characters, and it is long, too";

fn keys() -> SigningKeys {
    let crm = SigningKey::new("crm", [Role::Owner, Role::Participant], CRM).expect("a key");
    let console = SigningKey::new("console", Role::ALL, CONSOLE).expect("a key");
    let one = SigningKeys::parse(
        &json!({"name": "spare", "roles": ["reader"], "secret": CONSOLE}).to_string(),
    );
    let keys = one.expect("a key").with(crm).expect("another");
    keys.with(console).expect("another")
}

fn now() -> Timestamp {
    at("09:00")
}

/// Claims of each role, valid for a quarter of an hour from now on.
fn claims(role: &str) -> Value {
    let mut claims = json!({
        "aud": "callsheet",
        "sub": "sales@acme.example",
        "role": role,
        "iat": now().as_second(),
        "exp": now().as_second() + 900,
    });
    match role {
        "owner" => claims["calendars"] = json!(["calendar-sales"]),
        "participant" => claims["event"] = json!("event-1"),
        _ => {}
    }
    claims
}

fn header(key: &str) -> Value {
    json!({"alg": "HS256", "typ": "callsheet+jwt", "kid": key})
}

/// Base64 for URLs without padding.
fn base64(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

/// Signs with the oracle what may be no token of ours.
fn signed_texts(header: &str, claims: &str, secret: &str) -> String {
    let signed = format!("{}.{}", base64(header), base64(claims));
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256);
    format!("{signed}.{}", signature.expect("a signature"))
}

fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    signed_texts(&header.to_string(), &claims.to_string(), secret)
}

fn verify(token: &str) -> Result<AccessToken, Refusal> {
    keys().verify(token, now())
}

#[test_case("crm", CRM, "owner"; "owner")]
#[test_case("crm", CRM, "participant"; "participant")]
#[test_case("console", CONSOLE, "reader"; "reader")]
#[test_case("console", CONSOLE, "operator"; "operator")]
fn a_token_of_another_library_is_accepted(key: &str, secret: &str, role: &str) {
    let mut header = Header::new(Algorithm::HS256);
    (header.typ, header.kid) = (Some("callsheet+jwt".to_owned()), Some(key.to_owned()));
    let secret = EncodingKey::from_secret(secret.as_bytes());
    let token = jsonwebtoken::encode(&header, &claims(role), &secret).expect("a token");
    let token = verify(&token).expect("it is valid");
    assert_eq!(token.role().as_str(), role);
    assert_eq!(
        (token.subject().as_str(), token.key()),
        ("sales@acme.example", key)
    );
    assert_eq!(token.expires_at(), at("09:15"));
}

fn grants() -> [Grant; 4] {
    [
        Grant::Participant {
            event: id("event-1"),
        },
        Grant::Owner {
            calendars: vec![id("calendar-sales"), id("calendar-support")],
        },
        Grant::Reader,
        Grant::Operator,
    ]
}

fn new_token(grant: Grant, life: SignedDuration) -> NewToken {
    NewToken {
        subject: id("lead@acme.example"),
        grant,
        zone: Some("Europe/Berlin".to_owned()),
        issued_at: now(),
        life,
    }
}

#[test]
fn another_library_and_this_one_accept_a_token_that_is_signed_here() {
    for grant in grants() {
        let new = new_token(grant.clone(), SignedDuration::from_mins(15));
        let signed = keys().signing(grant.role()).expect("a key").sign(&new);
        let signed = signed.expect("a token");
        let name = keys()
            .signing(grant.role())
            .expect("a key")
            .name()
            .to_owned();
        let secret = if name == "crm" { CRM } else { CONSOLE };
        let mut checks = Validation::new(Algorithm::HS256);
        checks.set_audience(&["callsheet"]);
        let secret = DecodingKey::from_secret(secret.as_bytes());
        let read = jsonwebtoken::decode::<Map<String, Value>>(&signed, &secret, &checks);
        let read = read.expect("the oracle accepts it");
        assert_eq!(read.claims["sub"], "lead@acme.example");
        assert_eq!(read.header.kid, Some(name));
        let token = verify(&signed).expect("it is valid");
        assert_eq!(token.grant(), &grant);
        assert_eq!(
            token.zone().and_then(|zone| zone.iana_name()),
            Some("Europe/Berlin")
        );
    }
}

#[test]
fn a_key_signs_no_token_that_would_be_refused() {
    let keys = keys();
    let crm = keys.named("crm").expect("a key");
    let operator = new_token(Grant::Operator, SignedDuration::from_mins(15));
    assert_eq!(
        crm.sign(&operator),
        Err(NotSignable::Role("crm".to_owned()))
    );
    for grant in grants() {
        let longest = grant.role().longest_life();
        let longer = plus(now(), longest).as_second() - now().as_second() + 1;
        let longer = new_token(grant.clone(), SignedDuration::from_secs(longer));
        let key = keys.named("console").expect("a key");
        assert_eq!(key.sign(&longer), Err(NotSignable::Life(longest)));
        let longest = key.sign(&new_token(grant, longest)).expect("a token");
        verify(&longest).expect("it is valid");
    }
}

#[test_case(0, false; "none")]
#[test_case(20, true; "the most")]
#[test_case(21, false; "one too many")]
fn an_owners_token_has_as_many_calendars_as_are_accepted(count: usize, is_signed: bool) {
    let calendars = (0..count).map(|number| id(format!("calendar-{number}")));
    let grant = Grant::Owner {
        calendars: calendars.collect(),
    };
    let keys = keys();
    let key = keys.named("crm").expect("a key");
    match key.sign(&new_token(grant, SignedDuration::from_mins(15))) {
        Ok(token) => {
            assert!(is_signed, "{count} calendars");
            verify(&token).expect("it is valid");
        }
        Err(error) => {
            assert_eq!((error, is_signed), (NotSignable::Calendars(count), false));
        }
    }
}

/// A change of one claim; `null` removes it.
fn owner_with(claim: &str, value: Value) -> String {
    let mut claims = claims("owner");
    let members = claims.as_object_mut().expect("an object");
    match value {
        Value::Null => members.remove(claim),
        value => members.insert(claim.to_owned(), value),
    };
    signed(&header("crm"), &claims, CRM)
}

fn seconds(from_now: i64) -> Value {
    json!(now().as_second() + from_now)
}

fn ids(count: usize) -> Value {
    (0..count)
        .map(|number| format!("calendar-{number}"))
        .collect()
}

#[test_case("aud", json!("recall"), Refusal::OtherAudience; "another audience")]
#[test_case("aud", json!(["callsheet"]), Refusal::UnreadableClaims; "a list of audiences")]
#[test_case("aud", Value::Null, Refusal::UnreadableClaims; "no audience")]
#[test_case("iat", seconds(61), Refusal::Early; "issued in the future")]
#[test_case("iat", Value::Null, Refusal::UnreadableClaims; "no issue")]
#[test_case("iat", json!("now"), Refusal::UnreadableClaims; "an issue that is a text")]
#[test_case("iat", json!(1.5), Refusal::UnreadableClaims; "an issue with a fraction")]
#[test_case("iat", json!(i64::MIN), Refusal::InvalidClaim; "an issue that is no instant")]
#[test_case("nbf", seconds(61), Refusal::Early; "not valid yet")]
#[test_case("exp", seconds(0), Refusal::Expired; "expires now")]
#[test_case("exp", seconds(-1), Refusal::Expired; "expired")]
#[test_case("exp", seconds(3601), Refusal::TooLongLived; "longer than an hour")]
#[test_case("exp", json!(i64::MAX), Refusal::InvalidClaim; "an expiry that is no instant")]
#[test_case("exp", Value::Null, Refusal::UnreadableClaims; "no expiry")]
#[test_case("role", json!("admin"), Refusal::InvalidClaim; "an unknown role")]
#[test_case("role", json!("Owner"), Refusal::InvalidClaim; "a role in another case")]
#[test_case("role", Value::Null, Refusal::UnreadableClaims; "no role")]
#[test_case("sub", json!(""), Refusal::InvalidClaim; "an empty subject")]
#[test_case("sub", json!(" "), Refusal::InvalidClaim; "a blank subject")]
#[test_case("sub", json!("s".repeat(201)), Refusal::InvalidClaim; "a subject of 201 characters")]
#[test_case("sub", json!("a\nb"), Refusal::InvalidClaim; "a subject of two lines")]
#[test_case("sub", Value::Null, Refusal::UnreadableClaims; "no subject")]
#[test_case("calendars", ids(0), Refusal::InvalidClaim; "no calendar")]
#[test_case("calendars", ids(21), Refusal::InvalidClaim; "21 calendars")]
#[test_case("calendars", json!(["../x"]), Refusal::InvalidClaim; "a calendar that is no id")]
#[test_case("calendars", json!("calendar-sales"), Refusal::UnreadableClaims; "calendars that are no list")]
#[test_case("calendars", Value::Null, Refusal::InvalidClaim; "an owner of nothing")]
#[test_case("event", json!("event-1"), Refusal::InvalidClaim; "an event of an owner")]
#[test_case("zone", json!("Europe/Atlantis"), Refusal::InvalidClaim; "an unknown zone")]
fn a_claim_is_refused(claim: &str, value: Value, expected: Refusal) {
    assert_eq!(
        verify(&owner_with(claim, value)).expect_err("refused"),
        expected
    );
}

#[test_case("iat", seconds(60); "issued a minute ahead, by another clock")]
#[test_case("iat", seconds(-2700); "almost expired")]
#[test_case("nbf", seconds(-10); "valid since a while")]
#[test_case("exp", seconds(3600); "an hour")]
#[test_case("exp", seconds(1); "a second")]
#[test_case("sub", json!("ü".repeat(200)); "a subject of 200 characters")]
#[test_case("calendars", ids(20); "20 calendars")]
#[test_case("zone", json!("America/New_York"); "a zone")]
#[test_case("jti", json!("1"); "a claim that is not known")]
fn a_claim_is_accepted(claim: &str, value: Value) {
    verify(&owner_with(claim, value)).expect("it is valid");
}

#[test_case("reader", "calendars", json!(["calendar-sales"]); "a reader of one calendar")]
#[test_case("operator", "calendars", json!(["calendar-sales"]); "an operator of one calendar")]
#[test_case("reader", "event", json!("event-1"); "a reader of one event")]
#[test_case("participant", "calendars", json!(["calendar-sales"]); "a participant with a calendar")]
#[test_case("participant", "event", json!(null); "a participant of nothing")]
fn a_restriction_that_the_role_does_not_have_is_refused(role: &str, claim: &str, value: Value) {
    let mut claims = claims(role);
    claims[claim] = value;
    let token = signed(&header("console"), &claims, CONSOLE);
    assert_eq!(verify(&token).expect_err("refused"), Refusal::InvalidClaim);
}

#[test_case("reader"; "reader")]
#[test_case("operator"; "operator")]
fn a_key_makes_no_token_of_a_role_that_it_may_not_sign(role: &str) {
    let token = signed(&header("crm"), &claims(role), CRM);
    assert_eq!(
        verify(&token).expect_err("refused"),
        Refusal::RoleNotAllowed
    );
}

#[test_case("participant", 31 * 24; "31 days for a participant")]
#[test_case("owner", 1; "an hour for an owner")]
#[test_case("reader", 1; "an hour for a reader")]
#[test_case("operator", 8; "eight hours for an operator")]
fn a_role_has_a_longest_life(role: &str, hours: i64) {
    let lives = |seconds: i64| {
        let mut claims = claims(role);
        claims["exp"] = json!(now().as_second() + seconds);
        verify(&signed(&header("console"), &claims, CONSOLE)).map(|_| ())
    };
    assert_eq!(lives(hours * 3600), Ok(()));
    assert_eq!(lives(hours * 3600 + 1), Err(Refusal::TooLongLived));
}

#[test_case(json!({"alg": "none", "typ": "callsheet+jwt", "kid": "crm"}); "no algorithm")]
#[test_case(json!({"alg": "hs256", "typ": "callsheet+jwt", "kid": "crm"}); "the algorithm in another case")]
#[test_case(json!({"alg": "HS512", "typ": "callsheet+jwt", "kid": "crm"}); "a longer hash")]
#[test_case(json!({"alg": "RS256", "typ": "callsheet+jwt", "kid": "crm"}); "a public key")]
#[test_case(json!({"alg": "HS256", "typ": "JWT", "kid": "crm"}); "a token of another service")]
#[test_case(json!({"alg": "HS256", "kid": "crm"}); "no type")]
#[test_case(json!({"alg": "HS256", "typ": "callsheet+jwt"}); "no key")]
#[test_case(json!({"alg": "HS256", "typ": "callsheet+jwt", "kid": 1}); "a key that is a number")]
#[test_case(json!({"alg": "HS256", "typ": "callsheet+jwt", "kid": "crm", "crit": ["exp"]}); "an extension")]
#[test_case(json!({"alg": "HS256", "typ": "callsheet+jwt", "kid": "crm", "jwk": {"kty": "oct", "k": "AA"}}); "a key of its own")]
#[test_case(json!({"alg": "HS256", "typ": "callsheet+jwt", "kid": "crm", "zip": "DEF"}); "compressed")]
#[test_case(json!([]); "a list")]
fn another_header_is_refused(header: Value) {
    let token = signed(&header, &claims("owner"), CRM);
    assert_eq!(verify(&token).expect_err("refused"), Refusal::OtherHeader);
}

#[test_case(r#"{"alg":"none","alg":"HS256","typ":"callsheet+jwt","kid":"crm"}"#, Refusal::OtherHeader; "an algorithm given twice")]
#[test_case(r#"{"alg":"HS256","typ":"callsheet+jwt","kid":"console","kid":"crm"}"#, Refusal::OtherHeader; "a key given twice")]
#[test_case("alg", Refusal::OtherHeader; "no JSON")]
fn an_ambiguous_header_is_refused(header: &str, expected: Refusal) {
    let token = signed_texts(header, &claims("owner").to_string(), CRM);
    assert_eq!(verify(&token).expect_err("refused"), expected);
}

#[test]
fn a_claim_that_is_given_twice_is_refused() {
    let claims = claims("owner").to_string();
    let twice = claims.replacen('{', r#"{"role":"participant","#, 1);
    let token = signed_texts(&header("crm").to_string(), &twice, CRM);
    assert_eq!(
        verify(&token).expect_err("refused"),
        Refusal::UnreadableClaims
    );
}

#[test_case("", Refusal::NotThreeParts; "nothing")]
#[test_case("a.b", Refusal::NotThreeParts; "two parts")]
#[test_case("a.b.c.d", Refusal::NotThreeParts; "four parts")]
#[test_case("..", Refusal::OtherHeader; "three empty parts")]
#[test_case(&"a".repeat(4097), Refusal::TooLong; "too long")]
fn a_text_of_another_form_is_refused(token: &str, expected: Refusal) {
    assert_eq!(verify(token).expect_err("refused"), expected);
}

#[test]
fn a_token_of_another_key_is_refused() {
    let unknown = signed(&header("hr"), &claims("owner"), CRM);
    let refusal = verify(&unknown).expect_err("refused");
    assert_eq!(refusal, Refusal::UnknownKey);
    assert!(refusal.may_be_rotated());
    let stolen = signed(&header("console"), &claims("operator"), CRM);
    let refusal = verify(&stolen).expect_err("refused");
    assert_eq!(refusal, Refusal::Mismatch);
    assert!(refusal.may_be_rotated());
}

/// Without a signature, with one of nothing, with padding, and with one of another length.
#[test_case(|signature: &str| { let _ = signature; String::new() }; "none")]
#[test_case(|signature: &str| format!("{signature}="); "padded")]
#[test_case(|signature: &str| signature[..21].to_owned(); "half of it")]
#[test_case(|signature: &str| format!("{signature}AAAA"); "longer")]
#[test_case(|signature: &str| signature.replace(['-', '_'], "+") + "/"; "in the other alphabet")]
fn another_signature_is_refused(change: impl FnOnce(&str) -> String) {
    let token = owner_with("jti", json!("1"));
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let forged = format!("{signed}.{}", change(signature));
    assert_eq!(verify(&forged).expect_err("refused"), Refusal::Mismatch);
}

proptest! {
    #[test]
    fn a_token_with_one_changed_character_is_refused(place in 0_usize..400, letter in "[A-Za-z0-9_.-]") {
        let token = owner_with("jti", json!("1"));
        let place = place % token.len();
        prop_assume!(token[place..=place] != letter);
        let mut forged = token.clone();
        forged.replace_range(place..=place, &letter);
        // The last character of the signature has two bits that are not used; they must be zero.
        prop_assert!(verify(&forged).is_err(), "{forged}");
    }

    #[test]
    fn no_text_is_taken_for_a_token(text in ".{0,200}") {
        prop_assert!(verify(&text).is_err());
    }

    #[test]
    fn what_is_signed_is_accepted_until_it_expires(seconds in 1_i64..=3600, later in 0_i64..=7200) {
        let new = new_token(Grant::Reader, SignedDuration::from_secs(seconds));
        let keys = keys();
        let token = keys.signing(Role::Reader).expect("a key").sign(&new).expect("a token");
        let then = plus(now(), SignedDuration::from_secs(later));
        let verified = keys.verify(&token, then).map(|_| ());
        let expected = if later < seconds { Ok(()) } else { Err(Refusal::Expired) };
        prop_assert_eq!(verified, expected);
    }
}
