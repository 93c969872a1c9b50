//! A bus in memory.

use callsheet_app::PortError;
use callsheet_app::ports::{EventBus, PutResult};
use callsheet_domain::{BusContent, BusEvent, BusEventId};

use super::Shared;
use crate::contracts::event_bus::{BusEnds, LONGEST_TITLE};

/// A bus in memory. It keeps a list of every event that was put on it.
#[derive(Debug, Clone, Default)]
pub struct MemoryBus(Shared<Entries>);

#[derive(Debug, Default)]
struct Entries {
    taken: Vec<BusEvent>,
    received: usize,
    /// Of the next events, which are not taken now.
    not_now: Vec<bool>,
}

impl MemoryBus {
    /// An empty bus.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every event that the bus took, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<BusEvent> {
        self.0.with(|bus| bus.taken.clone())
    }

    /// Has the bus not take those of the next events that are marked. Later ones are taken.
    pub fn take_not_now(&self, marks: impl IntoIterator<Item = bool>) {
        self.0.with(|bus| bus.not_now.extend(marks));
    }
}

impl Entries {
    fn put(&mut self, event: &BusEvent) -> PutResult {
        if !self.not_now.is_empty() && self.not_now.remove(0) {
            return PutResult::Again("ThrottlingException".to_owned());
        }
        if has_long_title(&event.content) {
            return PutResult::Refused("it is too large".to_owned());
        }
        self.taken.push(event.clone());
        PutResult::Taken
    }
}

/// Whether an event is too large for a request, by its title, which alone has any length.
fn has_long_title(content: &BusContent) -> bool {
    match content {
        BusContent::DecisionChanged { meeting, .. } => {
            let title = meeting.title.as_ref();
            title.is_some_and(|title| title.len() > LONGEST_TITLE)
        }
        _ => false,
    }
}

impl EventBus for MemoryBus {
    async fn put(&self, events: &[BusEvent]) -> Result<Vec<PutResult>, PortError> {
        let put = |bus: &mut Entries| events.iter().map(|event| bus.put(event)).collect();
        Ok(self.0.with(put))
    }
}

impl BusEnds for MemoryBus {
    type Bus = Self;

    fn bus(&self) -> &Self {
        self
    }

    async fn receive(&self) -> Vec<BusEventId> {
        self.0.with(|bus| {
            let new = bus.taken[bus.received..].iter();
            let ids = new.map(|event| event.id.clone()).collect();
            bus.received = bus.taken.len();
            ids
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::event_bus_contract!(async || MemoryBus::new());
}
