//! The items of a page, the problems of items and pages, and the longest of each.

/// The longest item. A longer one is reported and skipped.
pub(crate) const LONGEST_ITEM: usize = 8 * 1024 * 1024;
/// The longest page.
pub(crate) const LONGEST_PAGE: usize = 256 * 1024 * 1024;

/// An item of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    /// Its text, or the beginning of it up to the place that is odd.
    pub(crate) text: &'a [u8],
    /// Why it cannot be read, if its text says so.
    pub(crate) problem: Option<ItemProblem>,
}

impl<'a> Item<'a> {
    pub(super) fn complete(text: &'a [u8]) -> Self {
        let problem = None;
        Self { text, problem }
    }

    pub(super) fn odd(text: &'a [u8]) -> Self {
        let problem = Some(ItemProblem::NotJson);
        Self { text, problem }
    }
}

/// Why an item cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ItemProblem {
    /// Its quotes and brackets are not in pairs, or there is none between two commas.
    #[error("its text is not JSON")]
    NotJson,
    /// It is longer than [`LONGEST_ITEM`].
    #[error("it is longer than {} MiB", LONGEST_ITEM / 1024 / 1024)]
    TooLong,
}

/// Why a page cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PageProblem {
    #[error("the page is not an object with a list of results")]
    NotAPage,
    #[error("the list of results has no end that can be found: the page may be cut off")]
    CutOff,
    #[error("the page is longer than {} MiB", LONGEST_PAGE / 1024 / 1024)]
    TooLong,
    #[error("the page names two next pages")]
    TwoCursors,
}
