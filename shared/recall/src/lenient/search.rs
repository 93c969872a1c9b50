//! Searches odd text for the next item of a list, and for the end of the list.

use super::parts::Parts;
use super::scan::{Progress, Scan, skip_blanks, skip_commas};

/// The longest text before the items of a page, and behind them.
pub(super) const LONGEST_FRAME: usize = 64 * 1024;

/// The names of the fields of the items of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemNames {
    /// Two that every item has, and no object inside an item.
    pub(crate) telling: [&'static str; 2],
    /// All that every item has.
    pub(crate) all: &'static [&'static str],
}

/// The first place from `from` on where an item begins (`Done`), or may begin (`More`).
pub(super) fn next_item(
    text: &[u8],
    mut from: usize,
    names: &ItemNames,
) -> Option<(usize, Progress)> {
    loop {
        let rest = text.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == b'{')?;
        if is_behind_a_comma(&text[..at]) {
            match has(Parts::object(&text[at..]), &names.telling) {
                Progress::Odd => {}
                progress => return Some((at, progress)),
            }
        }
        from = at + 1;
    }
}

/// Whether an item begins in `text`.
pub(super) fn begins_item(text: &[u8], names: &ItemNames) -> bool {
    matches!(next_item(text, 0, names), Some((_, Progress::Done)))
}

/// Whether all `names` are names of fields: `Done`, or `Odd` if not.
pub(super) fn has(mut fields: Parts<'_>, names: &[&str]) -> Progress {
    let mut missing: Vec<_> = names.iter().map(|name| name.as_bytes()).collect();
    while let Some(name) = fields.name() {
        missing.retain(|missing| *missing != name);
        if missing.is_empty() {
            return Progress::Done;
        }
        if fields.value().is_none() {
            break;
        }
    }
    match fields.progress() {
        Progress::More => Progress::More,
        Progress::Done | Progress::Odd => Progress::Odd,
    }
}

/// Whether `text`, from `at` on, has items that are no objects up to an object or the end of
/// the list. What is read is passed over.
pub(super) fn others(text: &[u8], scan: &mut Scan, at: &mut usize) -> Progress {
    loop {
        match scan.advance(text, at) {
            Progress::Done => {}
            progress => return progress,
        }
        let comma = skip_blanks(text, *at);
        let next = match text.get(comma) {
            None => return Progress::More,
            Some(b']') => return Progress::Done,
            Some(b',') => skip_commas(text, comma),
            Some(_) => return Progress::Odd,
        };
        match text.get(next) {
            None => return Progress::More,
            Some(b'{' | b']') => return Progress::Done,
            Some(_) => {
                *at = next;
                *scan = Scan::new();
            }
        }
    }
}

/// Whether `item` has the fields that tell where one begins.
fn begins(item: &[u8], names: &ItemNames) -> bool {
    has(Parts::object(item), &names.telling) == Progress::Done
}

/// Whether `item` has all fields that every item has.
pub(super) fn has_all_fields(item: &[u8], names: &ItemNames) -> bool {
    has(Parts::object(item), names.all) == Progress::Done
}

/// Whether the item up to `end` and the object at `next` are halves of one item: `Done`, `Odd` if
/// not, or `More` if the text that tells has not arrived. The first half begins as an item does
/// and lacks fields, and the second does not begin so.
pub(super) fn halves(text: &[u8], (end, next): (usize, usize), names: &ItemNames) -> Progress {
    // Mostly the first fields of the next item tell, and nothing else is read.
    let second = has(Parts::object(&text[next..]), &names.telling);
    let first = &text[..end];
    if second == Progress::Done || !begins(first, names) || has_all_fields(first, names) {
        return Progress::Odd;
    }
    match second {
        Progress::More => Progress::More,
        Progress::Done | Progress::Odd => Progress::Done,
    }
}

/// Whether odd `text` behind `item` is the rest of it, and not an item of its own: it closes
/// an object that it does not open, and has other fields, while two items have the same; or it
/// has none, and the item lacks some. The last such text has the end of the page, too.
pub(super) fn is_tail(item: &[u8], text: &[u8], is_last: bool, names: &ItemNames) -> bool {
    let mut depth = isize::from(is_last);
    for byte in text {
        depth += match byte {
            b'{' => 1,
            b'}' => -1,
            _ => 0,
        };
    }
    if depth >= 0 {
        return false;
    }
    if !text.contains(&b'"') {
        return !has_all_fields(item, names);
    }
    let (mut all, mut found) = (0, 0);
    let mut fields = Parts::object(item);
    while let Some(name) = fields.name() {
        let name = [name, b"\""].concat();
        all += 1;
        found += usize::from(text.windows(name.len()).any(|part| part == name));
        if fields.value().is_none() {
            break;
        }
    }
    found * 2 < all
}

/// Whether the last that is not blank in `text` is a comma.
pub(super) fn is_behind_a_comma(text: &[u8]) -> bool {
    text.trim_ascii_end().ends_with(b",")
}

/// The cursor in the fields behind the list, if `text` is these fields up to the end of the
/// page, and all have names that are `accepted`.
#[expect(clippy::option_option, reason = "no tail, or a tail without a cursor")]
pub(super) fn fields_behind_list(
    text: &[u8],
    accepted: impl Fn(&[u8]) -> bool,
) -> Option<Option<Vec<u8>>> {
    let mut fields = Parts::behind_a_field(text);
    let mut next = None;
    while let Some(name) = fields.name() {
        let value = fields.value()?;
        if name == b"results" || !accepted(name) {
            return None;
        }
        if name == b"next" {
            next = Some(text[value].to_vec());
        }
    }
    let is_end = skip_blanks(text, fields.at()) == text.len();
    (fields.progress() == Progress::Done && is_end).then_some(next)
}

/// The cursor behind the end of the list, which is somewhere in `text`.
#[expect(clippy::option_option, reason = "no end, or an end without a cursor")]
pub(super) fn end_of_list(text: &[u8]) -> Option<Option<Vec<u8>>> {
    let text = &text[text.len().saturating_sub(LONGEST_FRAME)..];
    let brackets = (0..text.len()).rev().filter(|at| text[*at] == b']');
    let is_known = |name: &[u8]| matches!(name, b"next" | b"previous");
    brackets
        .map(|at| fields_behind_list(&text[at + 1..], is_known))
        .find_map(|next| next)
}
