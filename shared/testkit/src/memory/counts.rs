//! How often a fake was asked.

/// Calls to a fake, by what they would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls that only read.
    pub reads: u64,
    /// Calls that write, or try to: a write that loses its race is paid for too.
    pub writes: u64,
}
