//! The capacity that the console's requests consume: the figures of docs/costs.md.

use aws_sdk_dynamodb::Client;
use callsheet_api::status::Periods;
use callsheet_app::ports::{Calendars as _, Clock as _, Decisions as _};
use callsheet_app::status::Queues;
use callsheet_auth::{Grant, NewToken, Role, SigningKey, SigningKeys};
use callsheet_console::{Adapters, Console, Embedders, Keys, Listed, Settings, Titles};
use callsheet_domain::{Decision, Timestamp, Wanted, plus};
use callsheet_runtime::SystemClock;
use callsheet_store::{DecisionTable, StateTable};
use callsheet_testkit::{
    ManualClock, MemoryDeadLetters, MemoryQueue, MemoryRecall, With as _, a_calendar,
    a_calendar_record, a_decision, id,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_case::test_case;

use crate::cost::{print, sum};
use crate::meter::Meter;
use crate::servers::{local_dynamodb, second_opinion};
use crate::tables;

/// Events of four weeks, six a day.
const EVENTS: i32 = 150;

/// A key that never changes.
pub(crate) struct OneKey(Timestamp);

fn key() -> SigningKey {
    let secret = "a secret of the tests, which has more than 32 bytes";
    SigningKey::new("console", Role::ALL, secret).expect("a key")
}

fn keys() -> SigningKeys {
    let spare = json!({"name": "spare", "roles": ["reader"], "secret": "measured".repeat(8)});
    let spare = SigningKeys::parse(&spare.to_string()).expect("a key");
    spare.with(key()).expect("another name")
}

impl Keys for OneKey {
    async fn current(&self) -> (SigningKeys, Timestamp) {
        (keys(), self.0)
    }

    async fn refresh(&self, _: Timestamp) -> Option<SigningKeys> {
        None
    }
}

pub(crate) type Ports = Adapters<
    StateTable,
    DecisionTable,
    MemoryQueue,
    MemoryDeadLetters,
    ManualClock,
    MemoryRecall<ManualClock>,
>;

/// A console on real tables, which lists at Recall what previews list.
pub(crate) fn console(
    (state, decisions): (StateTable, DecisionTable),
    listed: Option<Listed<MemoryRecall<ManualClock>>>,
    now: Timestamp,
) -> Console<Ports, OneKey> {
    let ports = Adapters {
        state,
        decisions,
        queues: Queues {
            sync: Some(MemoryQueue::new()),
            dead_letters: Some(MemoryDeadLetters::new()),
        },
        clock: ManualClock::at(now),
        listed,
    };
    let settings = Settings {
        periods: Periods {
            resync_every_minutes: 1,
            catch_up_every_minutes: 5,
        },
        embedders: Embedders::default(),
        titles: Titles::All,
        sign_in: None,
    };
    Console::new(ports, OneKey(now), &settings)
}

/// A token that is valid from `now` on.
pub(crate) fn token(grant: Grant, now: Timestamp) -> String {
    let new = NewToken {
        subject: id("sales@acme.example"),
        grant,
        zone: None,
        issued_at: now,
        life: SignedDuration::from_mins(50),
    };
    key().sign(&new).expect("a token")
}

/// The event of a request to the HTTP API.
pub(crate) fn http_event(token: &str, (method, path): (&str, &str), body: Option<&Value>) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"authorization": format!("Bearer {token}"), "content-type": "application/json"},
        "requestContext": {
            "requestId": "request-1",
            "http": {"method": method, "path": path},
            "stage": "$default",
        },
        "body": body.map(Value::to_string),
        "isBase64Encoded": false,
    })
}

/// A console on real tables, with a meter on each.
struct Metered {
    console: Console<Ports, OneKey>,
    of_decisions: Meter,
    of_state: Meter,
    now: Timestamp,
}

/// The event of this number, whose bot is at Recall.
pub(crate) fn event(number: i32, now: Timestamp) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-{number}"));
        row.key.ical_uid = id(format!("meeting-{number}"));
        row.starts_at = plus(now, SignedDuration::from_hours(4) * (number + 1));
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
        if let Wanted::Bot(wanted) = &mut row.wanted {
            wanted.starts_at = row.starts_at;
        }
    })
}

impl Metered {
    async fn on(client: &Client) -> Self {
        let now = SystemClock.now();
        let (of_decisions, of_state) = (Meter::default(), Meter::default());
        let decisions = tables::decisions(of_decisions.on(client)).await;
        let state = tables::state(of_state.on(client)).await;
        state
            .write_record(&a_calendar_record())
            .await
            .expect("the table");
        for number in 0..EVENTS {
            decisions
                .write(&event(number, now))
                .await
                .expect("the table");
        }
        of_decisions.take();
        of_state.take();
        Self {
            console: console((state, decisions), None, now),
            of_decisions,
            of_state,
            now,
        }
    }

    /// An owner's request. Gives the read and the write units that it consumed, of both tables.
    async fn request(&self, method: &str, path: &str, body: Option<&str>) -> (f64, f64) {
        let owner = Grant::Owner {
            calendars: vec![a_calendar().id],
        };
        let body = body.map(|body| serde_json::from_str(body).expect("JSON"));
        let event = http_event(&token(owner, self.now), (method, path), body.as_ref());
        let answer = self.console.answer(&event.to_string()).await;
        assert_eq!(
            answer.status_code, 200,
            "{method} {path}: {:?}",
            answer.body
        );
        let used = [self.of_decisions.take(), self.of_state.take()];
        let units = |is_write| used.iter().map(|used| sum(used, is_write).units).sum();
        (units(false), units(true))
    }
}

/// A request of an owner: its name, method, path, body, and the units that it reads and writes at
/// most.
struct Request(
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    [f64; 2],
);

/// What owners request, of a calendar with 150 events in four weeks.
const REQUESTS: [Request; 6] = [
    Request(
        "an agenda of 50 events, with counts of all",
        "GET",
        "{calendar}/agenda?limit=50",
        None,
        [16.0, 0.0],
    ),
    Request(
        "a calendar with its counts",
        "GET",
        "{calendar}",
        None,
        [16.0, 0.0],
    ),
    Request("an event", "GET", "{event}", None, [40.0, 0.0]),
    Request(
        "a no to it",
        "PUT",
        "{event}/override",
        Some(r#"{"override":"skip"}"#),
        [42.0, 19.0],
    ),
    Request(
        "a yes to it",
        "PUT",
        "{event}/override",
        Some(r#"{"override":"record"}"#),
        [36.0, 11.0],
    ),
    Request(
        "a pause",
        "PUT",
        "{calendar}/pause",
        Some(r#"{"for":"PT8H"}"#),
        [11.0, 10.0],
    ),
];

/// Run with `--nocapture` to see the figures.
#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_request_of_an_owner_consumes_few_units(client: Client) {
    let metered = Metered::on(&client).await;
    for Request(name, method, path, body, [most_read, most_written]) in REQUESTS {
        let path = path
            .replace("{calendar}", "/v1/calendars/calendar-sales")
            .replace("{event}", "/v1/events/event-1");
        let (read, written) = metered.request(method, &path, body).await;
        print(&format!("{name}: {read} read units, {written} write units"));
        assert!(read > 0.0 && read <= most_read, "{name}: {read} read units");
        assert!(written <= most_written, "{name}: {written} write units");
    }
}
