//! What every function needs of the machine it runs on: settings, secrets, the
//! clock, AWS and a log.

mod aws;
mod chance;
mod clock;
mod environment;
mod secret;
mod telemetry;

pub use aws::{Aws, connect};
pub use chance::RandomJitter;
pub use clock::{SystemClock, deadline};
pub use environment::{Environment, InvalidSetting};
pub use secret::{Secret, SecretError};
pub use telemetry::log_to_stdout;
