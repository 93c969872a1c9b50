//! One decorator for every port: something is done around each of its calls.
//!
//! [`Intercepted`] implements every port that the port inside it implements,
//! and hands each call to its [`Interceptor`]: [`Faults`] make calls fail,
//! [`Delay`] makes them take time, [`Counts`] counts them. Delegation is
//! written once, in `ports`.

mod counts;
mod delay;
mod faults;
mod ports;

use std::fmt;

use callsheet_app::PortError;

pub use counts::Counts;
pub use delay::Delay;
pub use faults::{Faults, When};

/// Which method of which port is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallName {
    /// The trait's name, such as `Decisions`.
    pub port: &'static str,
    /// The method's name, such as `write`.
    pub method: &'static str,
}

impl fmt::Display for CallName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}::{}", self.port, self.method)
    }
}

/// Something that is done around each call of a port.
pub trait Interceptor: Send + Sync {
    /// Makes the call, which is `effect`, or not, and returns its result or another.
    fn around<T: Send>(
        &self,
        call: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> impl Future<Output = Result<T, PortError>> + Send;
}

/// A port whose calls go through an interceptor.
#[derive(Debug, Clone)]
pub struct Intercepted<P, I> {
    port: P,
    interceptor: I,
}

impl<P, I: Interceptor + Clone> Intercepted<P, I> {
    /// Puts `interceptor` around the calls of `port`. Clones of an interceptor
    /// share their state, so one may be put around several ports.
    #[must_use]
    pub fn new(port: P, interceptor: &I) -> Self {
        let interceptor = interceptor.clone();
        Self { port, interceptor }
    }
}
