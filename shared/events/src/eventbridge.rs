//! A bus of EventBridge.

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use callsheet_app::ports::{EventBus, PutResult};
use callsheet_app::{PortError, Service};
use callsheet_domain::BusEvent;

use crate::requests::{MOST_BYTES, parts, size};
use crate::texts::Texts;
use crate::wire::{SOURCE, detail};

const SERVICE: Service = Service::EventBridge;

/// One bus of EventBridge, on which a stack publishes.
#[derive(Debug, Clone)]
pub struct EventBridgeBus {
    client: Client,
    bus: String,
    stack: String,
    texts: Texts,
}

impl EventBridgeBus {
    /// The bus of this name, on which `stack` publishes.
    #[must_use]
    pub fn new(
        client: Client,
        bus: impl Into<String>,
        stack: impl Into<String>,
        texts: Texts,
    ) -> Self {
        Self {
            client,
            bus: bus.into(),
            stack: stack.into(),
            texts,
        }
    }

    fn entry(&self, event: &BusEvent, detail: &str) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(SOURCE)
            .detail_type(event.content.kind().as_str())
            .detail(detail)
            .time(DateTime::from_secs(event.at.as_second()))
            .build()
    }

    /// Puts entries that go into one request. If the request is refused for the content of one
    /// of them, each is put by itself, so that the others are taken.
    async fn put_part(
        &self,
        entries: Vec<PutEventsRequestEntry>,
    ) -> Result<Vec<PutResult>, PortError> {
        match self.request(entries.clone()).await {
            Err(PortError::Unwritable { reason, .. }) if entries.len() == 1 => {
                Ok(vec![PutResult::Refused(reason)])
            }
            Err(PortError::Unwritable { .. }) => {
                let mut results = Vec::with_capacity(entries.len());
                for entry in entries {
                    let result = Box::pin(self.put_part(vec![entry])).await;
                    results.extend(
                        result.unwrap_or_else(|error| vec![PutResult::Again(error.to_string())]),
                    );
                }
                Ok(results)
            }
            result => result,
        }
    }

    /// Makes one request.
    async fn request(
        &self,
        entries: Vec<PutEventsRequestEntry>,
    ) -> Result<Vec<PutResult>, PortError> {
        let count = entries.len();
        let response = self.client.put_events().set_entries(Some(entries));
        let response = response.send().await.map_err(failure)?;
        let results: Vec<_> = response.entries().iter().map(result).collect();
        if results.len() != count {
            return Err(PortError::Unreadable {
                service: SERVICE,
                reason: format!("{} results for {count} events", results.len()),
            });
        }
        Ok(results)
    }
}

