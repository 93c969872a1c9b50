//! Prints results as text for people or as JSON for programs.

use std::fmt::Display;
use std::io;
use std::ops::Deref;

use callsheet_domain::Timestamp;
use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets,
};
use serde::Serialize;

use crate::screen::{Screen, columns, cut, wrapped};
pub(crate) use crate::terminal::in_one_line;
use crate::terminal::{print_json, print_text};

/// Columns between two columns of a table.
const GAP: usize = 2;
/// Columns of an id in a table.
const SHORT_ID: usize = 9;

/// A result that can be printed. Its JSON is what `serde` makes of it.
pub(crate) trait Render: Serialize {
    /// The result for people, without a line end.
    fn text_on(&self, screen: &Screen) -> String;

    /// The result for people on a wide screen, in UTC.
    #[cfg(test)]
    fn text(&self) -> String {
        self.text_on(&Screen::new(Some(400), None))
    }

    /// The exit code of the process.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// A part of a result whose text is written in this crate.
pub(crate) struct Text<'a, T>(pub(crate) &'a T, pub(crate) &'a Screen);

impl<T> Deref for Text<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

/// How results are printed.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Whether as JSON.
    pub(crate) is_json: bool,
    /// Where text is shown.
    pub(crate) screen: Screen,
}

/// Prints `result` to standard output. A closed pipe is no error.
pub(crate) fn show<T: Render>(result: &T, output: &Output) -> io::Result<u8> {
    if output.is_json {
        print_json(&serde_json::to_string_pretty(result)?)?;
    } else {
        print_text(&wrapped(
            &result.text_on(&output.screen),
            output.screen.width,
        ))?;
    }
    Ok(result.exit_code())
}

/// An empty table with these column headings, no wider than the screen: long texts are
/// wrapped within their column.
pub(crate) fn table<const N: usize>(screen: &Screen, names: [&str; N]) -> TextTable {
    table_of(screen, &names)
}

/// The same with any number of columns.
pub(crate) fn table_of(screen: &Screen, names: &[&str]) -> TextTable {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(line));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(screen.width).unwrap_or(u16::MAX));
    table.set_header(names.iter().map(Cell::new));
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, u16::from(number + 1 < names.len())));
    }
    let words = names.iter().map(|name| longest_word(name)).collect();
    let contents = names.iter().map(|name| columns(name)).collect();
    TextTable {
        table,
        width: screen.width,
        words,
        contents,
        whole: Vec::new(),
    }
}

/// A table whose cells are made safe before they are measured, so that columns stay in line.
pub(crate) struct TextTable {
    table: Table,
    /// Columns of the screen.
    width: usize,
    /// Width of the longest word of each column.
    words: Vec<usize>,
    /// Width of each column in one line.
    contents: Vec<usize>,
    /// The columns in which nothing is wrapped.
    whole: Vec<usize>,
}

impl TextTable {
    /// Wraps nothing in these columns, such as ids, which are to be copied.
    pub(crate) fn keep_whole(&mut self, columns: &[usize]) {
        self.whole.extend(columns);
    }

    pub(crate) fn add_row(&mut self, fields: impl IntoIterator<Item = Field>) {
        let cells: Vec<_> = fields.into_iter().map(|field| field.0).collect();
        for (number, cell) in cells.iter().enumerate() {
            let content = cell.content();
            self.words[number] = self.words[number].max(longest_word(&content));
            self.contents[number] = self.contents[number].max(columns(&content));
        }
        self.table.add_row(cells);
    }

    /// The table, without blanks at the ends of lines. No word is cut in two, if the screen is
    /// wide enough.
    pub(crate) fn text(&self) -> String {
        let mut table = self.table.clone();
        let is_whole = |number: &usize| self.whole.contains(number);
        let narrowest = (0..self.words.len()).map(|number| {
            let widths = if is_whole(&number) {
                &self.contents
            } else {
                &self.words
            };
            widths[number] + GAP
        });
        let fits = narrowest.sum::<usize>() <= self.width + GAP;
        for (number, column) in table.column_iter_mut().enumerate() {
            if is_whole(&number) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            } else if fits {
                let padding = usize::from(number + 1 < self.words.len());
                let word = u16::try_from(self.words[number] + padding).unwrap_or(u16::MAX);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(word)));
            }
        }
        table.trim_fmt()
    }
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(columns).max().unwrap_or(0)
}

