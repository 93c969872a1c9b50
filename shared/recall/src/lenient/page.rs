//! Splits a page of a list into its items while it arrives.
//!
//! Only the item that is arriving is in memory, and one odd item costs no other:
//!
//! - **An item of the structure of JSON** ends at its last bracket, whatever its values are.
//! - **Any other item** (a quote or a bracket too many or too few, half an item) is odd. The
//!   next item begins at the next object, behind a comma, that has both fields which every
//!   item has ([`ItemNames`](super::search::ItemNames)): no object inside an item has them. So the items behind an odd one
//!   are found again, and two odd ones in a row are told apart if they have these fields.
//! - **An array around items**, by a bracket too many, is odd in the same way.
//! - **An item that ends too early**, by a bracket too many, is told by the text behind it:
//!   items begin with a bracket, and no item is behind the list.
//! - **Two halves of an item** are told by both: the first has the two fields by which an item
//!   begins and lacks others that every item has, and the second, an object too, lacks the two.
//! - **An item that is too long** is skipped.
//!
//! If the end of the list cannot be found behind an odd item, or anything but an item is odd,
//! then the page is lost as a whole, and says so: a list is never taken to be complete when it
//! may not be. This is so for a page that is cut off, and for a last item that takes the
//! bracket of the list for its own. An item that was split into two complete ones cannot be told
//! from two items.

mod items;
mod recovery;
mod splitter;
#[cfg(test)]
mod tests;

use callsheet_domain::PageCursor;

use super::item::{Item, LONGEST_PAGE, PageProblem};
use super::parts::Parts;
use super::place::{Place, Step};
use super::repair::repaired;
use super::scan::Progress;
use super::search::{LONGEST_FRAME, end_of_list, fields_behind_list, has, is_behind_a_comma};
use recovery::closed;
pub(crate) use splitter::PageSplitter;

/// The longest address of a next page that is not text.
const LONGEST_ODD_CURSOR: usize = 200;

impl PageSplitter {
    /// Refuses a page that announces to be too long, before it arrives.
    pub(crate) fn check_length(length: Option<u64>) -> Result<(), PageProblem> {
        let is_too_long =
            |length| usize::try_from(length).is_ok_and(|length| length > LONGEST_PAGE);
        if length.is_some_and(is_too_long) {
            return Err(PageProblem::TooLong);
        }
        Ok(())
    }

    /// Takes the next piece of the page, and gives the items that end in it.
    pub(crate) fn push(
        &mut self,
        piece: &[u8],
        found: &mut impl FnMut(Item<'_>),
    ) -> Result<(), PageProblem> {
        self.received += piece.len();
        if self.received > LONGEST_PAGE {
            return Err(PageProblem::TooLong);
        }
        self.text.drain(..self.start);
        self.start = 0;
        self.text.extend_from_slice(piece);
        while matches!(self.step(false, found)?, Step::Next) {}
        Ok(())
    }

    /// Ends the page. Returns the cursor of the next one, if there is one.
    ///
    /// A cursor that is not text is returned as it is, so that the request for the next page
    /// fails: the list must not seem to end here.
    pub(crate) fn finish(
        mut self,
        found: &mut impl FnMut(Item<'_>),
    ) -> Result<Option<PageCursor>, PageProblem> {
        while matches!(self.step(true, found)?, Step::Next) {}
        let rest = &self.text[self.start..];
        let next = match self.place {
            Place::Ended { end, tail } => match fields_behind_list(&rest[tail..], |_| true) {
                Some(next) => {
                    if let Some(end) = end {
                        found(Item::complete(&rest[..end]));
                        if is_behind_a_comma(&rest[..tail - 1]) {
                            found(Item::odd(&[]));
                        }
                    }
                    Some(next)
                }
                None if has(Parts::behind_a_field(&rest[tail..]), &["results"])
                    == Progress::Done =>
                {
                    None
                }
                None => {
                    let next = end_of_list(rest);
                    if next.is_some() {
                        closed((rest, rest.len()), (end, tail), &self.names, found);
                    }
                    next
                }
            },
            Place::InOdd { .. } => end_of_list(rest),
            Place::Head => return Err(PageProblem::NotAPage),
            _ => None,
        };
        self.set_next(next.ok_or(PageProblem::CutOff)?)?;
        Ok(self.next.as_deref().and_then(cursor))
    }

    fn set_next(&mut self, next: Option<Vec<u8>>) -> Result<(), PageProblem> {
        if next.is_some() && self.next.is_some() && next != self.next {
            return Err(PageProblem::TwoCursors);
        }
        self.next = self.next.take().or(next);
        Ok(())
    }

    fn step(
        &mut self,
        is_end: bool,
        found: &mut impl FnMut(Item<'_>),
    ) -> Result<Step, PageProblem> {
        let place = std::mem::replace(&mut self.place, Place::Head);
        match place {
            Place::Head => self.head(),
            Place::BeforeItem { may_end } => Ok(self.before_item(may_end, found)),
            Place::InItem { scan, at } => Ok(self.in_item(scan, at, is_end, found)),
            Place::AfterItem { end } => Ok(self.after_item(end, is_end, found)),
            Place::InOther {
                end,
                from,
                scan,
                at,
            } => Ok(self.in_other((end, from), scan, at, is_end, found)),
            Place::InTooLong(scan) => self.in_too_long(scan),
            Place::AfterTooLong => self.after_too_long(),
            Place::InOdd { from } => Ok(self.in_odd(from, is_end)),
            Place::Ended { end, tail } => self.ended(end, tail, found),
        }
    }

    fn head(&mut self) -> Result<Step, PageProblem> {
        let rest = &self.text[self.start..];
        let text = rest.strip_prefix("\u{feff}".as_bytes()).unwrap_or(rest);
        let mut parts = Parts::object(text);
        let mut next = None;
        while let Some(name) = parts.name() {
            if name == b"results" {
                match text.get(parts.at()) {
                    Some(b'[') => {
                        self.start += rest.len() - text.len() + parts.at() + 1;
                        self.place = Place::BeforeItem { may_end: true };
                        self.next = next;
                        return Ok(Step::Next);
                    }
                    Some(_) => return Err(PageProblem::NotAPage),
                    None => break,
                }
            }
            let Some(value) = parts.value() else { break };
            if name == b"next" {
                let value = text[value].to_vec();
                if next.as_ref().is_some_and(|next| *next != value) {
                    return Err(PageProblem::TwoCursors);
                }
                next = Some(value);
            }
        }
        // The first bytes may be a part of a byte order mark.
        let is_odd = parts.progress() != Progress::More && rest.len() > 2;
        if is_odd || rest.len() > LONGEST_FRAME {
            return Err(PageProblem::NotAPage);
        }
        self.wait(Place::Head)
    }
}

fn cursor(text: &[u8]) -> Option<PageCursor> {
    let text = repaired(text);
    match serde_json::from_str::<Option<String>>(&text) {
        Ok(cursor) => cursor.map(PageCursor),
        Err(_) => Some(PageCursor(text.chars().take(LONGEST_ODD_CURSOR).collect())),
    }
}
