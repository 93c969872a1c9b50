use super::*;
use crate::render::assert_published;
use callsheet_app::ports::Calendars as _;
use callsheet_domain::{Calendar, CalendarRecord, CalendarStatus};
use callsheet_testkit::{MemoryState, a_calendar, an_actor, an_email, at, id};
use std::sync::Mutex;
use test_case::test_case;

/// The text that Secrets Manager makes next.
const RANDOM: &str = "R4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd";

struct Secret(Mutex<String>);

impl Secret {
    fn of(text: &str) -> Self {
        Self(Mutex::new(text.to_owned()))
    }

    fn keys(&self) -> SigningKeys {
        SigningKeys::parse(&self.0.lock().unwrap()).expect("keys")
    }
}

impl StoredKeys for Secret {
    async fn read(&self) -> Result<String, CliError> {
        Ok(self.0.lock().unwrap().clone())
    }

    async fn write(&self, text: &str) -> Result<(), CliError> {
        text.clone_into(&mut self.0.lock().unwrap());
        Ok(())
    }

    async fn random(&self) -> Result<String, CliError> {
        Ok(RANDOM.to_owned())
    }
}

/// The secret as the template makes it.
fn first_secret() -> Secret {
    Secret::of(&format!(
        r#"{{"name":"console","roles":["participant","owner","reader","operator"],"secret":"{RANDOM}"}}"#
    ))
}

#[tokio::test]
async fn a_link_has_the_token_in_its_fragment() {
    let secret = first_secret();
    let token = signed(&secret, Grant::Operator, 1).await.expect("a token");
    let expected = format!("https://console.example/#token={}", token.token);
    let link = link("https://console.example/", token);
    for schema in ["console-link", "console-open"] {
        assert_published(schema, &link);
    }
    assert_eq!(link.url, expected);
}

async fn signed(secret: &Secret, grant: Grant, hours: i64) -> Result<SignedToken, CliError> {
    let life = SignedDuration::from_hours(hours);
    sign(secret, grant, an_actor(), (at("09:00"), life)).await
}

#[test_case(vec![], None, false, Grant::Operator; "an operator's")]
#[test_case(vec![id("calendar-sales")], None, false, Grant::Owner { calendars: vec![id("calendar-sales")] }; "an owner's")]
#[test_case(vec![], Some("event-1"), false, Grant::Participant { event: id("event-1") }; "a participant's")]
#[test_case(vec![], None, true, Grant::Reader; "a reader's")]
#[tokio::test]
async fn a_token_is_signed_that_the_console_accepts(
    calendars: Vec<CalendarId>,
    event: Option<&str>,
    is_reader: bool,
    expected: Grant,
) {
    let grant = grant(calendars, event.map(str::to_owned), is_reader).expect("a grant");
    let secret = first_secret();
    let token = signed(&secret, grant, 1).await.expect("a token");
    assert_published("console-token", &token);
    let verified = secret.keys().verify(&token.token, at("09:59"));
    let verified = verified.expect("it is valid");
    assert_eq!(verified.grant(), &expected);
    assert_eq!(verified.subject(), &an_actor());
    assert_eq!(
        (verified.expires_at(), token.expires_at),
        (at("10:00"), at("10:00"))
    );
    // A shell takes the text as it is, however narrow the terminal.
    let text = token.text_on(&Screen::new(Some(40), None));
    assert_eq!(crate::screen::wrapped(&text, 40), token.token);
}

#[tokio::test]
async fn a_token_that_would_be_refused_is_not_signed() {
    let error = signed(&first_secret(), Grant::Reader, 2).await;
    let report = error.expect_err("it would live too long").report();
    assert!(report.contains("at most 60 minutes"), "{report}");
    let secret = Secret::of(&first_secret().keys().to_text().replace(",\"operator\"", ""));
    let error = signed(&secret, Grant::Operator, 1).await;
    let report = error.expect_err("no key may").report();
    assert!(
        report.contains("console key add NAME --roles operator"),
        "{report}"
    );
}

