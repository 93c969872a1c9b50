//! The stand-in for the services by which owners of calendars consent.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use recall_simulator::{Options, Simulator};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use test_case::test_case;
use url::form_urlencoded::Serializer;

const VERIFIER: &str = "a-verifier-of-forty-three-letters-or-more-0";

fn address(simulator: &Simulator, path: &str) -> Url {
    let base = Url::parse(&simulator.base_url()).expect("an address");
    base.join(path).expect("a path")
}

/// Where a person who opens the address of a request is sent.
async fn consent(simulator: &Simulator, changed: Option<(&str, &str)>) -> Option<Url> {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut request = HashMap::from([
        ("response_type", "code"),
        ("client_id", "client"),
        ("redirect_uri", "http://127.0.0.1:8400"),
        ("scope", "calendar"),
        ("state", "a state"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    request.extend(changed);
    let mut url = address(simulator, "/oauth/authorize");
    url.query_pairs_mut().extend_pairs(request);
    let browser = Client::builder().no_proxy().redirect(Policy::none());
    let browser = browser.build().expect("a client");
    let response = browser.get(url).send().await.expect("an answer");
    let location = response.headers().get("location")?;
    Some(Url::parse(location.to_str().expect("a text")).expect("an address"))
}

async fn exchange(
    simulator: &Simulator,
    code: &str,
    changed: Option<(&str, &str)>,
) -> (u16, Value) {
    let mut form = HashMap::from([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "http://127.0.0.1:8400"),
        ("client_id", "client"),
        ("client_secret", "secret"),
        ("code_verifier", VERIFIER),
    ]);
    form.extend(changed);
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = client.post(address(simulator, "/oauth/token")).body(body);
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("a document"))
}

fn code_of(redirect: &Url) -> String {
    let mut pairs = redirect.query_pairs();
    let code = pairs.find(|(name, _)| name == "code").expect("a code");
    code.1.into_owned()
}

#[tokio::test]
async fn a_consent_is_exchanged_once_for_a_refresh_token() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let redirect = consent(&simulator, None).await.expect("a redirect");
    assert_eq!(redirect.port(), Some(8400));
    assert!(
        redirect
            .query_pairs()
            .any(|(name, value)| name == "state" && value == "a state")
    );
    let code = code_of(&redirect);
    let (status, granted) = exchange(&simulator, &code, None).await;
    assert_eq!(status, 200);
    assert!(granted["refresh_token"].is_string());
    let again = exchange(&simulator, &code, None).await;
    assert_eq!((again.0, &again.1["error"]), (400, &"invalid_grant".into()));
}

#[test_case("redirect_uri", "https://elsewhere.example/"; "a redirect to another machine")]
#[test_case("code_challenge_method", "plain"; "a challenge that shows the verifier")]
#[test_case("state", ""; "no state")]
#[tokio::test]
async fn a_request_that_a_service_would_refuse_gets_no_code(name: &str, value: &str) {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    assert_eq!(consent(&simulator, Some((name, value))).await, None);
}

#[test_case("code_verifier", "another", "invalid_grant"; "of somebody who did not ask")]
#[test_case("redirect_uri", "http://127.0.0.1:1", "invalid_grant"; "with another redirect")]
#[test_case("client_id", "another", "invalid_client"; "of another client")]
#[test_case("client_secret", "", "invalid_client"; "without the secret")]
#[tokio::test]
async fn an_exchange_that_does_not_fit_its_request_is_refused(
    name: &str,
    value: &str,
    error: &str,
) {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let redirect = consent(&simulator, None).await.expect("a redirect");
    let refused = exchange(&simulator, &code_of(&redirect), Some((name, value))).await;
    assert_eq!((refused.0, &refused.1["error"]), (400, &error.into()));
}

#[tokio::test]
async fn a_person_who_refuses_is_sent_back_with_an_error() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let refusal = Some(("answer", "access_denied"));
    let redirect = consent(&simulator, refusal).await.expect("a redirect");
    let pairs: HashMap<_, _> = redirect.query_pairs().into_owned().collect();
    assert_eq!(pairs["state"], "a state");
    assert_eq!(pairs["error"], "access_denied");
    assert!(!pairs.contains_key("code"), "{pairs:?}");
}
