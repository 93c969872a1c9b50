//! Of a calendar's metadata, an explanation keeps the keys that rules read.

use crate::event::CalendarMetadata;
use crate::fact::{Fact, FactSource, FactValue, FactValues};

/// Adds these keys of the calendar's metadata to the facts that are kept.
pub(super) fn keep_metadata(keys: &[&str], facts: &dyn FactSource, kept: &mut FactValues) {
    let mut part = match kept.remove(&Fact::CalendarMetadata) {
        Some(FactValue::Metadata(part)) => part,
        _ => CalendarMetadata::default(),
    };
    let all = metadata(facts);
    for key in keys {
        part.take_over(key, &all);
    }
    kept.insert(Fact::CalendarMetadata, FactValue::Metadata(part));
}

/// The calendar's metadata; nothing is known of it if the fact is unknown.
pub(super) fn metadata(facts: &dyn FactSource) -> CalendarMetadata {
    match facts.value(Fact::CalendarMetadata) {
        FactValue::Metadata(metadata) => metadata,
        _ => CalendarMetadata::default(),
    }
}
