//! Jitter that tests choose.

use callsheet_app::ports::Jitter;

/// Jitter that is always the same fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvenJitter(pub f64);

impl Jitter for EvenJitter {
    fn fraction(&self) -> f64 {
        self.0
    }
}
