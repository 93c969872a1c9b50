//! A person connects their own calendar: the command prints an address, the person consents in
//! the browser and is sent back to the command, and the calendar is there with its meetings.

use std::net::TcpListener;

use callsheet_tests::variable;
use recall_simulator::Platform;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};
use test_case::test_case;
use tokio::runtime::Runtime;

use crate::command::{Run, callsheet_in_browser};
use crate::tenant::Tenant;

/// The secret of the OAuth client, which no log may have.
const SECRET: [(&str, &str); 1] = [("CALLSHEET_OAUTH_CLIENT_SECRET", "never-log-me-secret")];

/// The browser of a person.
struct Browser {
    client: Client,
    runtime: Runtime,
}

impl Browser {
    fn new() -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            client: client.build().expect("a client"),
            runtime: Runtime::new().expect("a runtime"),
        }
    }

    /// Opens an address; gives the status, and where the person is sent on to.
    fn open(&self, url: &Url) -> (StatusCode, Option<Url>) {
        let request = self.client.get(url.clone()).send();
        let response = self.runtime.block_on(request).expect("an answer");
        let location = response.headers().get("location");
        let location = location.map(|one| one.to_str().expect("a text").to_owned());
        let location = location.map(|one| Url::parse(&one).expect("an address"));
        (response.status(), location)
    }

    /// Opens the address of the consent; gives where the person is sent back to.
    fn consent(&self, url: &str) -> Url {
        let (status, back) = self.open(&Url::parse(url).expect("an address"));
        assert_eq!(status, StatusCode::FOUND, "{url}");
        back.expect("the person is sent back")
    }
}

/// Runs the command, with a person who does `browse` in a thread of its own.
fn connect(provider: &str, further: &[&str], browse: impl FnOnce(&Browser, &str) + Send) -> Run {
    let arguments = ["calendars", "connect", provider, "--client-id", "client"];
    let arguments = [&arguments[..], &["--no-browser", "--json"], further].concat();
    callsheet_in_browser(&arguments, &SECRET, |address| {
        std::thread::scope(|scope| {
            let person = scope.spawn(|| browse(&Browser::new(), address));
            person.join().expect("the person finds what they expect");
        });
    })
}

/// A calendar as Recall's API shows it, with its credentials.
async fn at_recall(id: &str) -> Value {
    let base = variable("CALLSHEET_RECALL_URL");
    let url = format!("{}/api/v2/calendars/{id}/", base.trim_end_matches('/'));
    let key = format!("Token {}", variable("CALLSHEET_RECALL_API_KEY"));
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = client.get(url).header("authorization", key);
    let response = request.send().await.expect("an answer");
    response.json().await.expect("a calendar")
}

#[test_case("google", Platform::GoogleCalendar, "127.0.0.1"; "at Google")]
#[test_case("microsoft", Platform::MicrosoftOutlook, "localhost"; "at Microsoft")]
#[tokio::test]
async fn a_consent_connects_a_calendar_and_its_first_meetings_are_decided(
    provider: &str,
    platform: Platform,
    host: &str,
) {
    let run = connect(
        provider,
        &["--metadata", "team=sales"],
        |browser, address| {
            let back = browser.consent(address);
            assert_eq!(back.host_str(), Some(host));
            let (status, _) = browser.open(&back);
            assert_eq!(status, StatusCode::OK);
        },
    );
    let shown = run.output.clone();
    let connected = run.printed_json();
    assert_eq!(connected["sync_request"]["status"], "sent", "{connected}");
    assert!(!shown.contains("never-log-me"), "{shown}");
    let id = connected["id"].as_str().expect("an id");

    let calendar = at_recall(id).await;
    assert_eq!(calendar["platform"], json!(platform));
    assert_eq!(calendar["oauth_client_id"], "client");
    assert_eq!(calendar["oauth_client_secret"], "never-log-me-secret");
    assert_eq!(
        calendar["oauth_refresh_token"],
        "never-log-me-refresh-token"
    );
    assert_eq!(calendar["metadata"], json!({"team": "sales"}));

    let mut tenant = Tenant::on(platform).await;
    let calendars = tenant
        .stack
        .recall
        .calendars()
        .await
        .expect("the simulator");
    let mut calendars = calendars.into_iter();
    let own = calendars.find(|calendar| calendar.id.to_string() == id);
    tenant.calendars = vec![own.expect("it is at Recall")];
    // Recall learns whose calendar it is once it has read it.
    let (recall, own) = (&tenant.stack.recall, tenant.calendars[0].id);
    let known = recall.set_calendar_email(own, &tenant.address(1)).await;
    known.expect("the simulator");
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.internal(6)).await;
    tenant
        .assert_eventually("the first meetings", |decisions, comparison| {
            decisions.len() == 2 && comparison.bots == 1
        })
        .await;
}

#[tokio::test]
async fn a_person_who_refuses_connects_no_calendar() {
    let run = connect("google", &[], |browser, address| {
        let back = browser.consent(&format!("{address}&answer=access_denied"));
        assert_eq!(browser.open(&back).0, StatusCode::OK);
    });
    assert_eq!(run.code, Some(1), "{}", run.output);
    let expected = "there is no consent (access_denied): no calendar was connected";
    assert!(run.output.contains(expected), "{}", run.output);
}

#[tokio::test]
async fn an_answer_with_another_state_is_not_taken() {
    let run = connect("google", &[], |browser, address| {
        let back = browser.consent(address);
        let mut forged = back.clone();
        forged.set_query(Some("state=guessed&code=stolen"));
        assert_eq!(browser.open(&forged).0, StatusCode::NOT_FOUND);
        // The command still waits for the answer to its own request.
        assert_eq!(browser.open(&back).0, StatusCode::OK);
    });
    let id = run.printed_json()["id"].clone();
    let calendar = at_recall(id.as_str().expect("an id")).await;
    assert_eq!(calendar["status"], "connected");
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_before_anybody_consents() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let run = connect("google", &["--port", &port], |_, address| {
        panic!("nobody is asked at {address}");
    });
    assert_eq!(run.code, Some(2), "{}", run.output);
    let expected = format!("port {port} of this machine cannot be used");
    assert!(run.output.contains(&expected), "{}", run.output);
}
