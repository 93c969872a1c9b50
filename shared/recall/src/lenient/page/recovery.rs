//! Behind an item that is odd or too long, and behind the end of the list.

use super::splitter::PageSplitter;
use crate::lenient::item::{Item, LONGEST_ITEM, PageProblem};
use crate::lenient::place::{Place, Step};
use crate::lenient::scan::{Progress, Scan, skip_blanks};
use crate::lenient::search::{ItemNames, LONGEST_FRAME, is_behind_a_comma, is_tail, next_item};

impl PageSplitter {
    pub(super) fn in_too_long(&mut self, mut scan: Scan) -> Result<Step, PageProblem> {
        let rest = &self.text[self.start..];
        let mut at = 0;
        match scan.advance(rest, &mut at) {
            Progress::Done => Ok(self.next(at, Place::AfterTooLong)),
            Progress::More => {
                self.start += at;
                self.wait(Place::InTooLong(scan))
            }
            // What it was mistaken for is no longer in memory.
            Progress::Odd => Err(PageProblem::CutOff),
        }
    }

    pub(super) fn after_too_long(&mut self) -> Result<Step, PageProblem> {
        let rest = &self.text[self.start..];
        let at = skip_blanks(rest, 0);
        match rest.get(at) {
            None => self.wait(Place::AfterTooLong),
            Some(b',') => Ok(self.next(at + 1, Place::BeforeItem { may_end: false })),
            Some(b']') => Ok(self.next(at + 1, Place::Ended { end: None, tail: 0 })),
            Some(_) => Err(PageProblem::CutOff),
        }
    }

    /// Searches for the beginning of the next item.
    pub(super) fn in_odd(&mut self, mut from: usize, is_end: bool) -> Step {
        let rest = &self.text[self.start..];
        while let Some((at, progress)) = next_item(rest, from, &self.names) {
            if progress == Progress::Done {
                let scan = Scan::new();
                return self.next(at, Place::InItem { scan, at: 0 });
            }
            if !is_end && rest.len() - at <= LONGEST_ITEM {
                return self.more(Place::InOdd { from: at });
            }
            from = at + 1;
        }
        // The end of the list is searched for later.
        let searched = rest.len();
        let kept = searched.min(LONGEST_FRAME);
        if !is_end {
            self.start += searched - kept;
            return self.more(Place::InOdd { from: kept });
        }
        self.more(Place::InOdd { from: searched })
    }

    /// The list did not end if an item is behind its end: then the item before it ended too
    /// early, together with the list.
    pub(super) fn ended(
        &mut self,
        end: Option<usize>,
        tail: usize,
        found: &mut impl FnMut(Item<'_>),
    ) -> Result<Step, PageProblem> {
        let rest = &self.text[self.start..];
        if let Some((at, Progress::Done)) = next_item(rest, tail, &self.names) {
            closed((rest, at), (end, tail), &self.names, found);
            let scan = Scan::new();
            return Ok(self.next(at, Place::InItem { scan, at: 0 }));
        }
        if rest.len() - tail > LONGEST_FRAME {
            return Err(PageProblem::CutOff);
        }
        self.wait(Place::Ended { end, tail })
    }
}

/// Reports what stands before `next` in `text`: the next item, or the end of the page. A list
/// that did not end seems to end at `tail`, behind the item that ends at `end`.
pub(super) fn closed(
    (text, next): (&[u8], usize),
    (end, tail): (Option<usize>, usize),
    names: &ItemNames,
    found: &mut impl FnMut(Item<'_>),
) {
    let is_last = next == text.len();
    match end {
        // A bracket of its own, where an item belongs.
        Some(end)
            if is_behind_a_comma(&text[..tail - 1])
                && !is_tail(&text[..end], &text[tail..next], is_last, names) =>
        {
            found(Item::complete(&text[..end]));
            found(Item::odd(&[]));
            found(Item::odd(&text[tail..text.len().min(tail + 1)]));
        }
        _ => found(Item::odd(&text[..tail.max(1)])),
    }
}
