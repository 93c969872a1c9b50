//! The bus that other systems get events from.

use std::future::Future;

use callsheet_domain::BusEvent;

use crate::PortError;

/// What became of an event that was put on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutResult {
    /// The bus has it.
    Taken,
    /// The bus did not take it now, for this reason: put it again.
    Again(String),
    /// The bus will never take it, for this reason.
    Refused(String),
}

/// The bus that other systems get events from.
pub trait EventBus: Send + Sync {
    /// Puts events on the bus, and returns what became of each, in the same order. An event
    /// that is put twice is there twice.
    ///
    /// It is an error only if no event was taken or refused.
    fn put(
        &self,
        events: &[BusEvent],
    ) -> impl Future<Output = Result<Vec<PutResult>, PortError>> + Send;
}
