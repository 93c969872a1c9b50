//! Where the splitter of a page is in the text.

use super::scan::Scan;

/// What comes next in the text.
#[derive(Debug)]
pub(super) enum Place {
    /// The fields before the list.
    Head,
    /// An item, or the end of the list if it may end here.
    BeforeItem { may_end: bool },
    /// The rest of an item.
    InItem { scan: Scan, at: usize },
    /// Behind the item that ends at `end`.
    AfterItem { end: usize },
    /// The rest of the item at `from`, which is no object, behind the item that ends at `end`.
    InOther {
        end: usize,
        from: usize,
        scan: Scan,
        at: usize,
    },
    /// The rest of an item that is too long.
    InTooLong(Scan),
    /// Behind an item that was too long.
    AfterTooLong,
    /// The rest of an odd item, searched up to `from` for the beginning of the next.
    InOdd { from: usize },
    /// The fields behind the list, from `tail` on, if it ends behind the item that ends at
    /// `end`; or behind no item.
    Ended { end: Option<usize>, tail: usize },
}

/// What a step did.
pub(super) enum Step {
    /// The text was read up to a next place.
    Next,
    /// More text is needed.
    More,
}
