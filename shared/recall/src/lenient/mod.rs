//! Reads JSON of which a part may not be JSON.
//!
//! A page of a list is split into its items, an item into its fields, before anything is
//! parsed. So the part that cannot be parsed costs as little as can be told apart from the
//! rest: a value, a field, an item.

mod item;
mod object;
mod page;
mod parts;
mod place;
mod repair;
mod scan;
mod search;

pub(crate) use item::{Item, ItemProblem, LONGEST_ITEM, PageProblem};
pub(crate) use object::{Object, unescaped};
pub(crate) use page::PageSplitter;
pub(crate) use parts::{fields, items};
pub(crate) use repair::repaired;
pub(crate) use search::ItemNames;