#[tokio::test]
async fn a_key_is_added_that_signs_only_its_roles() {
    let secret = first_secret();
    let added = add(&secret, "crm", &[Role::Owner, Role::Participant])
        .await
        .expect("added");
    assert_published("console-key-add", &added);
    assert!(added.text().ends_with(RANDOM), "{}", added.text());
    let keys = secret.keys();
    let crm = keys.named("crm").expect("it is stored");
    assert!(crm.may_sign(Role::Owner) && !crm.may_sign(Role::Operator));
    assert!(keys.named("console").is_some(), "the first key stays");
    for (name, expected) in [("crm", "have the name"), ("a b", "letters, digits")] {
        let refused = add(&secret, name, &[Role::Owner]).await;
        let error = refused.expect_err("refused");
        assert_eq!(error.exit_code(), 1);
        assert!(error.report().contains(expected), "{}", error.report());
    }
}

#[tokio::test]
async fn a_key_is_removed_and_the_others_are_listed_without_their_secrets() {
    let secret = first_secret();
    let of_host = [Role::Participant, Role::Owner];
    add(&secret, "crm", &of_host).await.expect("added");
    let listed = list(&secret).await.expect("keys");
    assert_published("console-key-list", &listed);
    assert_eq!(
        listed.text(),
        "The key \"console\" may sign: participant, owner, reader, operator.\nThe key \"crm\" may sign: participant, owner."
    );
    let removed = remove(&secret, "console").await.expect("another is left");
    assert_published("console-key-remove", &removed);
    assert!(removed.text().contains("\"console\" is removed"));
    assert!(secret.keys().named("console").is_none());
    for (name, expected) in [("console", "there is no"), ("crm", "is the only")] {
        let error = remove(&secret, name).await.expect_err("refused");
        assert_eq!(error.exit_code(), 1);
        assert!(error.report().contains(expected), "{}", error.report());
    }
    assert!(secret.keys().named("crm").is_some(), "nothing is changed");
}

#[tokio::test]
async fn a_secret_that_holds_no_keys_is_an_error_without_its_text() {
    let secret = Secret::of("hunter2 hunter2 hunter2");
    let report = signed(&secret, Grant::Operator, 1)
        .await
        .expect_err("no keys")
        .report();
    assert!(
        report.contains("expected a signing key") && !report.contains("hunter2"),
        "{report}"
    );
}

/// A calendar of `address`, and its status.
fn record(calendar: &str, address: &str, status: CalendarStatus) -> CalendarRecord {
    let calendar = Calendar {
        id: id(calendar),
        email: Some(an_email(address)),
        status,
        ..a_calendar()
    };
    CalendarRecord::first(calendar, at("08:00"))
}

#[test_case(&["sales@acme.example"], &["a", "c", "b"]; "all calendars of an address that exist at Recall, connected ones first")]
#[test_case(&["b"], &["b"]; "one by its id")]
#[test_case(&["c", "sales@acme.example", "desk@acme.example"], &["c", "a", "b", "e"]; "each once")]
#[test_case(&["desk@acme.example", "nobody@acme.example"], &[]; "none of an unknown address")]
#[tokio::test]
async fn an_address_names_all_its_calendars(names: &[&str], expected: &[&str]) {
    use CalendarStatus::{Connected, Deleted, Disconnected};
    let state = MemoryState::new();
    for (calendar, address, status) in [
        ("a", "sales@acme.example", Connected),
        ("b", "sales@acme.example", Disconnected),
        ("c", "sales@acme.example", Connected),
        ("d", "sales@acme.example", Deleted),
        ("e", "desk@acme.example", Connected),
    ] {
        let written = state.write_record(&record(calendar, address, status)).await;
        written.expect("memory");
    }
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let ids = ids_of(&state, &names).await.unwrap_or_default();
    let ids: Vec<_> = ids.iter().map(CalendarId::as_str).collect();
    assert_eq!(ids, expected);
}
