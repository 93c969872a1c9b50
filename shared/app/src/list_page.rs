//! Pages of a list that is newest first.
//!
//! A page begins behind the last entry of the page before. So pages neither lose nor repeat an
//! entry that does not change, whatever is added in between.

use std::cmp::Reverse;

use callsheet_domain::Timestamp;

/// A page of a list that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Entries behind this one.
    pub after: Option<ListPlace>,
    /// The most entries.
    pub most: usize,
}

impl ListQuery {
    /// The first `most` entries.
    #[must_use]
    pub fn first(most: usize) -> Self {
        Self { after: None, most }
    }
}

/// The place of an entry in a list: parts in their order, each newest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListPlace {
    /// The part of the list.
    pub part: u8,
    /// When the entry was made.
    pub at: Reverse<Timestamp>,
    /// Tells entries of one instant apart. It names no person.
    pub name: String,
}

/// The entries of a page, by their places.
#[derive(Debug)]
pub(crate) struct Span {
    after: Option<ListPlace>,
    last: Option<ListPlace>,
    /// The last entry before the next page; none on the last page.
    pub(crate) next: Option<ListPlace>,
}

impl Span {
    /// The page of a list with these entries.
    pub(crate) fn of(places: impl Iterator<Item = ListPlace>, query: &ListQuery) -> Self {
        let after = query.after.clone();
        let behind = |place: &ListPlace| after.as_ref().is_none_or(|after| place > after);
        let mut places: Vec<_> = places.filter(behind).collect();
        places.sort_unstable();
        let has_next = places.len() > query.most;
        places.truncate(query.most);
        let last = places.pop();
        Self {
            after,
            next: last.clone().filter(|_| has_next),
            last,
        }
    }

    /// Whether the page has the entry of this place.
    pub(crate) fn has(&self, place: &ListPlace) -> bool {
        let is_behind = self.after.as_ref().is_none_or(|after| place > after);
        is_behind && self.last.as_ref().is_some_and(|last| place <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(part: u8, at: i64, name: &str) -> ListPlace {
        ListPlace {
            part,
            at: Reverse(Timestamp::from_second(at).expect("an instant")),
            name: name.to_owned(),
        }
    }

    proptest! {
        /// One after the other the pages are the list, in its order and without repetitions.
        #[test]
        fn pages_one_after_the_other_are_the_list(
            entries in prop::collection::btree_set((0_u8..2, 0_i64..9, "[a-c]"), 0..40),
            most in 1_usize..9,
        ) {
            let mut all: Vec<_> = entries.iter().map(|(part, at, name)| place(*part, *at, name)).collect();
            let mut query = ListQuery::first(most);
            let mut read = Vec::new();
            loop {
                let span = Span::of(all.iter().cloned(), &query);
                let mut page: Vec<_> = all.iter().filter(|place| span.has(place)).cloned().collect();
                prop_assert!(page.len() <= most);
                page.sort_unstable();
                read.extend(page);
                let Some(next) = span.next else { break };
                query.after = Some(next);
            }
            all.sort_unstable();
            prop_assert_eq!(read, all);
        }
    }
}