impl EventBus for EventBridgeBus {
    /// An event that is larger than a request is refused without one. After a request that
    /// fails as a whole no other one is made: its events and all later ones are to be put again.
    async fn put(&self, events: &[BusEvent]) -> Result<Vec<PutResult>, PortError> {
        let mut results = vec![None; events.len()];
        let (mut indexes, mut details, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for (index, event) in events.iter().enumerate() {
            let detail = detail(event, &self.stack, self.texts).to_string();
            let size = size(SOURCE, event.content.kind().as_str(), &detail);
            if size > MOST_BYTES {
                let reason = format!("it has {size} bytes, and a request at most {MOST_BYTES}");
                results[index] = Some(PutResult::Refused(reason));
            } else {
                indexes.push(index);
                details.push(detail);
                sizes.push(size);
            }
        }
        let mut failed = None;
        for part in parts(&sizes) {
            let of_part = part.clone().map(|at| {
                let event = &events[indexes[at]];
                self.entry(event, &details[at])
            });
            match self.put_part(of_part.collect()).await {
                Ok(answers) => {
                    for (at, answer) in part.zip(answers) {
                        results[indexes[at]] = Some(answer);
                    }
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        match failed {
            Some(error) if results.iter().all(Option::is_none) => Err(error),
            failed => {
                let reason = failed.map_or_else(String::new, |error| error.to_string());
                let again = || PutResult::Again(reason.clone());
                let results = results.into_iter();
                Ok(results.map(|result| result.unwrap_or_else(again)).collect())
            }
        }
    }
}

/// What became of one entry. EventBridge documents which codes a retry can help with.
fn result(entry: &PutEventsResultEntry) -> PutResult {
    let Some(code) = entry.error_code() else {
        return PutResult::Taken;
    };
    let message = entry.error_message().unwrap_or("no message");
    let reason = format!("{code} ({message})");
    match code {
        // The content of this one event. What is denied may be allowed tomorrow.
        "MalformedDetail" | "InvalidArgument" => PutResult::Refused(reason),
        _ => PutResult::Again(reason),
    }
}

/// The failure of a request.
fn failure<E>(error: SdkError<E>) -> PortError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    match code.as_deref() {
        Some("ThrottlingException" | "Throttling") => PortError::Throttled {
            service: SERVICE,
            wait: Duration::from_secs(1),
        },
        Some(code @ ("ValidationException" | "SerializationException")) => PortError::Unwritable {
            service: SERVICE,
            reason: format!("{code} ({})", error.message().unwrap_or("no message")),
        },
        Some(code @ ("AccessDeniedException" | "AccessDenied")) => PortError::Denied {
            service: SERVICE,
            reason: format!("{code}: allow the caller's role to put events on the bus"),
        },
        _ => PortError::Unavailable {
            service: SERVICE,
            reason: code.unwrap_or_else(|| DisplayErrorContext(&error).to_string()),
            source: error.into_source().ok(),
        },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_eventbridge::Config;
    use aws_sdk_eventbridge::config::{BehaviorVersion, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use callsheet_domain::policy_events;
    use callsheet_testkit::at;
    use serde_json::{Value, json};
    use test_case::test_case;

    use super::*;

    /// Refuses each request that has an event of a policy under this revision.
    #[derive(Debug)]
    struct Refusing(u64);

    impl HttpConnector for Refusing {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let body = request.body().bytes().expect("it is in memory");
            let body: Value = serde_json::from_slice(body).expect("JSON");
            let entries = body["Entries"].as_array().expect("entries");
            let is_refused = |entry: &Value| {
                let detail = entry["Detail"].as_str().expect("a text");
                let detail: Value = serde_json::from_str(detail).expect("JSON");
                detail["row_version"] == self.0
            };
            let (status, answer) = if entries.iter().any(is_refused) {
                let answer = json!({"__type": "ValidationException", "message": "why"});
                (400_u16, answer)
            } else {
                let results: Vec<_> = entries.iter().map(|_| json!({"EventId": "1"})).collect();
                (200, json!({"FailedEntryCount": 0, "Entries": results}))
            };
            let status = status.try_into().expect("a status");
            let response = HttpResponse::new(status, answer.to_string().into());
            HttpConnectorFuture::ready(Ok(response))
        }
    }

    #[tokio::test]
    async fn an_event_for_which_a_request_is_refused_costs_only_itself() {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .allow_no_auth()
            .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Refusing(2))));
        let client = Client::from_conf(config.build());
        let bus = EventBridgeBus::new(client, "default", "callsheet", Texts::LeftOut);
        let pushes = (1..=3).map(callsheet_domain::PolicyRevision);
        let events: Vec<_> = pushes
            .flat_map(|revision| policy_events(None, revision, at("09:00")))
            .collect();
        let results = bus.put(&events).await.expect("the bus answers");
        let refused = PutResult::Refused("ValidationException (why)".to_owned());
        assert_eq!(results, [PutResult::Taken, refused, PutResult::Taken]);
    }

    fn of_code(code: Option<&str>) -> PutResult {
        let entry = PutEventsResultEntry::builder();
        let entry = entry.set_error_code(code.map(str::to_owned));
        result(&entry.error_message("why").build())
    }

    #[test_case("ThrottlingException"; "throttled")]
    #[test_case("InternalFailure"; "failed")]
    #[test_case("AccessDeniedException"; "denied")]
    #[test_case("ACodeOfTomorrow"; "unknown")]
    fn an_event_is_put_again_if_that_can_help(code: &str) {
        let reason = format!("{code} (why)");
        assert_eq!(of_code(Some(code)), PutResult::Again(reason));
    }

    #[test_case("MalformedDetail"; "malformed")]
    #[test_case("InvalidArgument"; "invalid")]
    fn an_event_of_wrong_content_is_refused(code: &str) {
        let reason = format!("{code} (why)");
        assert_eq!(of_code(Some(code)), PutResult::Refused(reason));
    }

    #[test]
    fn an_event_without_an_error_is_taken() {
        assert_eq!(of_code(None), PutResult::Taken);
    }
}
