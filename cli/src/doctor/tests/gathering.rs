//! What is gathered: whom the key and the webhook function are tried with, and what is sent.

use callsheet_app::doctor::{
    AcceptedElsewhere, ThrottledOperation, examine_endpoint, examine_key, throttled_operations,
};
use callsheet_app::ports::{
    EndpointReply, EndpointResult, RateLimits as _, RecallRegion, RecallReply, TestWebhook,
    WebhookEndpoint,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{CalendarId, Operation, Timestamp};
use callsheet_testkit::{Faults, Intercepted, ManualClock, MemoryState, When, at};
use test_case::test_case;

use super::{NOW, a_page, a_reply, denied};

/// Recall, which denies a key or accepts it.
struct Region(Option<PortError>);

impl Region {
    fn accepting() -> Self {
        Self(None)
    }

    fn denying() -> Self {
        Self(Some(denied(Service::Recall, "401")))
    }
}

impl RecallRegion for Region {
    async fn first_calendars(&self) -> Result<RecallReply, PortError> {
        match &self.0 {
            Some(_) => Err(denied(Service::Recall, "401")),
            None => Ok(RecallReply {
                page: a_page(),
                answered_at: None,
            }),
        }
    }
}

fn others(first: Region) -> [(String, Region); 2] {
    [
        ("https://us-west-2.recall.ai".to_owned(), first),
        (
            "https://eu-central-1.recall.ai".to_owned(),
            Region::accepting(),
        ),
    ]
}

#[test_case(Region::accepting(), None; "a key that is accepted is tried nowhere else")]
#[test_case(Region::denying(), Some("https://eu-central-1.recall.ai"); "a key that is denied is tried elsewhere")]
#[tokio::test]
async fn a_key_is_tried_in_the_other_regions_only_if_it_is_denied(
    region: Region,
    expected: Option<&str>,
) {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at(NOW)));
    let elsewhere = others(Region::denying());
    let found = examine_key(&region, &elsewhere, Some(&state), &clock).await;
    let found = found.elsewhere.map(|AcceptedElsewhere(url)| url);
    assert_eq!(found.as_deref(), expected);
}

#[tokio::test]
async fn a_key_is_tried_although_the_permits_cannot_be_read() {
    let faults = Faults::once(0, When::Before);
    let state = Intercepted::new(MemoryState::new(), &faults);
    let clock = ManualClock::at(at(NOW));
    let found = examine_key(&Region::accepting(), &[], Some(&state), &clock).await;
    assert!(found.answer.is_ok());
}

/// A webhook function that notes what it got.
#[derive(Default)]
struct Endpoint(std::sync::Mutex<Vec<TestWebhook>>);

impl WebhookEndpoint for Endpoint {
    async fn send(&self, webhook: &TestWebhook) -> Result<EndpointReply, PortError> {
        self.0.lock().expect("a lock").push(webhook.clone());
        Ok(a_reply(match webhook {
            TestWebhook::Unsigned => EndpointResult::NotSigned,
            TestWebhook::Signed { .. } => EndpointResult::Accepted,
        }))
    }
}

#[test_case(true, 2; "with a secret both webhooks are sent")]
#[test_case(false, 1; "without one only the unsigned one is")]
#[tokio::test]
async fn the_webhook_function_is_sent_an_unsigned_and_a_signed_webhook(
    has_secret: bool,
    expected: usize,
) {
    let (endpoint, clock) = (Endpoint::default(), ManualClock::at(at(NOW)));
    let about = CalendarId::parse("calendar-sales").ok();
    let found = examine_endpoint(&endpoint, &clock, about.clone(), has_secret).await;
    assert_eq!(found.signed.is_some(), has_secret);
    let all = [
        TestWebhook::Unsigned,
        TestWebhook::Signed { about, at: at(NOW) },
    ];
    let sent = endpoint.0.lock().expect("a lock").clone();
    assert_eq!(sent, all[..expected]);
}

#[tokio::test]
async fn a_block_is_evidence_for_a_day() {
    let state = MemoryState::new();
    for (operation, until) in [
        (Operation::ListEvents, "2090-03-05T08:00:00Z"),
        (Operation::LeaveCall, "09:00"),
    ] {
        state
            .block_until(operation, at(until))
            .await
            .expect("memory");
    }
    let since: Timestamp = at("2090-03-05T09:30:00Z");
    let found = throttled_operations(&state, since).await.expect("memory");
    let expected = ThrottledOperation {
        operation: Operation::LeaveCall,
        until: at("09:00"),
    };
    assert_eq!(found, [expected]);
}
