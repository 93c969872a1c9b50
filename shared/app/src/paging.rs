//! Follows the pages of a list: boundedly, and no cursor twice.

use std::collections::HashSet;

use callsheet_domain::PageCursor;

/// The list repeats a cursor, or has more pages than any list should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the list repeats a page or has too many pages; it is not followed any further")]
pub struct EndlessList;

/// Position in a list of pages.
///
/// ```
/// # use callsheet_app::{EndlessList, Paging};
/// # use callsheet_domain::PageCursor;
/// # fn read(cursor: Option<&PageCursor>) -> Option<PageCursor> { None }
/// let mut paging = Paging::new(1_000);
/// loop {
///     let next = read(paging.cursor());
///     if !paging.advance(next)? {
///         break;
///     }
/// }
/// # Ok::<(), EndlessList>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    most_pages: u32,
    pages: u32,
    cursor: Option<PageCursor>,
    followed: HashSet<PageCursor>,
}

impl Paging {
    /// The start of a list of at most `most_pages` pages.
    #[must_use]
    pub fn new(most_pages: u32) -> Self {
        Self::resumed(most_pages, 0, None)
    }

    /// The position after `pages` pages that were read earlier, at `cursor`.
    #[must_use]
    pub fn resumed(most_pages: u32, pages: u32, cursor: Option<PageCursor>) -> Self {
        Self {
            most_pages,
            pages,
            cursor,
            followed: HashSet::new(),
        }
    }

    /// Cursor of the next page to read; none for the first page.
    #[must_use]
    pub fn cursor(&self) -> Option<&PageCursor> {
        self.cursor.as_ref()
    }

    /// Pages that were read, here and before this list was resumed.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Counts a page that was read, and moves on to the page at `next`; false if
    /// that was the last page.
    ///
    /// # Errors
    /// If `next` was followed before, or the list is too long.
    pub fn advance(&mut self, next: Option<PageCursor>) -> Result<bool, EndlessList> {
        self.pages += 1;
        if let Some(next) = &next
            && (self.pages >= self.most_pages || !self.followed.insert(next.clone()))
        {
            return Err(EndlessList);
        }
        self.cursor = next;
        Ok(self.cursor.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(name: &str) -> PageCursor {
        PageCursor(name.to_owned())
    }

    #[test]
    fn a_list_is_followed_to_its_last_page() {
        let mut paging = Paging::new(10);
        assert_eq!(paging.cursor(), None);
        assert_eq!(paging.advance(Some(cursor("second"))), Ok(true));
        assert_eq!(paging.cursor(), Some(&cursor("second")));
        assert_eq!(paging.advance(None), Ok(false));
        assert_eq!((paging.cursor(), paging.pages()), (None, 2));
    }

    #[test]
    fn a_repeated_cursor_ends_the_list_with_an_error() {
        let mut paging = Paging::new(10);
        for name in ["second", "third"] {
            assert_eq!(paging.advance(Some(cursor(name))), Ok(true));
        }
        assert_eq!(paging.advance(Some(cursor("second"))), Err(EndlessList));
    }

    #[test]
    fn a_list_is_not_followed_beyond_its_bound() {
        let mut paging = Paging::new(3);
        assert_eq!(paging.advance(Some(cursor("second"))), Ok(true));
        assert_eq!(paging.advance(Some(cursor("third"))), Ok(true));
        assert_eq!(paging.advance(Some(cursor("fourth"))), Err(EndlessList));
    }

    #[test]
    fn the_last_page_that_the_bound_allows_is_read() {
        let mut paging = Paging::new(1);
        assert_eq!(paging.advance(None), Ok(false));
    }

    #[test]
    fn pages_read_before_a_list_was_resumed_count() {
        let mut paging = Paging::resumed(3, 2, Some(cursor("third")));
        assert_eq!(paging.advance(Some(cursor("fourth"))), Err(EndlessList));
        assert_eq!(paging.pages(), 3);
    }
}
