//! Random jitter.

use callsheet_app::ports::Jitter;

/// Spreads retries at random.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomJitter;

impl Jitter for RandomJitter {
    fn fraction(&self) -> f64 {
        fastrand::f64()
    }
}
