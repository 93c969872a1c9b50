//! Result type of all steps of a benchmark.

use std::error::Error;

/// Result of a benchmark's step. Any error ends the benchmark.
pub(crate) type BenchResult<T> = Result<T, Box<dyn Error>>;
