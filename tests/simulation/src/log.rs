//! The log lines of the functions, at the simulated time.

use std::fmt;

use callsheet_app::ports::Clock as _;
use callsheet_testkit::PausedClock;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// The simulated time of a line.
struct SimulatedTime(PausedClock);

impl FormatTime for SimulatedTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{:.3}", self.0.now())
    }
}

/// Writes the lines to standard error from now on, at the time of the clock.
pub(crate) fn init(clock: PausedClock) {
    tracing_subscriber::fmt()
        .with_timer(SimulatedTime(clock))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}
