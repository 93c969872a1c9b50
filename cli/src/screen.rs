//! Where text is shown: the width of the terminal, and the person's time zone.

use callsheet_domain::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthChar as _;

/// Width of a text that is not shown on a terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 80;
/// Tables are not narrower than this, however narrow the terminal is.
const NARROWEST: usize = 40;

/// A longer name of a zone stands below the heading of a column.
const LONGEST_BESIDE: usize = 8;

/// Where text is shown.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    /// Columns of a table at most.
    pub(crate) width: usize,
    /// The person's time zone.
    pub(crate) zone: TimeZone,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            width: WIDTH_WITHOUT_TERMINAL,
            zone: TimeZone::UTC,
        }
    }
}

impl Screen {
    /// A screen of `width` columns, if known, in the time zone of this name.
    pub(crate) fn new(width: Option<usize>, zone: Option<&str>) -> Self {
        let plain = Self::default();
        let zone = zone.and_then(|name| TimeZone::get(name).ok());
        Self {
            width: width.unwrap_or(plain.width).max(NARROWEST),
            zone: zone.unwrap_or(plain.zone),
        }
    }

    /// The name of the time zone.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The heading of a column with starts.
    pub(crate) fn start(&self) -> String {
        let zone = self.zone_name();
        let between = if zone.len() > LONGEST_BESIDE {
            '\n'
        } else {
            ' '
        };
        format!("start{between}({zone})")
    }

    /// An instant to the minute.
    pub(crate) fn minute(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        zoned.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// An instant to the minute, with its time zone.
    pub(crate) fn instant(&self, at: Timestamp) -> String {
        format!("{} {}", self.minute(at), self.zone_name())
    }
}

/// Columns that `text` takes in one line.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}

/// `text` with each line wrapped between its words. The rest of a line is indented by two columns
/// more than its beginning. Rows of tables, which have several blanks in a row, are not wrapped.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| wrapped_line(line, width))
        .collect();
    lines.join("\n")
}

fn wrapped_line(line: &str, width: usize) -> String {
    let words = line.trim_start();
    let indent = line.len() - words.len();
    if columns(line) <= width || words.contains("  ") {
        return line.to_owned();
    }
    let (mut wrapped, mut used) = (line[..indent].to_owned(), indent);
    for (number, word) in words.split(' ').enumerate() {
        let needed = columns(word) + usize::from(number > 0);
        if number > 0 && used + needed > width {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent + 2));
            used = indent + 2 + columns(word);
        } else {
            if number > 0 {
                wrapped.push(' ');
            }
            used += needed;
        }
        wrapped.push_str(word);
    }
    wrapped
}

/// `text`, cut to `width` columns.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let (mut used, mut kept) = (1, String::new());
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(letter);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::at;
    use test_case::test_case;

    #[test_case("Kick-off", 8, "Kick-off"; "a text that fits")]
    #[test_case("Kick-off", 7, "Kick-o…"; "a text that does not")]
    #[test_case("会議の議題", 6, "会議…"; "letters of two columns")]
    fn a_text_is_cut_by_its_width(text: &str, width: usize, expected: &str) {
        assert_eq!(cut(text, width), expected);
    }

    #[test_case("one two", 7, "one two"; "a line that fits")]
    #[test_case("one two three", 7, "one two\n  three"; "a line that does not")]
    #[test_case("  - one two\nthree four", 9, "  - one\n    two\nthree\n  four"; "an indented line")]
    #[test_case("one 0195a1f4-6f8e", 8, "one\n  0195a1f4-6f8e"; "a word that is longer")]
    #[test_case("one  two  three", 7, "one  two  three"; "a row of a table")]
    fn a_line_is_wrapped_between_words(text: &str, width: usize, expected: &str) {
        assert_eq!(wrapped(text, width), expected);
    }

    #[test_case(None, "2090-03-06 10:00 UTC"; "without a zone")]
    #[test_case(Some("Europe/Berlin"), "2090-03-06 11:00 Europe/Berlin"; "in a zone")]
    #[test_case(Some("Mars/Olympus"), "2090-03-06 10:00 UTC"; "in a zone that does not exist")]
    fn an_instant_names_its_zone(zone: Option<&str>, expected: &str) {
        let screen = Screen::new(None, zone);
        assert_eq!(screen.instant(at("10:00")), expected);
    }
}
