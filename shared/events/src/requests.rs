//! How many events go into one request: EventBridge takes ten, of 256 KB together.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use std::ops::Range;

/// The most entries of one request.
const MOST_ENTRIES: usize = 10;
/// The most bytes of one request: somewhat less than the limit, whatever else counts.
pub(crate) const MOST_BYTES: usize = 250_000;
/// The time of an entry counts as so many bytes.
const BYTES_OF_TIME: usize = 14;

/// The bytes of an entry, as EventBridge counts them.
pub(crate) fn size(source: &str, kind: &str, detail: &str) -> usize {
    BYTES_OF_TIME + source.len() + kind.len() + detail.len()
}

/// The parts of a list of entries of these sizes that go into one request each, in order. Each
/// size is at most [`MOST_BYTES`].
pub(crate) fn parts(sizes: &[usize]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (index, size) in sizes.iter().enumerate() {
        let is_full = index - from == MOST_ENTRIES || bytes + size > MOST_BYTES;
        if is_full && index > from {
            parts.push(from..index);
            (from, bytes) = (index, 0);
        }
        bytes += size;
    }
    if from < sizes.len() {
        parts.push(from..sizes.len());
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test_case(&[], &[]; "no entry")]
    #[test_case(&[1; 10], &[10]; "as many as one request takes")]
    #[test_case(&[1; 11], &[10, 1]; "one more")]
    #[test_case(&[MOST_BYTES, 1], &[1, 1]; "as large as one request takes")]
    #[test_case(&[100_000, 100_000, 100_000], &[2, 1]; "large ones")]
    fn entries_are_split(sizes: &[usize], lengths: &[usize]) {
        let parts = parts(sizes).into_iter();
        assert_eq!(parts.map(|part| part.len()).collect::<Vec<_>>(), lengths);
    }

    proptest! {
        #[test]
        fn each_entry_is_in_one_part_and_each_part_fits(
            sizes in prop::collection::vec(1..=MOST_BYTES, 0..60),
        ) {
            let parts = parts(&sizes);
            let indexes: Vec<_> = parts.iter().cloned().flatten().collect();
            prop_assert_eq!(indexes, (0..sizes.len()).collect::<Vec<_>>());
            for part in parts {
                prop_assert!(!part.is_empty() && part.len() <= MOST_ENTRIES);
                prop_assert!(sizes[part].iter().sum::<usize>() <= MOST_BYTES);
            }
        }
    }
}
