//! Words for titles that do something else than they seem to.

use crate::policy::problem::Place;
use crate::policy::words::has_word;

/// Checks a list of words and phrases.
pub(super) fn list(written: &[String], place: &mut Place<'_>) {
    for (index, text) in written.iter().enumerate() {
        if let Some(problem) = problem(text) {
            place.item(index).report(problem);
        } else if let Some(other) = covering(text, index, written) {
            let problem =
                format!("`{text}` is in the list already: each title that has it has `{other}`");
            place.item(index).report(problem);
        }
    }
}

fn problem(text: &str) -> Option<String> {
    let is_word = |text: &str| text.chars().any(char::is_alphanumeric);
    if text
        .chars()
        .all(|char| char.is_whitespace() || is_invisible(char))
    {
        return Some(
            "this looks empty: it has only blanks and invisible characters; write a word"
                .to_owned(),
        );
    }
    if !is_word(text) {
        return Some(format!(
            "`{text}` has no letter and no digit: it is in each title with this sign; write a word, if you mean one"
        ));
    }
    if let Some(plain) = without_pattern(text) {
        return Some(format!(
            "`{text}` looks like a pattern, but whole words are compared and signs do not matter; write `{plain}`"
        ));
    }
    let parts: Vec<_> = text
        .split([',', ';', '|'])
        .map(str::trim)
        .filter(|part| is_word(part))
        .collect();
    if parts.len() > 1 {
        return Some(format!(
            "`{text}` is one phrase, whose words must all occur in this order; for any of them write an entry each: `{}`",
            parts.join("`, `")
        ));
    }
    None
}

/// The word in a pattern of some other language; none if it is no pattern.
fn without_pattern(text: &str) -> Option<String> {
    let is_between_slashes = text.len() > 2 && text.starts_with('/') && text.ends_with('/');
    let is_pattern = is_between_slashes
        || text.contains(".*")
        || text.contains("\\b")
        || text.starts_with(['*', '%', '^'])
        || text.ends_with(['*', '%', '$']);
    let plain = text.replace("\\b", "").replace(".*", "");
    let plain = plain.trim_matches(|char: char| !char.is_alphanumeric());
    is_pattern.then(|| plain.to_owned())
}

/// Another phrase of the list that is in this one; of two that are equal, the first.
fn covering<'a>(text: &str, index: usize, written: &'a [String]) -> Option<&'a String> {
    let mut others = written.iter().enumerate();
    let found = others.find(|(other, phrase)| {
        let is_equal = has_word(text, phrase) && has_word(phrase, text);
        *other != index && has_word(text, phrase) && (!is_equal || *other < index)
    });
    found.map(|(_, phrase)| phrase)
}

/// A character that takes no room.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || char.is_control()
}
