//! The log: JSON lines on standard output, which Lambda collects.

use std::{fmt, io};

use callsheet_app::METRICS;
use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::environment::Environment;
use crate::metrics::MetricsLayer;
use crate::request::request_id;

/// The prefix of the targets of Callsheet's own crates.
const OWN: &str = "callsheet";

/// Starts the log at the level in `LOG_LEVEL`: one level, or levels by target, such
/// as `info,callsheet_app=debug`. If it is missing or malformed, at `info`. Metrics
/// are written at any level. Lines of other crates are never finer than `info`: the Lambda
/// runtime's show whole requests, and with them access tokens and signatures. A second start in one process has no effect.
pub fn log_to_stdout(environment: &Environment) {
    // An error means that the log was started before.
    let _ = log_to(environment, io::stdout).try_init();
}

fn log_to<W>(environment: &Environment, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let chosen = environment.optional("LOG_LEVEL").and_then(parse);
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .map_event_format(WithRequestId)
        .with_writer(writer.clone())
        .with_filter(
            filter
                .with_target(METRICS, LevelFilter::OFF)
                .and(discreet()),
        );
    let of_metrics = Targets::new().with_target(METRICS, LevelFilter::INFO);
    let metrics = MetricsLayer::of(environment, writer).map(|layer| layer.with_filter(of_metrics));
    tracing_subscriber::registry().with(lines).with(metrics)
}

/// What may be logged at all: of other crates nothing finer than `info`, whatever is chosen.
fn discreet() -> Targets {
    let others = Targets::new().with_default(LevelFilter::INFO);
    others.with_target(OWN, LevelFilter::TRACE)
}

/// Lines of another format, each of which is a JSON object, with the id of the invocation.
struct WithRequestId<F>(F);

impl<S, N, F> FormatEvent<S, N> for WithRequestId<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(id) = request_id() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.0
            .format_event(context, Writer::new(&mut line), event)?;
        // A line always has fields: its time, at least.
        match line.strip_prefix('{') {
            Some(fields) => write!(writer, "{{\"requestId\":{},{fields}", Value::from(id)),
            None => writer.write_str(&line),
        }
    }
}

