//! The machine's clock and jitter behave as the fakes do.

use callsheet_runtime::{RandomJitter, SystemClock};

callsheet_testkit::clock_contract!(async || SystemClock, RandomJitter);
