//! A console on fakes, with tokens of each role. Each JSON answer is held to the OpenAPI document.

mod messages;
mod routes;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callsheet_api::status::Periods;
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_app::status::Queues;
use callsheet_app::{PortError, Service};
use callsheet_auth::Role;
use callsheet_console::{Adapters, Console, Embedders, Listed, Settings, Titles};
use callsheet_domain::{CalendarId, CalendarRecord, Decision, EventId, RateLimit};
use callsheet_testkit::{
    CallName, Intercepted, Interceptor, ManualClock, MemoryDeadLetters, MemoryDecisions,
    MemoryQueue, MemoryRecall, MemoryState, With as _, a_calendar_record, a_decision, an_email, at,
    id,
};

use messages::violations;
pub(crate) use messages::{Reply, Request};
pub(crate) use routes::{of_role, request, roles, variants, writes};
pub(crate) use tokens::{SECRET, TestKeys, a_key, grant, keys, token, token_at, token_of};

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
