//! The machine that a function runs on: settings, secrets, the clock, the
//! configuration of AWS clients, requests of HTTP APIs, and the log.

mod aws;
mod chance;
mod clock;
mod environment;
mod function;
mod http_request;
mod https;
mod metrics;
mod panics;
mod request;
mod requests;
mod secret;
mod telemetry;

pub use aws::{Aws, aws_config};
pub use chance::RandomJitter;
pub use clock::{SystemClock, deadline};
pub use environment::{Environment, InvalidSetting};
pub use function::{Function, StartError};
pub use http_request::{HttpRequest, InvalidRequest};
pub use request::in_request;
pub use requests::{AwsRequest, requests};
pub use secret::{Secret, SecretError};
pub use telemetry::log_to_stdout;
