//! A person's consent, from the address that is opened to the calendar at Recall.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use callsheet_api::delivery::Delivery;
use callsheet_app::ports::CalendarDirectory as _;
use callsheet_domain::{Operation, Platform, SyncJob, SyncReason};
use callsheet_testkit::{Fault, ManualClock, MemoryQueue, MemoryRecall, MemoryState, at};
use reqwest::Url;
use sha2::{Digest as _, Sha256};
use test_case::test_case;

use super::redirect::answer_in;
use super::*;
use crate::arguments::Provider;
use crate::render::{Render as _, assert_published};

type Form = Vec<(String, String)>;

/// A service that exchanges any code, answers as it is told, and notes what it was sent.
struct FakeIssuer {
    url: String,
    forms: Arc<Mutex<Vec<Form>>>,
}

impl FakeIssuer {
    fn answering(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let forms: Arc<Mutex<Vec<Form>>> = Arc::default();
        let (noted, body) = (Arc::clone(&forms), body.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().expect("a length");
                    }
                    line.clear();
                }
                let mut form = vec![0; length];
                reader.read_exact(&mut form).expect("a form");
                let form = form_urlencoded::parse(&form).into_owned().collect();
                noted.lock().expect("no panic").push(form);
                let mut writer = stream;
                let length = body.len();
                write!(writer, "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
                    .expect("a reader");
            }
        });
        Self { url, forms }
    }

    fn issuer(&self, provider: Provider) -> Issuer {
        Issuer::of(provider, Some(&self.url)).expect("an address")
    }
}

/// The parameters of an address.
fn parameters(url: &str) -> Form {
    let url = Url::parse(url).expect("an address");
    url.query_pairs().into_owned().collect()
}

fn value(pairs: &Form, name: &str) -> String {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.clone()).expect(name)
}

/// Requests an address of this machine as a browser does; gives the whole answer.
fn visit(port: u16, target: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    write!(stream, "GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").expect("it reads");
    stream.shutdown(Shutdown::Write).expect("a stream");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

struct Harness {
    state: MemoryState,
    recall: MemoryRecall<ManualClock>,
    queue: MemoryQueue,
    clock: ManualClock,
}

impl Harness {
    fn new() -> Self {
        let clock = ManualClock::at(at("09:30"));
        Self {
            state: MemoryState::new(),
            recall: MemoryRecall::new(clock.clone()),
            queue: MemoryQueue::new(),
            clock,
        }
    }

    /// Connects with a person who is sent back with `answer`, which has `{state}` in it.
    async fn connect(
        &self,
        issuer: &Issuer,
        answer: &str,
    ) -> (Result<CalendarConnected, CliError>, Form) {
        let client = OAuthClient {
            id: "client-1".to_owned(),
            secret: "never-log-me-secret".to_owned(),
        };
        let redirect = Redirect::listen(0).await.expect("a port");
        let port = redirect.port().expect("a port");
        let mut asked = Form::new();
        let browse = |url: &str| {
            asked = parameters(url);
            let target = answer.replace("{state}", &value(&asked, "state"));
            thread::spawn(move || {
                // A connection without a request, as browsers open them, and one of somebody else.
                let _unused = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
                assert!(visit(port, "/?code=stolen&state=guessed").starts_with("HTTP/1.1 404"));
                assert!(visit(port, &target).starts_with("HTTP/1.1 200"));
            });
        };
        let ports = (&self.state, &self.recall, Some(&self.queue));
        let wanted = Asked {
            issuer,
            client: &client,
            metadata: [("team".to_owned(), "sales".to_owned())].into(),
        };
        let connected = connect(ports, wanted, &redirect, browse, &self.clock).await;
        (connected, asked)
    }
}

const GRANTED: &str = r#"{"access_token": "never-log-me", "refresh_token": "never-log-me-token",
    "scope": "https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/calendar.events.readonly"}"#;

#[test_case(Provider::Google, Platform::Google, "http://127.0.0.1:"; "at Google")]
#[test_case(Provider::Microsoft, Platform::Outlook, "http://localhost:"; "at Microsoft")]
#[tokio::test]
async fn a_consent_creates_a_calendar_and_requests_a_sync(
    provider: Provider,
    platform: Platform,
    redirect: &str,
) {
    let (harness, fake) = (Harness::new(), FakeIssuer::answering(200, GRANTED));
    let target = "/?state={state}&code=4%2F0Adeu5B";
    let (connected, asked) = harness.connect(&fake.issuer(provider), target).await;
    let connected = connected.expect("it is connected");
    assert_published("calendars-connect", &connected);
    assert_eq!(connected.sync_request, Delivery::Sent);
    let listed = harness.recall.calendars(None, None).await.expect("memory");
    let listed: Vec<_> = listed
        .calendars
        .iter()
        .map(|one| (one.id.as_str(), one.platform, one.metadata.value("team")))
        .collect();
    assert_eq!(listed, [(connected.id.as_str(), platform, Some("sales"))]);
    let sent = harness.queue.sent();
    assert!(
        matches!(&sent[..], [SyncJob::Request(request)] if request.reason == SyncReason::CalendarChanged),
        "{sent:?}"
    );
    let forms = fake.forms.lock().expect("no panic").clone();
    let [form] = &forms[..] else {
        panic!("one exchange: {forms:?}");
    };
    let digest = Sha256::digest(value(form, "code_verifier"));
    assert_eq!(
        value(&asked, "code_challenge"),
        BASE64_URL_SAFE_NO_PAD.encode(digest)
    );
    assert_eq!(value(&asked, "code_challenge_method"), "S256");
    assert_eq!(value(form, "code"), "4/0Adeu5B");
    assert_eq!(value(form, "client_secret"), "never-log-me-secret");
    assert_eq!(value(form, "redirect_uri"), value(&asked, "redirect_uri"));
    assert!(
        value(form, "redirect_uri").starts_with(redirect),
        "{form:?}"
    );
    assert!(
        !asked
            .iter()
            .any(|(_, value)| value.contains("never-log-me")),
        "{asked:?}"
    );
    assert!(!connected.text().contains("never-log-me"));
}

