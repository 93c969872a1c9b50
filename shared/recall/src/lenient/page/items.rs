//! The items of a page, and what stands between two of them.

use super::splitter::PageSplitter;
use crate::lenient::item::{Item, ItemProblem, LONGEST_ITEM};
use crate::lenient::place::{Place, Step};
use crate::lenient::scan::{Progress, Scan, skip_blanks, skip_commas};
use crate::lenient::search::{
    LONGEST_FRAME, begins_item, halves, has_all_fields, is_tail, next_item, others,
};

/// How much of an item that is too long is reported.
pub(super) const REPORTED: usize = 4 * 1024;

impl PageSplitter {
    pub(super) fn before_item(&mut self, may_end: bool, found: &mut impl FnMut(Item<'_>)) -> Step {
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

    pub(super) fn in_item(
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

    pub(super) fn after_item(
        &mut self,
        end: usize,
        is_end: bool,
        found: &mut impl FnMut(Item<'_>),
    ) -> Step {
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
    pub(super) fn in_other(
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
}
