//! One value, two renderings: a read of the API has the document that a command prints.

use callsheet_auth::Grant;
use callsheet_console::Route;
use callsheet_domain::{Timestamp, plus};
use callsheet_tests::wait_until;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use recall_simulator::Platform;
use reqwest::Method;
use serde_json::Value;

use crate::command::callsheet;
use crate::console_client::ConsoleClient;
use crate::policies::POLICY;
use crate::tenant::{TIMEOUT, Tenant};

/// How a read of the API is compared with the command line.
enum Compared {
    /// The whole document is what a command prints.
    Whole(String, Vec<String>),
    /// A member of the document is all that the command prints.
    Member(String, &'static str, Vec<String>),
    /// The document has the members that the command prints, at each level: its numbers change
    /// while others use the stack.
    Shape(String, Vec<String>),
    /// No command prints it.
    NoCommand(&'static str),
}

use Compared::{Member, NoCommand, Shape, Whole};

/// What is read of a tenant.
struct Subject {
    calendar: String,
    event: String,
    now: Timestamp,
}

impl Subject {
    /// How a route is compared; none if it reads nothing. A new route does not compile without.
    fn compared(&self, route: Route) -> Option<Compared> {
        let Self {
            calendar,
            event,
            now,
        } = self;
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let [from, until] =
            [-1, 24].map(|hours| plus(*now, SignedDuration::from_hours(hours)).to_string());
        let day = now.to_zoned(TimeZone::UTC).date();
        Some(match route {
            Route::Event => Whole(
                format!("/v1/events/{event}"),
                words(&format!("explain {event}")),
            ),
            // The API shows a day unless told otherwise, the command line all that comes.
            Route::Events => Whole(
                format!("/v1/events?calendar={calendar}&from={from}&until={until}"),
                words(&format!(
                    "events --calendar {calendar} --from {from} --until {until}"
                )),
            ),
            Route::Calendars => Whole(
                format!("/v1/calendars?q={calendar}&meetings=true"),
                words(&format!("calendars list --find {calendar} --meetings")),
            ),
            Route::Overrides => Whole(
                format!("/v1/calendars/{calendar}/overrides"),
                words(&format!("override list --calendar {calendar}")),
            ),
            Route::Coverage => Whole(
                format!("/v1/coverage?by=rule&from={day}&until={day}"),
                words(&format!("coverage --by rule --from {day} --until {day}")),
            ),
            Route::Policies => Whole(
                "/v1/policies?limit=3".to_owned(),
                words("policy history --most 3"),
            ),
            Route::Policy => Member(
                "/v1/policy".to_owned(),
                "document",
                words("policy pull --format json"),
            ),
            Route::PolicyRevision => Member(
                "/v1/policies/0".to_owned(),
                "document",
                words("policy pull --revision 0 --format json"),
            ),
            Route::Status => Shape("/v1/status?zone=UTC".to_owned(), words("status")),
            Route::Calendar => NoCommand("one entry of the list of calendars"),
            Route::Agenda => NoCommand("the events of a calendar with what its owner set"),
            Route::Activity => NoCommand("`activity` prints what people did in all calendars"),
            Route::Disconnection => NoCommand("`calendars disconnect` asks before it disconnects"),
            Route::Me | Route::Consent => NoCommand("it is about the holder of a token"),
            Route::OpenApi => NoCommand("it is about the API"),
            Route::SignIn
            | Route::Disconnect
            | Route::OverrideEvent
            | Route::ClearEvent
            | Route::OverrideMeeting
            | Route::ClearMeeting
            | Route::OverrideSeries
            | Route::ClearSeries
            | Route::Pause
            | Route::Resume
            | Route::Preview
            | Route::RetryEvent
            | Route::Retry
            | Route::Resync
            | Route::PushPolicy
            | Route::LintPolicy => return None,
        })
    }
}

/// The document without the instant at which it was read.
fn timeless(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.remove("now");
    }
    document
}

/// The names of a document's members, and of those of its parts that are always there.
fn shape(document: &Value) -> Vec<String> {
    let names = |path: &str| {
        let part = document.pointer(path).and_then(Value::as_object);
        let names = part.into_iter().flatten().map(|(name, _)| name);
        names
            .map(|name| format!("{path}/{name}"))
            .collect::<Vec<_>>()
    };
    [
        "",
        "/health",
        "/policy",
        "/totals",
        "/meetings",
        "/abandoned",
    ]
    .map(names)
    .concat()
}

/// What a command prints. One that says that a person is needed exits with 1.
fn printed(arguments: &[String]) -> Value {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let is_json = arguments.contains(&"json");
    let json: &[&str] = if is_json { &[] } else { &["--json"] };
    let run = callsheet(&[arguments.as_slice(), json].concat(), "");
    assert!(matches!(run.code, Some(0 | 1)), "{}", run.output);
    run.json.expect("it printed JSON")
}

/// Each read that both have. Other tests use the stack meanwhile, so the two are read again until
/// nothing has changed in between.
#[tokio::test]
async fn the_console_answers_what_the_command_line_prints() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    let recorded = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let now = tenant.stack.now();
    let console = ConsoleClient::of_environment(now).await;
    let token = console.token(Grant::Reader, now);
    let subject = Subject {
        calendar: tenant.calendar_id(0).to_string(),
        event: recorded.id.to_string(),
        now,
    };
    let answer = async |path: &str| {
        let answer = console.get(path, Some(&token)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        timeless(answer.json)
    };
    let mut compared = 0;
    for route in Route::ALL {
        let Some(how) = subject.compared(route) else {
            assert_ne!(route.method(), Method::GET, "{route:?} reads");
            continue;
        };
        let is_same = async || match &how {
            Whole(path, arguments) => answer(path).await == timeless(printed(arguments)),
            Member(path, name, arguments) => answer(path).await[name] == printed(arguments),
            Shape(path, arguments) => {
                shape(&answer(path).await) == shape(&timeless(printed(arguments)))
            }
            NoCommand(reason) => !reason.is_empty(),
        };
        assert!(wait_until(TIMEOUT, is_same).await, "{route:?} differs");
        compared += usize::from(!matches!(how, NoCommand(_)));
    }
    assert_eq!(compared, 9);
}