/// A cell of a table.
pub(crate) struct Field(Cell);

impl Field {
    /// A text in one line, or wrapped if the table would be too wide.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self(Cell::new(in_one_line(text.as_ref())))
    }

    /// A text of which a part is enough, such as a title: at most a third of the screen.
    pub(crate) fn part(text: impl AsRef<str>, screen: &Screen) -> Self {
        Self(Cell::new(cut(
            &in_one_line(text.as_ref()),
            screen.width / 3,
        )))
    }

    /// A number, at the right.
    pub(crate) fn number<T: Display>(number: T) -> Self {
        Self(Cell::new(number).set_alignment(CellAlignment::Right))
    }
}

/// How long before `now` an instant is, in the largest fitting unit.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// A count with its noun.
pub(crate) fn counted(count: usize, singular: &str, plural: &str) -> String {
    match count {
        1 => format!("1 {singular}"),
        _ => format!("{count} {plural}"),
    }
}

/// A calendar by its owner's address and its id.
pub(crate) fn calendar_label(id: &str, owner: Option<&str>) -> String {
    match owner {
        Some(owner) => format!("{} ({id})", in_one_line(owner)),
        None => id.to_owned(),
    }
}

/// What is said where an owner's address is not known.
pub(crate) const UNKNOWN_OWNER: &str = "The address of the calendar's owner is not known yet, so this \
    holds for the calendar. Once the address is known, it holds for the person.";

/// The beginning of an event's id, which names it to other commands.
pub(crate) fn short_event(id: &str) -> String {
    id.chars().take(SHORT_ID - 1).collect()
}

/// A calendar in a table: by its owner's address, or else by the beginning of its id.
pub(crate) fn short_calendar(id: &str, owner: Option<&str>) -> String {
    let short = cut(id, SHORT_ID);
    match owner {
        Some(owner) => format!("{} ({short})", in_one_line(owner)),
        None => short,
    }
}

/// Holds what a result is as JSON to the published schema of that name.
#[cfg(test)]
pub(crate) fn assert_published<T: Serialize>(name: &str, result: &T) {
    let document = serde_json::to_value(result).expect("a result is JSON");
    let mut published = callsheet_api::schemas().into_iter();
    let schema = published.find(|(of, _)| *of == name);
    let (_, schema) = schema.expect("a published schema");
    let violations = callsheet_testkit::schema_violations(&schema, &document);
    assert_eq!(violations, Vec::<String>::new(), "{document:#}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::at;
    use test_case::test_case;

    #[test]
    fn words_of_a_table_are_whole_where_the_screen_has_room() {
        let words = ["recruiting@acme.example", "University", "(9f3c5fb7…)"];
        for (width, is_whole) in [(80, true), (50, true), (40, false)] {
            let screen = &Screen::new(Some(width), None);
            let mut table = table(screen, ["calendar", "meeting", "number"]);
            table.add_row([
                Field::text(format!("{} {}", words[0], words[2])),
                Field::text(format!("{} partners in Berlin", words[1])),
                Field::number(7),
            ]);
            let text = table.text();
            let widest = text.lines().map(columns).max();
            assert!(widest <= Some(width), "{widest:?} of {width}:\n{text}");
            let has_all = words.iter().all(|word| text.contains(word));
            assert!(has_all || !is_whole, "{width}:\n{text}");
        }
    }

    #[test_case("09:59:30", "just now"; "seconds")]
    #[test_case("09:01", "59 min ago"; "minutes")]
    #[test_case("2090-03-05T09:00:00Z", "25 h ago"; "more than a day")]
    #[test_case("2090-03-01T10:00:00Z", "5 days ago"; "days")]
    #[test_case("10:05", "just now"; "a clock that is ahead")]
    fn an_age_is_shown_in_the_largest_unit(then: &str, expected: &str) {
        assert_eq!(ago(at(then), at("10:00")), expected);
    }
}
