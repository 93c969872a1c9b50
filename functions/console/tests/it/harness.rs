//! A console on fakes, with tokens of each role. Each JSON answer is held to the OpenAPI document.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use callsheet_api::status::Periods;
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_app::status::Queues;
use callsheet_app::{PortError, Service};
use callsheet_auth::{Grant, NewToken, Role, SigningKey, SigningKeys};
use callsheet_console::{
    Adapters, Console, Embedders, Keys, Listed, Route, Settings, Titles, open_api, schema_of_answer,
};
use callsheet_domain::{CalendarId, CalendarRecord, Decision, EventId, RateLimit, Timestamp};
use callsheet_testkit::{
    CallName, Intercepted, Interceptor, ManualClock, MemoryDeadLetters, MemoryDecisions,
    MemoryQueue, MemoryRecall, MemoryState, With as _, a_calendar_record, a_decision, an_email, at,
    id, schema_violations_within,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "a secret of the tests, which has more than 32 bytes";
pub(crate) const OWN: &str = "calendar-sales";
pub(crate) const OTHER: &str = "calendar-other";
/// Where people sign in, and what makes an operator.
pub(crate) const SIGN_IN: &str = "https://id.acme.example callsheet https://id.acme.example/authorize \
                                  https://id.acme.example/token groups=callsheet-operators";

type Ports = Adapters<
    MemoryState,
    MemoryDecisions,
    Intercepted<MemoryQueue, Outage>,
    MemoryDeadLetters,
    ManualClock,
    MemoryRecall<ManualClock>,
>;

/// Keys that may be rotated. Counts how often they were loaded again.
#[derive(Debug, Clone)]
pub(crate) struct TestKeys {
    loaded: Arc<Mutex<(SigningKeys, Timestamp)>>,
    stored: Arc<Mutex<SigningKeys>>,
    loads: Arc<Mutex<u32>>,
}

impl TestKeys {
    /// These keys, loaded at 09:10.
    pub(crate) fn of(keys: SigningKeys) -> Self {
        Self {
            loaded: Arc::new(Mutex::new((keys.clone(), at("09:10")))),
            stored: Arc::new(Mutex::new(keys)),
            loads: Arc::default(),
        }
    }

    /// Changes what is stored.
    pub(crate) fn store(&self, keys: SigningKeys) {
        *self.stored.lock().expect("no panic") = keys;
    }

    /// How often they were loaded again.
    pub(crate) fn loads(&self) -> u32 {
        *self.loads.lock().expect("no panic")
    }
}

impl Keys for TestKeys {
    async fn current(&self) -> (SigningKeys, Timestamp) {
        self.loaded.lock().expect("no panic").clone()
    }

    async fn refresh(&self, now: Timestamp) -> Option<SigningKeys> {
        *self.loads.lock().expect("no panic") += 1;
        let stored = self.stored.lock().expect("no panic").clone();
        *self.loaded.lock().expect("no panic") = (stored.clone(), now);
        Some(stored)
    }
}

/// A key that may sign every role.
pub(crate) fn a_key() -> SigningKey {
    SigningKey::new("console", Role::ALL, SECRET).expect("a key")
}

pub(crate) fn keys() -> SigningKeys {
    let spare = json!({"name": "spare", "roles": ["reader"], "secret": SECRET});
    let spare = SigningKeys::parse(&spare.to_string()).expect("a key");
    spare.with(a_key()).expect("another name")
}

/// The text of an error of AWS.
pub(crate) const ERROR_OF_AWS: &str =
    "arn:aws:sqs:eu-central-1:000000000000:sync is not authorized";

/// A service that does not respond from an instant on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outage(Arc<AtomicBool>);

impl Outage {
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Interceptor for Outage {
    async fn around<T: Send>(
        &self,
        _call: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        if self.0.load(Ordering::Relaxed) {
            Err(PortError::Denied {
                service: Service::Sqs,
                reason: ERROR_OF_AWS.to_owned(),
            })
        } else {
            effect.await
        }
    }
}

/// A console, and the fakes that it reads.
pub(crate) struct Harness {
    pub(crate) console: Console<Ports, TestKeys>,
    pub(crate) state: MemoryState,
    pub(crate) decisions: MemoryDecisions,
    pub(crate) queue: MemoryQueue,
    pub(crate) queue_outage: Outage,
    pub(crate) clock: ManualClock,
    pub(crate) recall: MemoryRecall<ManualClock>,
    pub(crate) keys: TestKeys,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: i64,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The name of the problem.
    pub(crate) fn problem(&self) -> String {
        let kind = self.json()["type"].as_str().expect("a problem").to_owned();
        let name = kind.strip_prefix("urn:callsheet:problem:");
        name.expect("one of ours").to_owned()
    }
}

/// The role's grant: an owner's of [`OWN`], a participant's of `event-1`.
pub(crate) fn grant(role: Role) -> Grant {
    match role {
        Role::Participant => Grant::Participant {
            event: id("event-1"),
        },
        Role::Owner => Grant::Owner {
            calendars: vec![id(OWN)],
        },
        Role::Reader => Grant::Reader,
        Role::Operator => Grant::Operator,
    }
}

pub(crate) fn token(grant: Grant) -> String {
    token_of("sales@acme.example", grant)
}

pub(crate) fn token_of(subject: &str, grant: Grant) -> String {
    signed(subject, grant, at("09:00"))
}

/// A token that was issued at another time.
pub(crate) fn token_at(grant: Grant, issued_at: Timestamp) -> String {
    signed("sales@acme.example", grant, issued_at)
}

fn signed(subject: &str, grant: Grant, issued_at: Timestamp) -> String {
    let new = NewToken {
        subject: id(subject),
        grant,
        zone: None,
        issued_at,
        life: SignedDuration::from_mins(50),
    };
    a_key().sign(&new).expect("a token")
}

/// The settings of a console that nobody frames, with titles for all, to which people sign in.
pub(crate) fn settings() -> Settings {
    Settings {
        periods: Periods {
            resync_every_minutes: 1,
            catch_up_every_minutes: 5,
        },
        embedders: Embedders::default(),
        titles: Titles::All,
        sign_in: Some(SIGN_IN.parse().expect("an issuer")),
    }
}

impl Harness {
    /// Two calendars at 09:10 with a meeting each: [`OWN`] with `event-1`, [`OTHER`] with `event-2`.
    pub(crate) async fn new() -> Self {
        Self::set_up(settings()).await
    }

    /// The same, in a console with these settings.
    pub(crate) async fn set_up(settings: Settings) -> Self {
        Self::with_preview(settings, true).await
    }

    /// The same, in a stack that allows previews or does not.
    pub(crate) async fn with_preview(settings: Settings, is_allowed: bool) -> Self {
        let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
        let clock = ManualClock::at(at("09:10"));
        let recall = MemoryRecall::new(clock.clone());
        let listed = is_allowed.then(|| Listed {
            recall: recall.clone(),
            rate_limit: RateLimit::per_minute(60, 3),
        });
        let (keys, queue) = (TestKeys::of(keys()), MemoryQueue::new());
        let queue_outage = Outage::default();
        let console = Console::new(
            Adapters {
                state: state.clone(),
                decisions: decisions.clone(),
                queues: Queues {
                    sync: Some(Intercepted::new(queue.clone(), &queue_outage)),
                    dead_letters: Some(MemoryDeadLetters::new()),
                },
                clock: clock.clone(),
                listed,
            },
            keys.clone(),
            &settings,
        );
        let harness = Self {
            console,
            state,
            decisions,
            queue,
            queue_outage,
            clock,
            recall,
            keys,
        };
        harness.store(&a_calendar_record(), &a_decision()).await;
        harness
            .store(&another_calendar(), &another_decision())
            .await;
        harness
    }

    pub(crate) async fn store(&self, record: &CalendarRecord, row: &Decision) {
        self.state.write_record(record).await.expect("memory");
        self.decisions.write(row).await.expect("memory");
    }

    /// A request with a token of a role.
    pub(crate) async fn get(&self, role: Role, path: &str) -> Reply {
        self.send(Request::get(path).with_token(&token(grant(role))))
            .await
    }

    /// A request. The answer is held to the OpenAPI document.
    pub(crate) async fn send(&self, request: Request) -> Reply {
        let reply = self.send_event(&request.event().to_string()).await;
        let violations = violations(&request, &reply);
        assert_eq!(violations, [""; 0], "{} {}", request.method, request.path);
        reply
    }

    /// The answer to an event of the HTTP API.
    pub(crate) async fn send_event(&self, event: &str) -> Reply {
        let response = self.console.answer(event).await;
        let headers = response.headers.iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
        let body = response.body.map(|body| body.to_vec()).unwrap_or_default();
        Reply {
            status: response.status_code,
            headers: headers.collect(),
            body: String::from_utf8(body).expect("text"),
        }
    }
}

pub(crate) fn another_calendar() -> CalendarRecord {
    a_calendar_record().with(|record| {
        record.calendar.id = id::<CalendarId>(OTHER);
        record.calendar.email = Some(an_email("other@acme.example"));
    })
}

pub(crate) fn another_decision() -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id::<EventId>("event-2");
        row.calendar_id = id(OTHER);
        row.title = Some("Salary of another person".to_owned());
    })
}

