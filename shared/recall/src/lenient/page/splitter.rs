//! What is known of a page that arrives: its text, and where reading it stands.

use crate::lenient::item::Item;
use crate::lenient::place::{Place, Step};
use crate::lenient::search::ItemNames;

/// Splits one page.
#[derive(Debug)]
pub(crate) struct PageSplitter {
    pub(super) names: ItemNames,
    /// The text that arrived; before `start` it is read.
    pub(super) text: Vec<u8>,
    pub(super) start: usize,
    pub(super) received: usize,
    pub(super) next: Option<Vec<u8>>,
    pub(super) place: Place,
}

impl PageSplitter {
    pub(crate) fn new(names: ItemNames) -> Self {
        Self {
            names,
            text: Vec::new(),
            start: 0,
            received: 0,
            next: None,
            place: Place::Head,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends a step")]
    pub(super) fn wait<E>(&mut self, place: Place) -> Result<Step, E> {
        self.place = place;
        Ok(Step::More)
    }

    pub(super) fn more(&mut self, place: Place) -> Step {
        self.place = place;
        Step::More
    }

    pub(super) fn next(&mut self, read: usize, place: Place) -> Step {
        self.start += read;
        self.place = place;
        Step::Next
    }

    /// Reports that the item at `start` is odd at `at`.
    pub(super) fn odd(&mut self, at: usize, found: &mut impl FnMut(Item<'_>)) -> Step {
        let rest = &self.text[self.start..];
        found(Item::odd(&rest[..rest.len().min(at + 1)]));
        self.next(0, Place::InOdd { from: 1 })
    }
}
