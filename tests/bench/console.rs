//! The console's API as a host application asks it: how soon an agenda is there, how soon a no has
//! removed a bot, and whether many requests a second are answered. What a request consumes is
//! measured by `tests/contracts/console_cost.rs`.
//!
//! An agenda takes the stand-in some 20 ms of its only thread, in five requests to `DynamoDB` and an
//! invocation. So it is asked for as often as the template allows by default, and a request that
//! reads nothing is sent more often. The processor time of the function tells what it could answer.

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_domain::Timestamp;
use callsheet_tests::variable;
use recall_simulator::{CallFilter, EventId, Operation};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use crate::dataset::Dataset;
use crate::numbers::{as_f64, hundredths, median, percentile, tenths};
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{NO_RESYNC, Rates, Testbed, USUAL_LATENCY, progress};
use crate::{processes, wait};

/// Events in the agenda.
const EVENTS: usize = 50;
/// Agendas that are read one after another.
const AGENDAS: usize = 200;
/// Events that are overridden, one after another.
const OVERRIDES: usize = 20;
/// Agendas a second: the default of `ConsoleRatePerSecond`.
const AGENDAS_PER_SECOND: usize = 20;
/// Requests a second that read nothing.
const REQUESTS_PER_SECOND: usize = 50;
/// The path of a request that reads nothing but the token.
const ME: &str = "v1/me";
/// Linux counts processor time in hundredths of a second.
const MILLISECONDS_PER_TICK: u64 = 10;
const INTERVAL: Duration = Duration::from_millis(10);
const TIMEOUT: Duration = Duration::from_secs(30);

/// A no has removed the bot within so many seconds, in the median.
const MOST_SECONDS: f64 = 1.0;

/// Measures agendas, overrides, and a minute of requests.
pub(crate) async fn measure(testbed: &Testbed) -> BenchResult<Report> {
    let events = testbed.sized(EVENTS, 3);
    let dataset = Dataset::connect_and_settle(testbed, 1, events).await?;
    // A resync could find what an override has changed before the console's own call does.
    testbed.redeploy(Rates::PUBLISHED, &[NO_RESYNC]).await?;
    testbed.stack.recall.set_latency(USUAL_LATENCY).await?;
    let calendar = dataset.calendars[0].id.to_string();
    let owner = Owner::of(&calendar).await?;
    let mut report = Report::new("console");
    report.table(
        "One request at a time",
        &["request", "requests", "median, ms", "99th percentile, ms"],
    );
    let times = agendas(&owner, testbed.sized(AGENDAS, 3), events).await?;
    add(
        &mut report,
        &format!("an agenda of {events} events"),
        &times,
    );
    let overridden = dataset.events_by_calendar()[0].iter();
    let overridden: Vec<_> = overridden.take(testbed.sized(OVERRIDES, 2)).collect();
    testbed.reset_calls().await?;
    let times = removals(testbed, &owner, &overridden).await?;
    add(
        &mut report,
        "an override, until the bot is removed",
        &times.removed,
    );
    add(
        &mut report,
        "an override, until it is answered",
        &times.answered,
    );
    let took = hundredths(median(&times.removed));
    report.goal(
        "a no has removed the bot, median, s",
        MOST_SECONDS,
        Some(took),
    );
    report.table(
        "Requests at a fixed rate",
        &[
            "request",
            "a second",
            "requests",
            "errors",
            "median, ms",
            "99th percentile, ms",
            "processor of the function, ms a request",
        ],
    );
    let loads = [
        ("who the token is of", ME, REQUESTS_PER_SECOND),
        ("the agenda", owner.agenda.as_str(), AGENDAS_PER_SECOND),
    ];
    for (request, path, a_second) in loads {
        let load = load(testbed, &owner, path, a_second).await?;
        add_load(&mut report, request, a_second, &load);
    }
    report.note(
        "A bot is removed when Recall has answered the call, which takes 150 to 450 ms of it. The \
         stream of the table, which starts the scheduler, is read every 100 ms.",
    );
    Ok(report)
}

/// A client with the token of a calendar's owner.
#[derive(Debug, Clone)]
struct Owner {
    http: Client,
    url: String,
    agenda: String,
    token: String,
}

/// Seconds until an override was answered, and until its bot was removed; both sorted.
#[derive(Debug, Default)]
struct Removals {
    answered: Vec<f64>,
    removed: Vec<f64>,
}

impl Owner {
    async fn of(calendar: &str) -> BenchResult<Self> {
        let by = ["--by", "sales@acme.example"];
        let output = Command::new(variable("CALLSHEET_COMMAND"))
            .args(["console", "token", "--calendar", calendar])
            .args(by)
            .output()
            .await?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(format!("no token was signed: {reason}").into());
        }
        Ok(Self {
            http: Client::builder().no_proxy().timeout(TIMEOUT).build()?,
            url: variable("CALLSHEET_CONSOLE_URL"),
            agenda: format!("v1/calendars/{calendar}/agenda"),
            token: String::from_utf8(output.stdout)?.trim().to_owned(),
        })
    }

    /// Sends a request, and reads the whole answer. The error is a text, because it crosses tasks.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), String> {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let json = answer.json().await.map_err(|error| error.to_string())?;
        Ok((status, json))
    }

    /// Reads what is at a path.
    async fn read(&self, path: &str) -> Result<Value, String> {
        match self.send(Method::GET, path, None).await? {
            (StatusCode::OK, read) => Ok(read),
            (status, problem) => Err(format!("{status}: {problem}")),
        }
    }
}