/// A request to the HTTP API.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
    /// The claims that API Gateway has verified.
    pub(crate) claims: Option<Value>,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
            claims: None,
        }
    }

    /// A sign-in with these claims, besides those of the issuer and the client.
    pub(crate) fn sign_in(claims: &Value) -> Self {
        let mut verified = json!({
            "iss": "https://id.acme.example",
            "aud": "callsheet",
            "sub": "00u-1",
        });
        for (name, value) in claims.as_object().expect("claims") {
            verified[name] = value.clone();
        }
        let request = Self::get("/v1/tokens").with_method("POST");
        Self {
            claims: Some(verified),
            ..request
        }
    }

    pub(crate) fn with_json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self.with_header("content-type", "application/json")
    }

    pub(crate) fn with_method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn with_token(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The event of an HTTP API in the payload format 2.0.
    pub(crate) fn event(&self) -> Value {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), json!(value)));
        let authorizer = self.claims.as_ref();
        let authorizer =
            authorizer.map(|claims| json!({"jwt": {"claims": claims, "scopes": null}}));
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers.collect::<serde_json::Map<_, _>>(),
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": self.method, "path": path},
                "stage": "$default",
                "authorizer": authorizer,
            },
            "body": self.body,
            "isBase64Encoded": false,
        })
    }
}

/// What an answer has that the OpenAPI document does not say.
fn violations(request: &Request, reply: &Reply) -> Vec<String> {
    if reply.body.is_empty() {
        return Vec::new();
    }
    if reply.header("content-type") == Some("text/html; charset=utf-8") {
        return Vec::new();
    }
    let path = request.path.split('?').next().unwrap_or_default();
    let status = u16::try_from(reply.status).expect("a status");
    let document = open_api();
    let schema = schema_of_answer(&document, request.method, path, status);
    let schema = schema.expect("the answer is documented");
    let is_document = reply.status < 300;
    let kind = if is_document {
        "application/json"
    } else {
        "application/problem+json"
    };
    assert_eq!(reply.header("content-type"), Some(kind));
    if is_document && path == Route::OpenApi.template() {
        return Vec::new();
    }
    schema_violations_within(&document, &schema, &reply.json())
}
