//! Splits a page of a list into its items while it arrives.
//!
//! Only the item that is arriving is in memory, and one odd item costs no other:
//!
//! - **An item of the structure of JSON** ends at its last bracket, whatever its values are.
//! - **Any other item** (a quote or a bracket too many or too few, half an item) is odd. The
//!   next item begins at the next object, behind a comma, that has both fields which every
//!   item has ([`ItemNames`]): no object inside an item has them. So the items behind an odd one
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

#[cfg(test)]
mod tests;

use callsheet_domain::PageCursor;

use super::item::{Item, ItemProblem, LONGEST_ITEM, LONGEST_PAGE, PageProblem};
use super::parts::Parts;
use super::place::{Place, Step};
use super::repair::repaired;
use super::scan::{Progress, Scan, skip_blanks, skip_commas};
use super::search::{
    ItemNames, LONGEST_FRAME, begins_item, end_of_list, fields_behind_list, halves, has,
    has_all_fields, is_behind_a_comma, is_tail, next_item, others,
};

/// How much of an item that is too long is reported.
const REPORTED: usize = 4 * 1024;
/// The longest address of a next page that is not text.
const LONGEST_ODD_CURSOR: usize = 200;

/// Splits one page.
#[derive(Debug)]
pub(crate) struct PageSplitter {
    names: ItemNames,
    /// The text that arrived; before `start` it is read.
    text: Vec<u8>,
    start: usize,
    received: usize,
    next: Option<Vec<u8>>,
    place: Place,
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

    #[expect(clippy::unnecessary_wraps, reason = "it ends a step")]
    fn wait<E>(&mut self, place: Place) -> Result<Step, E> {
        self.place = place;
        Ok(Step::More)
    }

    fn more(&mut self, place: Place) -> Step {
        self.place = place;
        Step::More
    }

    fn next(&mut self, read: usize, place: Place) -> Step {
        self.start += read;
        self.place = place;
        Step::Next
    }