/// The filter that `text` describes. A word that is no level would be taken for a
/// target and silence all others, so a target without a level is refused.
fn parse(text: &str) -> Option<Targets> {
    let is_level = |part: &str| part.trim().parse::<LevelFilter>().is_ok();
    let is_directive = |part: &str| part.contains('=') || is_level(part);
    let filter = text.split(',').all(is_directive).then(|| text.parse());
    filter?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panics::log_panics;
    use crate::request::in_request;
    use callsheet_app::Metric;
    use serde_json::json;
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use test_case::test_case;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// The lines that `work` logs at a level.
    fn logged(level: &'static str, work: impl FnOnce()) -> Vec<Value> {
        let environment = Environment::from([("LOG_LEVEL", level), ("STACK_NAME", "calls")]);
        let written = Written::default();
        tracing::subscriber::with_default(log_to(&environment, written.clone()), work);
        let bytes = written.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    fn texts(lines: &[Value]) -> Vec<&str> {
        let texts = lines.iter().map(|line| line["message"].as_str().unwrap());
        texts.collect()
    }

    #[test_case("error"; "error")]
    #[test_case("off"; "off")]
    #[test_case("trace"; "trace")]
    #[test_case("callsheet=trace,callsheet::metrics=trace"; "the target's own")]
    fn a_metric_is_one_line_at_any_level(level: &'static str) {
        let lines = logged(level, || {
            Metric::Abandoned.count(0_u32);
            Metric::OverdueSeconds.count(90_u32);
        });
        let [line] = &lines[..] else {
            panic!("{lines:?}");
        };
        let expected = json!([{
            "Namespace": "calls",
            "Dimensions": [[]],
            "Metrics": [{"Name": "overdue_seconds", "Unit": "Seconds"}],
        }]);
        assert_eq!(line["_aws"]["CloudWatchMetrics"], expected);
        assert!(line["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
        assert_eq!(line["overdue_seconds"], json!(90));
        assert_eq!(line["message"], "metrics: overdue_seconds 90");
        assert!(
            line["timestamp"]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .is_ok()
        );
    }

    #[test]
    fn each_line_of_an_invocation_names_it_and_its_metrics_are_one_line() {
        let lines = logged("info", || {
            tracing::info!("before");
            let work = async {
                Metric::Late.count(1_u32);
                tracing::info!("during");
                tokio::task::yield_now().await;
                Metric::Late.count(1_u32);
            };
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime
                .unwrap()
                .block_on(in_request("r-\"1\"".to_owned(), work));
        });
        assert_eq!(texts(&lines), ["before", "during", "metrics: late 2"]);
        let ids: Vec<_> = lines
            .iter()
            .map(|line| line["requestId"].as_str())
            .collect();
        assert_eq!(ids, [None, Some("r-\"1\""), Some("r-\"1\"")]);
        assert_eq!(lines[2]["late"], json!(2));
    }

    /// The lines of an invocation that counts something and then does `work`, which panics.
    fn logged_of_panic(work: fn()) -> Vec<Value> {
        logged("info", || {
            log_panics();
            let panics = std::panic::catch_unwind(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build();
                let invocation = async {
                    Metric::Abandoned.count(1_u32);
                    work();
                };
                runtime
                    .unwrap()
                    .block_on(in_request("r-1".to_owned(), invocation));
            });
            let _ = std::panic::take_hook();
            assert!(panics.is_err());
        })
    }

    #[expect(
        clippy::string_slice,
        reason = "within a character it panics, with the string"
    )]
    fn slice_a_title() {
        let title = "Entlassung von Jürgen".to_owned();
        let end = title.find('ü').expect("it has one") + 1;
        assert!(title[..end].is_empty());
    }

    #[test_case(|| panic!("no event"), "no event"; "with the text of the code")]
    #[test_case(slice_a_title, "its text may hold personal data"; "without what was handled")]
    fn a_panic_is_a_line_of_the_log_and_loses_no_metric(work: fn(), why: &str) {
        let lines = logged_of_panic(work);
        let place = lines[0]["place"].as_str().expect("a place");
        assert!(place.contains("telemetry.rs:"), "{place}");
        let panicked = format!("panicked at {place}: {why}");
        assert_eq!(texts(&lines), [&panicked, "metrics: abandoned 1"]);
        assert!(
            lines.iter().all(|line| line["requestId"] == "r-1"),
            "{lines:?}"
        );
        assert_eq!(lines[0]["level"], "ERROR");
    }

    /// `lambda_runtime` shows events at `trace`, and with them the header of a request.
    #[test_case("trace"; "for all")]
    #[test_case("debug,lambda_runtime=trace"; "by its name")]
    fn no_level_shows_the_requests_that_the_runtime_received(level: &'static str) {
        let lines = logged(level, || {
            for_each_target("authorization: Bearer eyJhbGciOiJIUzI1NiJ9");
            tracing::debug!("our own");
            tracing::info!(target: "lambda_runtime", "started");
        });
        assert_eq!(texts(&lines), ["our own", "started"]);
    }

    /// Logs a text as the crates do that see requests.
    fn for_each_target(text: &str) {
        tracing::trace!(target: "lambda_runtime::layers::api_client", "{text}");
        tracing::debug!(target: "lambda_runtime", "{text}");
        tracing::trace!(target: "hyper::proto::h1", "{text}");
        tracing::debug!(target: "aws_smithy_runtime::client", "{text}");
    }

    #[test_case("warn", &["worse"]; "one level")]
    #[test_case("warn,callsheet_runtime=debug", &["fine", "worse"]; "levels by target")]
    #[test_case("warning", &["worse"]; "info if it is no level")]
    #[test_case("info,callsheet_app", &["worse"]; "info if a target has no level")]
    #[test_case("callsheet_runtime=loud", &["worse"]; "info if a target has no such level")]
    fn the_level_filters_lines(level: &'static str, expected: &[&str]) {
        let lines = logged(level, || {
            tracing::debug!("fine");
            tracing::warn!("worse");
        });
        assert_eq!(texts(&lines), expected);
    }
}
