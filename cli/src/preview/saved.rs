//! What was listed, in a file: calendars and events in Recall's own shape, so
//! that a file may also be put together by hand. Calendars come without the
//! credentials that Recall shows, events whole: with titles, addresses and links.

use std::collections::BTreeMap;
use std::fs::{OpenOptions, remove_file};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use callsheet_app::CalendarContext;
use callsheet_domain::{Calendar, CalendarId, CalendarRecord, Email, Timestamp};
use callsheet_recall::{RawEvent, read_calendar};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::unheard;
use crate::arguments::is_asked;

const VERSION: u32 = 1;

/// Calendars and events as they were listed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Saved {
    version: u32,
    /// When.
    at: Timestamp,
    calendars: Vec<Value>,
    pub(crate) events: Vec<RawEvent>,
}

impl Saved {
    /// To be written.
    pub(crate) fn new<'a>(
        at: Timestamp,
        calendars: impl Iterator<Item = &'a Calendar>,
        events: &[RawEvent],
    ) -> Self {
        Self {
            version: VERSION,
            at,
            calendars: calendars.map(shown).collect(),
            events: events.to_vec(),
        }
    }

    /// Reads a file.
    pub(crate) fn read(text: &[u8]) -> Result<Self, String> {
        let saved: Self = serde_json::from_slice(text).map_err(|error| {
            format!(
                "not a file that `callsheet preview --save` wrote: {:?} at line {} column {}",
                error.classify(),
                error.line(),
                error.column()
            )
        })?;
        if saved.version != VERSION {
            return Err(format!(
                "written by a later build, as version {}: this one reads version {VERSION}",
                saved.version
            ));
        }
        for (index, calendar) in saved.calendars.iter().enumerate() {
            read_calendar(calendar.clone())
                .map_err(|problem| format!("calendars[{index}]: {problem}"))?;
        }
        Ok(saved)
    }

    /// The calendars that are asked for, as if they were seen for the first time.
    pub(crate) fn calendars(&self, asked: &[String]) -> BTreeMap<CalendarId, CalendarContext> {
        let read = self
            .calendars
            .iter()
            .filter_map(|json| read_calendar(json.clone()).ok());
        read.filter(|calendar| {
            let owner = calendar.email.as_ref().map(Email::as_str);
            is_asked(asked, &calendar.id, owner)
        })
        .map(|calendar| {
            (
                calendar.id.clone(),
                unheard(CalendarRecord::first(calendar)),
            )
        })
        .collect()
    }

    /// Writes the file anew, so that nobody else may read it.
    pub(crate) fn write(&self, file: &Path) -> io::Result<()> {
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

fn shown(calendar: &Calendar) -> Value {
    json!({
        "id": calendar.id.as_str(),
        "platform": calendar.platform.as_str(),
        "status": calendar.status.as_str(),
        "platform_email": calendar.email.as_ref().map(Email::as_str),
        "updated_at": calendar.updated_at,
    })
}