    /// Reports that the item at `start` is odd at `at`.
    fn odd(&mut self, at: usize, found: &mut impl FnMut(Item<'_>)) -> Step {
        let rest = &self.text[self.start..];
        found(Item::odd(&rest[..rest.len().min(at + 1)]));
        self.next(0, Place::InOdd { from: 1 })
    }

    fn before_item(&mut self, may_end: bool, found: &mut impl FnMut(Item<'_>)) -> Step {
        let rest = &self.text[self.start..];
        let at = skip_blanks(rest, 0);
        let Some(&byte) = rest.get(at) else {
            self.start += at;
            return self.more(Place::BeforeItem { may_end });
        };
        if byte == b',' || byte == b']' && !may_end {
            found(Item::odd(&[]));
        }
        let scan = Scan::new();
        match byte {
            b']' => self.next(at + 1, Place::Ended { end: None, tail: 0 }),
            b',' => self.next(at + 1, Place::BeforeItem { may_end: false }),
            _ => self.next(at, Place::InItem { scan, at: 0 }),
        }
    }

    fn in_item(
        &mut self,
        mut scan: Scan,
        mut at: usize,
        is_end: bool,
        found: &mut impl FnMut(Item<'_>),
    ) -> Step {
        let rest = &self.text[self.start..];
        let progress = scan.advance(rest, &mut at);
        let is_too_long = at > LONGEST_ITEM;
        let is_around_others = (progress == Progress::Done || is_too_long)
            && rest.starts_with(b"[")
            && begins_item(&rest[1..at], &self.names);
        if is_around_others {
            return self.odd(at - 1, found);
        }
        if progress == Progress::Odd {
            return self.odd(at, found);
        }
        if is_too_long {
            found(Item {
                text: &rest[..REPORTED],
                problem: Some(ItemProblem::TooLong),
            });
            let place = match progress {
                Progress::Done => Place::AfterTooLong,
                _ => Place::InTooLong(scan),
            };
            return self.next(at, place);
        }
        match progress {
            Progress::Done => self.next(0, Place::AfterItem { end: at }),
            _ if is_end => self.odd(at, found),
            _ => self.more(Place::InItem { scan, at }),
        }
    }

    fn after_item(&mut self, end: usize, is_end: bool, found: &mut impl FnMut(Item<'_>)) -> Step {
        let rest = &self.text[self.start..];
        let at = skip_blanks(rest, end);
        let complete = Item::complete(&rest[..end]);
        match rest.get(at) {
            None if at > end + LONGEST_FRAME => self.odd(at, found),
            // An item without its last bracket may end with the page, around all others.
            None if is_end && begins_item(&rest[1..], &self.names) => self.odd(end, found),
            None => self.more(Place::AfterItem { end }),
            Some(b']') => {
                let (end, tail) = (Some(end), at + 1);
                self.next(0, Place::Ended { end, tail })
            }
            Some(b',') => {
                let from = skip_blanks(rest, at + 1);
                let at = skip_commas(rest, from);
                let scan = Scan::new();
                match rest.get(at) {
                    None if at > end + LONGEST_FRAME => self.odd(at, found),
                    None => self.more(Place::AfterItem { end }),
                    Some(b'{') if at == from => match halves(rest, (end, from), &self.names) {
                        Progress::More if !is_end && rest.len() - from <= LONGEST_ITEM => {
                            self.more(Place::AfterItem { end })
                        }
                        Progress::More | Progress::Done => self.odd(from, found),
                        Progress::Odd => {
                            found(complete);
                            self.next(from, Place::InItem { scan, at: 0 })
                        }
                    },
                    Some(b'{') if !has_all_fields(&rest[..end], &self.names) => {
                        self.odd(from, found)
                    }
                    Some(b'{') => {
                        found(complete);
                        self.next(from, Place::BeforeItem { may_end: false })
                    }
                    Some(b']') => {
                        let (end, tail) = (Some(end), at + 1);
                        self.next(0, Place::Ended { end, tail })
                    }
                    Some(_) => {
                        let place = Place::InOther {
                            end,
                            from,
                            scan,
                            at,
                        };
                        self.next(0, place)
                    }
                }
            }
            Some(_) => self.odd(at, found),
        }
    }

    /// Anything but objects is behind an item: other items, an odd one, or the rest of the
    /// item, which then ended too early.
    fn in_other(
        &mut self,
        (end, from): (usize, usize),
        mut scan: Scan,
        mut at: usize,
        is_end: bool,
        found: &mut impl FnMut(Item<'_>),
    ) -> Step {
        let rest = &self.text[self.start..];
        let is_too_long = rest.len() - from > LONGEST_ITEM;
        let may_wait = !is_end && !is_too_long;
        match others(rest, &mut scan, &mut at) {
            Progress::Done => {
                found(Item::complete(&rest[..end]));
                return self.next(from, Place::BeforeItem { may_end: false });
            }
            Progress::More if may_wait => {
                let place = Place::InOther {
                    end,
                    from,
                    scan,
                    at,
                };
                return self.more(place);
            }
            Progress::More | Progress::Odd => {}
        }
        let next = next_item(rest, from, &self.names).filter(|(_, found)| *found == Progress::Done);
        if next.is_none() && may_wait {
            let place = Place::InOther {
                end,
                from,
                scan: Scan::new(),
                at: from,
            };
            return self.more(place);
        }
        let (text, is_last) = match next {
            Some((next, _)) => (&rest[from..next], false),
            None => (&rest[from..], true),
        };
        if is_tail(&rest[..end], text, is_last, &self.names) {
            return self.odd(at, found);
        }
        found(Item::complete(&rest[..end]));
        self.start += from;
        self.odd(at - from, found)
    }

    fn in_too_long(&mut self, mut scan: Scan) -> Result<Step, PageProblem> {
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

    fn after_too_long(&mut self) -> Result<Step, PageProblem> {
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
    fn in_odd(&mut self, mut from: usize, is_end: bool) -> Step {
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
    fn ended(
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
fn closed(
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

fn cursor(text: &[u8]) -> Option<PageCursor> {
    let text = repaired(text);
    match serde_json::from_str::<Option<String>>(&text) {
        Ok(cursor) => cursor.map(PageCursor),
        Err(_) => Some(PageCursor(text.chars().take(LONGEST_ODD_CURSOR).collect())),
    }
}
