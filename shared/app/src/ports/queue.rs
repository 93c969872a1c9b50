//! Carries errands, and gives them again when they were not attended to.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::Errand;

use crate::PortError;

/// How the queue knows one delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub String);

/// Carries errands.
pub trait Queue: Send + Sync {
    /// Puts an errand on its way. When this returns it is safe.
    fn send(&self, errand: &Errand) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Puts an errand on its way that is to arrive after `wait`, a quarter of an
    /// hour at most. When this returns it is safe.
    fn send_later(
        &self,
        errand: &Errand,
        wait: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Has a delivery that was not attended to given again after `wait`,
    /// rather than after the queue's own, much longer time.
    fn postpone(
        &self,
        receipt: &Receipt,
        wait: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