#[test_case("/?state={state}&error=access_denied", 200, GRANTED, "there is no consent (access_denied): no calendar was connected"; "a person who refuses")]
#[test_case("/?state={state}&error=%1B%5B31m", 200, GRANTED, "there is no consent (an unknown error)"; "a refusal in hostile letters")]
#[test_case("/?state={state}&code=1", 400, r#"{"error": "invalid_grant", "error_description": "never-log-me"}"#, "Google refuses the exchange of the consent (invalid_grant): the consent is used up or too old"; "a code that is too old")]
#[test_case("/?state={state}&code=1", 401, r#"{"error": "invalid_client"}"#, "check the client's id and secret"; "a wrong secret")]
#[test_case("/?state={state}&code=1", 200, r#"{"access_token": "never-log-me"}"#, "Google gave no refresh token"; "no refresh token")]
#[test_case("/?state={state}&code=1", 200, r#"{"refresh_token": "never-log-me", "scope": "openid"}"#, "the consent does not include the calendar's events"; "a consent without the calendar")]
#[tokio::test]
async fn a_refusal_creates_no_calendar_and_says_why(
    target: &str,
    status: u16,
    body: &str,
    expected: &str,
) {
    let (harness, fake) = (Harness::new(), FakeIssuer::answering(status, body));
    let (connected, _) = harness
        .connect(&fake.issuer(Provider::Google), target)
        .await;
    let error = connected.expect_err("it is refused");
    assert_eq!(error.exit_code(), 1);
    let report = error.report();
    assert!(report.contains(expected), "{report}");
    assert!(!report.contains("never-log-me"), "{report}");
    assert_eq!(harness.recall.count(Operation::CreateCalendar), 0);
}

#[test_case(503, "<html>", "Google answered 503: try again later"; "an outage")]
#[test_case(200, "never-log-me", "Google's answer to the exchange is not understood"; "an answer that is no document")]
#[tokio::test]
async fn a_service_that_fails_is_no_refusal(status: u16, body: &str, expected: &str) {
    let (harness, fake) = (Harness::new(), FakeIssuer::answering(status, body));
    let target = "/?state={state}&code=1";
    let (connected, _) = harness
        .connect(&fake.issuer(Provider::Google), target)
        .await;
    let error = connected.expect_err("it fails");
    assert_eq!((error.exit_code(), error.report().as_str()), (2, expected));
}

#[tokio::test]
async fn a_calendar_that_was_perhaps_created_is_not_created_again() {
    let (harness, fake) = (Harness::new(), FakeIssuer::answering(200, GRANTED));
    harness
        .recall
        .fault(Operation::CreateCalendar, Fault::CutAfterEffect);
    let target = "/?state={state}&code=1";
    let (connected, _) = harness
        .connect(&fake.issuer(Provider::Google), target)
        .await;
    let report = connected.expect_err("it is cut").report();
    assert!(
        report.contains("it is unknown whether Recall created the calendar"),
        "{report}"
    );
    assert!(
        report.contains("`callsheet calendars list --recall` shows it"),
        "{report}"
    );
    assert_eq!(harness.recall.count(Operation::CreateCalendar), 1);
}

#[test_case("GET /?code=1&state=s HTTP/1.1", true; "the answer")]
#[test_case("POST /?code=1&state=s HTTP/1.1", false; "another method")]
#[test_case("GET /?code=1&state=t HTTP/1.1", false; "another state")]
#[test_case("GET /?code=1 HTTP/1.1", false; "no state")]
#[test_case("GET /?state=s HTTP/1.1", false; "no code")]
#[test_case("GET /?code=&state=s HTTP/1.1", false; "an empty code")]
#[test_case("GET /favicon.ico HTTP/1.1", false; "another path")]
#[test_case("", false; "nothing")]
fn only_the_answer_to_the_request_is_taken(head: &str, is_taken: bool) {
    assert_eq!(answer_in(head, "s").is_some(), is_taken);
}

#[test]
fn two_requests_have_other_secrets_and_a_long_enough_verifier() {
    let issuer = Issuer::of(Provider::Google, None).expect("an address");
    let one = Consent::new(
        &issuer,
        1,
        std::array::from_fn(|place| u8::from(place < 32)),
    );
    let other = Consent::new(&issuer, 1, [2; 64]);
    assert_ne!(one.state, other.state);
    assert_ne!(one.verifier, other.verifier);
    let url = one.url(&issuer, "client").to_string();
    assert!(!url.contains(&one.verifier), "{url}");
    // RFC 7636 asks for 43 to 128 letters.
    assert_eq!(one.verifier.len(), 43);
}
