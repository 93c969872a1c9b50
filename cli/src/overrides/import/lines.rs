//! Lines of comma-separated values as overrides and pauses, with the place of each problem.
//!
//! What a spreadsheet makes of a file is read, too: a byte order mark, semicolons in place of
//! commas, apostrophes before texts that begin with a sign.

use callsheet_api::override_import::ImportProblem;
use callsheet_app::override_import::{ImportLine, LineContent, OwnerName};
use callsheet_app::overrides::Target;
use callsheet_domain::{
    Actor, CalendarId, Email, EventId, IcalUid, OverrideChoice, OverrideScope, Platform,
    PlatformEventId, SeriesId, Timestamp,
};
use csv::StringRecord;

use crate::overrides::columns::COLUMNS;
use crate::spreadsheet::formulated;
use crate::time_args;

/// A file.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The lines that can be carried out.
    pub(super) lines: Vec<ImportLine>,
    /// Numbers of the lines with choices for whole meetings. These belong to one person and event,
    /// and their copies take them in one by one, so that an import leaves them out.
    pub(super) not_imported: Vec<u64>,
    /// Each problem of the other lines.
    pub(super) problems: Vec<ImportProblem>,
}

/// Reads the lines of a file.
pub(super) fn parse(text: &str) -> Parsed {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let names = records.next().and_then(Result::ok).unwrap_or_default();
    let mut parsed = Parsed {
        problems: problems_of_names(&names),
        ..Parsed::default()
    };
    if !parsed.problems.is_empty() {
        return parsed;
    }
    for record in records {
        // A text of UTF-8 with any number of fields is always a record.
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            line,
            names: &names,
            record: &record,
        };
        if row.text("scope") == "meeting" {
            parsed.not_imported.push(line);
            continue;
        }
        match row.parse() {
            Ok(line) => parsed.lines.push(line),
            Err(problem) => parsed.problems.push(problem),
        }
    }
    parsed
}

fn problems_of_names(names: &StringRecord) -> Vec<ImportProblem> {
    let problem = |column: Option<&str>, message: String| ImportProblem {
        line: 1,
        column: column.map(str::to_owned),
        message,
    };
    let known = COLUMNS.join(", ");
    let mut problems: Vec<_> = names
        .iter()
        .filter(|name| !COLUMNS.contains(name))
        .map(|name| {
            problem(
                Some(name),
                format!("there is no such column: the first line names columns of {known}"),
            )
        })
        .collect();
    for (place, name) in names.iter().enumerate() {
        if names.iter().take(place).any(|earlier| earlier == name) {
            problems.push(problem(Some(name), "this column is there twice".to_owned()));
        }
    }
    if !names.iter().any(|name| name == "scope") {
        let message = "the column `scope` is missing: the first line names the columns";
        problems.push(problem(None, message.to_owned()));
    }
    problems
}

/// A line of the file.
struct Row<'a> {
    line: u64,
    names: &'a StringRecord,
    record: &'a StringRecord,
}

impl Row<'_> {
    /// The text of a column; empty if there is none.
    fn text(&self, column: &str) -> &str {
        let place = self.names.iter().position(|name| name == column);
        let text = place.and_then(|place| self.record.get(place));
        formulated(text.unwrap_or_default())
    }

    fn problem(&self, column: Option<&str>, message: impl Into<String>) -> ImportProblem {
        ImportProblem {
            line: self.line,
            column: column.map(str::to_owned),
            message: message.into(),
        }
    }

    /// The text of a column as something that has a form of its own.
    fn parsed<'t, T, E: ToString>(
        &'t self,
        column: &str,
        parse: impl FnOnce(&'t str) -> Result<T, E>,
    ) -> Result<T, ImportProblem> {
        let text = self.text(column);
        parse(text).map_err(|error| {
            let message = match text {
                "" => format!("a value is missing: {}", error.to_string()),
                _ => format!("`{text}`: {}", error.to_string()),
            };
            self.problem(Some(column), message)
        })
    }

    fn expect_empty(&self, column: &str, why: &str) -> Result<(), ImportProblem> {
        match self.text(column) {
            "" => Ok(()),
            text => Err(self.problem(Some(column), format!("`{text}`: {why}"))),
        }
    }

    fn parse(&self) -> Result<ImportLine, ImportProblem> {
        if self.record.len() != self.names.len() {
            let (fields, columns) = (self.record.len(), self.names.len());
            let message = format!("it has {fields} fields, and the first line has {columns}");
            return Err(self.problem(None, message));
        }
        let by = match self.text("by") {
            "" => None,
            _ => Some(self.parsed("by", Actor::parse)?),
        };
        Ok(ImportLine {
            line: self.line,
            content: self.content()?,
            by,
        })
    }

    fn content(&self) -> Result<LineContent, ImportProblem> {
        let target = match self.text("scope") {
            "pause" => return self.pause(),
            "event" => Target::Event,
            "series" | "ical_uid" => Target::Series,
            _ => {
                let refused =
                    |_: &str| Err::<LineContent, _>("expected event, series, ical_uid or pause");
                return self.parsed("scope", refused);
            }
        };
        self.expect_empty("until", "only a pause has an end")?;
        let choice: OverrideChoice = self.parsed("choice", str::parse)?;
        let (has_id, has_event) = (
            !self.text("id").is_empty(),
            !self.text("event_id").is_empty(),
        );
        let scope = match self.text("scope") {
            _ if !has_id && has_event => {
                let event = self.parsed("event_id", EventId::parse)?;
                return Ok(LineContent::OfEvent {
                    target,
                    event,
                    choice,
                });
            }
            "event" => OverrideScope::Event(self.parsed("id", PlatformEventId::parse)?),
            "series" => OverrideScope::PlatformSeries(self.parsed("id", SeriesId::parse)?),
            _ => OverrideScope::Series(self.parsed("id", IcalUid::parse)?),
        };
        Ok(LineContent::Override {
            owner: self.owner()?,
            scope,
            choice,
        })
    }

    fn pause(&self) -> Result<LineContent, ImportProblem> {
        for column in ["id", "event_id"] {
            self.expect_empty(column, "a pause is for all events of its owner")?;
        }
        let is_end = match self.text("choice") {
            "" => false,
            "clear" => true,
            text => {
                let message = format!("`{text}`: of a pause it is empty, or `clear` to end it now");
                return Err(self.problem(Some("choice"), message));
            }
        };
        let until: Option<Timestamp> = if is_end {
            self.expect_empty("until", "a pause that is ended has no other end")?;
            None
        } else {
            Some(self.parsed("until", time_args::instant)?)
        };
        Ok(LineContent::Pause {
            owner: self.owner()?,
            until,
        })
    }

    fn owner(&self) -> Result<OwnerName, ImportProblem> {
        match (self.text("owner"), self.text("platform")) {
            ("", _) => {
                let id = self.parsed("calendar", CalendarId::parse);
                let id = id.map_err(|problem| match self.text("calendar") {
                    "" => self.problem(
                        Some("owner"),
                        "a value is missing: name the owner's address, or Recall's id of a calendar in \
                         the column `calendar`",
                    ),
                    _ => problem,
                })?;
                Ok(OwnerName::Of(id.to_string()))
            }
            (_, "") => {
                let email = self.parsed("owner", Email::parse)?;
                Ok(OwnerName::Of(email.as_str().to_owned()))
            }
            _ => {
                let platform: Platform = self.parsed("platform", str::parse)?;
                Ok(OwnerName::Person(
                    platform,
                    self.parsed("owner", Email::parse)?,
                ))
            }
        }
    }
}