/// Seconds that each of `count` agendas took, sorted.
async fn agendas(owner: &Owner, count: usize, events: usize) -> BenchResult<Vec<f64>> {
    let mut times = Vec::new();
    // The first one may start the function.
    for number in 0..=count {
        let began = Instant::now();
        let agenda = owner.read(&owner.agenda).await?;
        let listed = agenda["events"].as_array().map_or(0, Vec::len);
        if listed != events {
            return Err(format!("the agenda has {listed} of {events} events").into());
        }
        if number > 0 {
            times.push(began.elapsed().as_secs_f64());
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Overrides events one after another.
async fn removals(testbed: &Testbed, owner: &Owner, events: &[&EventId]) -> BenchResult<Removals> {
    let mut times = Removals::default();
    for event in events {
        let (sent_at, began) = (testbed.stack.now(), Instant::now());
        let path = format!("v1/events/{event}/override");
        let body = json!({"override": "skip"});
        let (status, answer) = owner.send(Method::PUT, &path, Some(&body)).await?;
        if !status.is_success() {
            return Err(format!("{status}: {answer}").into());
        }
        times.answered.push(began.elapsed().as_secs_f64());
        let removed = wait::poll(INTERVAL, TIMEOUT, async || removal(testbed, **event).await);
        let removed = removed.await?.ok_or("the bot was not removed")?;
        times
            .removed
            .push(removed.duration_since(sent_at).as_secs_f64());
        progress(format!("{} of {}", times.removed.len(), events.len()));
    }
    times.answered.sort_by(f64::total_cmp);
    times.removed.sort_by(f64::total_cmp);
    Ok(times)
}

/// When the call that removed the bot of an event was answered.
async fn removal(testbed: &Testbed, event: EventId) -> BenchResult<Option<Timestamp>> {
    let filter = CallFilter {
        operation: Some(Operation::UnscheduleBot),
        event: Some(event),
        ..CallFilter::default()
    };
    let calls = testbed.stack.recall.calls(&filter).await?;
    let is_done = |status: u16| (200..300).contains(&status);
    let mut done = calls.iter().filter(|call| call.status.is_some_and(is_done));
    Ok(done.find_map(|call| call.answered_at))
}

/// The answers to requests at a fixed rate.
#[derive(Debug)]
struct Load {
    /// Seconds until a request was answered; sorted.
    times: Vec<f64>,
    errors: Vec<String>,
    /// Seconds of processor time that the function's processes took.
    processor: f64,
}

/// Asks for `path` at a fixed rate for a minute, whether or not earlier requests are answered.
async fn load(testbed: &Testbed, owner: &Owner, path: &str, a_second: usize) -> BenchResult<Load> {
    let seconds = testbed.sized(60, 2);
    progress(format!("{a_second} requests a second for {seconds} s"));
    let mut ticks = tokio::time::interval(Duration::from_secs(1).div_f64(as_f64(a_second)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let before = ticks_by_process();
    let mut requests = JoinSet::new();
    for _ in 0..a_second * seconds {
        ticks.tick().await;
        let (owner, path) = (owner.clone(), path.to_owned());
        requests.spawn(async move {
            let sent = Instant::now();
            owner
                .read(&path)
                .await
                .map(|_| sent.elapsed().as_secs_f64())
        });
    }
    let answers = requests.join_all().await;
    let used = ticks_by_process()
        .into_iter()
        .map(|(pid, after)| after - before.get(&pid).copied().unwrap_or(0));
    let (mut times, mut errors) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(took) => times.push(took),
            Err(error) => errors.push(error),
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(Load {
        times,
        errors,
        processor: Duration::from_millis(used.sum::<u64>() * MILLISECONDS_PER_TICK).as_secs_f64(),
    })
}

/// The processor time of each of the function's processes, in ticks.
fn ticks_by_process() -> BTreeMap<u32, u64> {
    let found = processes::of_function("CALLSHEET_CONSOLE_FUNCTION").into_iter();
    found.map(|process| (process.pid, process.ticks)).collect()
}

fn add_load(report: &mut Report, request: &str, a_second: usize, load: &Load) {
    let count = load.times.len() + load.errors.len();
    let a_request = load.processor * 1_000.0 / as_f64(count);
    report.row(vec![
        json!(request),
        json!(a_second),
        json!(count),
        json!(load.errors.len()),
        milliseconds(median(&load.times)),
        milliseconds(percentile(&load.times, 99)),
        json!(tenths(a_request)),
    ]);
    let failed = format!("requests that failed, {request}, {a_second} a second");
    report.goal(failed, 0.0, Some(as_f64(load.errors.len())));
    if let Some(error) = load.errors.first() {
        report.note(format!("The first error: {error}"));
    }
}

fn add(report: &mut Report, request: &str, sorted: &[f64]) {
    let (middle, most) = (median(sorted), percentile(sorted, 99));
    let times = sorted.len();
    report.row(vec![
        json!(request),
        json!(times),
        milliseconds(middle),
        milliseconds(most),
    ]);
}

fn milliseconds(seconds: f64) -> Value {
    json!((seconds * 1_000.0).round())
}
