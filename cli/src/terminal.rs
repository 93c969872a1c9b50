//! The one way out: everything that is printed is made safe here.
//!
//! Titles, names and reasons come from strangers. They must not command the terminal,
//! reorder or hide what is shown, or break a line into two. Text shows a replacement for
//! each such character. JSON escapes it, so that a program reads the value as it is stored.

use std::fmt::Write as _;
use std::io::{self, Write};

/// What is shown for a character that is not.
const REPLACEMENT: char = '\u{fffd}';

/// Whether a character could change how others are shown, or is not seen itself.
fn is_unsafe(letter: char) -> bool {
    letter.is_control() || is_bidi_control(letter) || is_invisible(letter)
}

/// Controls that reorder text.
fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{206a}'..='\u{206f}')
}

/// Line separators, and characters without a width: joiners, fillers, tags, annotations.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
        | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text holds a character that text for people would replace.
pub(crate) fn has_unsafe(text: &str) -> bool {
    text.chars()
        .any(|letter| letter != '\n' && is_unsafe(letter))
}

/// `text` for people: with a replacement for each unsafe character but line ends.
pub(crate) fn safe_text(text: &str) -> String {
    let safe = |letter: char| match letter {
        '\n' => letter,
        _ if is_unsafe(letter) => REPLACEMENT,
        _ => letter,
    };
    text.chars().map(safe).collect()
}

/// `text` in one line, without unsafe characters.
pub(crate) fn in_one_line(text: &str) -> String {
    let is_break = |letter: char| {
        letter.is_whitespace() || matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let words: Vec<_> = text
        .split(is_break)
        .filter(|word| !word.is_empty())
        .collect();
    safe_text(&words.join(" "))
}

/// JSON with each unsafe character escaped. Outside of its texts JSON has none but line ends.
pub(crate) fn safe_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == '\n' || !is_unsafe(letter) {
            safe.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            write!(safe, "\\u{unit:04x}").expect("a text takes any text");
        }
    }
    safe
}

/// Prints text and a line end to standard output. A closed pipe is no error.
pub(crate) fn print_text(text: &str) -> io::Result<()> {
    print(&safe_text(text))
}

/// Prints JSON and a line end to standard output. A closed pipe is no error.
pub(crate) fn print_json(json: &str) -> io::Result<()> {
    print(&safe_json(json))
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// Columns of the terminal that standard output is shown on; none if it is no terminal.
pub(crate) fn width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(width.0))
}

/// Prints text to standard error, without a line end. If that is closed, nobody reads it.
pub(crate) fn print_error(text: &str) {
    let mut errors = io::stderr().lock();
    let written = write!(errors, "{}", safe_text(text));
    drop(written.and_then(|()| errors.flush()));
}

#[cfg(test)]
mod tests;
