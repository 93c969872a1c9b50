//! A file of listed calendars and events, in Recall's own shape, so that it can
//! also be written by hand. Calendars are without the credentials that Recall
//! returns. Events are complete: with titles, addresses and links.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, remove_file};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use callsheet_app::CalendarContext;
use callsheet_app::find_calendar::is_selected;
use callsheet_domain::{Calendar, CalendarId, CalendarRecord, Email, Overrides, Timestamp};
use callsheet_recall::{RawEvent, read_calendar};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::CliError;

/// Version of the format.
const VERSION: u32 = 1;

/// Calendars and events as Recall listed them.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedEvents {
    version: u32,
    /// When they were listed.
    at: Timestamp,
    calendars: Vec<Value>,
    pub(crate) events: Vec<RawEvent>,
}

impl SavedEvents {
    /// Puts together a file.
    pub(crate) fn new<'a>(
        at: Timestamp,
        calendars: impl Iterator<Item = &'a Calendar>,
        events: Vec<RawEvent>,
    ) -> Self {
        Self {
            version: VERSION,
            at,
            calendars: calendars.map(without_credentials).collect(),
            events,
        }
    }

    /// Reads a file.
    pub(crate) fn open(file: &Path) -> Result<Self, CliError> {
        let name = file.display();
        let text = fs::read(file)
            .map_err(|error| CliError::Failed(format!("{name} cannot be read: {error}")))?;
        Self::parse(&text).map_err(|problem| CliError::Failed(format!("{name}: {problem}")))
    }

    /// Writes the file, readable by the current user only.
    pub(crate) fn save(&self, file: &Path) -> Result<(), CliError> {
        let written = self.write(file);
        written.map_err(|error| {
            CliError::Failed(format!("{} cannot be written: {error}", file.display()))
        })
    }

    /// Parses the text of a file.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let saved: Self = serde_json::from_slice(text).map_err(|error| {
            format!(
                "this file was not written by `callsheet preview --save`: {:?} error at line {}, column {}",
                error.classify(),
                error.line(),
                error.column()
            )
        })?;
        if saved.version != VERSION {
            return Err(format!(
                "a later version of Callsheet wrote this file, in version {} of the format: this one reads version \
                 {VERSION}",
                saved.version
            ));
        }
        for (index, calendar) in saved.calendars.iter().enumerate() {
            read_calendar(calendar.clone())
                .map_err(|problem| format!("calendars[{index}]: {problem}"))?;
        }
        Ok(saved)
    }

    /// The calendars that `selection` selects, as first seen and without overrides.
    pub(crate) fn calendars(&self, selection: &[String]) -> BTreeMap<CalendarId, CalendarContext> {
        let calendars = self
            .calendars
            .iter()
            .filter_map(|json| read_calendar(json.clone()).ok());
        calendars
            .filter(|calendar| {
                let owner = calendar.email.as_ref().map(Email::as_str);
                is_selected(selection, &calendar.id, owner)
            })
            .map(|calendar| {
                let changed_at = calendar.updated_at;
                let context = CalendarContext {
                    record: CalendarRecord::first(calendar, changed_at),
                    overrides: Overrides::default(),
                };
                (context.record.calendar.id.clone(), context)
            })
            .collect()
    }

    /// Replaces the file instead of writing into it, so that it has the right permissions.
    fn write(&self, file: &Path) -> io::Result<()> {
        match remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = BufWriter::new(options.open(file)?);
        serde_json::to_writer(&mut out, self)?;
        out.flush()
    }
}

fn without_credentials(calendar: &Calendar) -> Value {
    json!({
        "id": calendar.id.as_str(),
        "platform": calendar.platform.as_str(),
        "status": calendar.status.as_str(),
        "platform_email": calendar.email.as_ref().map(Email::as_str),
        "updated_at": calendar.updated_at,
    })
}
