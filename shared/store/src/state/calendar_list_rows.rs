//! The rows about lists of Recall's calendars: a comparison that goes on, and when new ones were
//! listed.

use callsheet_domain::{
    CalendarListProgress, ListedIds, NewCalendarList, PageCursor, PartOfCalendars, Timestamp,
    Version,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

/// When new calendars were last listed.
#[derive(Serialize, Deserialize)]
pub(super) struct NewCalendarListRow {
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    began_at: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    listed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    listed: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_burst: bool,
    version: u64,
}

impl NewCalendarListRow {
    pub(super) fn of(list: &NewCalendarList) -> Self {
        Self {
            began_at: list.began_at,
            listed_at: list.listed_at,
            listed: list.listed.text().unwrap_or_default(),
            is_burst: list.is_burst,
            version: list.version.next().0,
        }
    }

    pub(super) fn list(self) -> NewCalendarList {
        NewCalendarList {
            began_at: self.began_at,
            listed_at: self.listed_at,
            listed: ListedIds::parse(&self.listed).unwrap_or_default(),
            is_burst: self.is_burst,
            version: Version(self.version),
        }
    }
}

/// A comparison of the lists of calendars that was left.
#[derive(Serialize, Deserialize)]
pub(super) struct CalendarListRow {
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    began_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    pages: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<PartRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_so_far: Option<String>,
    version: u64,
}

/// A part of the calendars, if there are several.
#[derive(Serialize, Deserialize)]
struct PartRow {
    number: u32,
    of: u32,
}

impl CalendarListRow {
    pub(super) fn of(progress: &CalendarListProgress) -> Self {
        Self {
            began_at: progress.began_at,
            next: progress.next.as_ref().map(|next| next.0.clone()),
            pages: progress.pages,
            part: (progress.part != PartOfCalendars::default()).then_some(PartRow {
                number: progress.part.number,
                of: progress.part.of,
            }),
            listed_so_far: progress.listed.as_ref().and_then(ListedIds::text),
            version: progress.version.next().0,
        }
    }

    pub(super) fn progress(self) -> CalendarListProgress {
        CalendarListProgress {
            began_at: self.began_at,
            next: self.next.map(PageCursor),
            pages: self.pages,
            part: self
                .part
                .map_or_else(PartOfCalendars::default, |part| PartOfCalendars {
                    number: part.number,
                    of: part.of,
                }),
            listed: self.listed_so_far.as_deref().and_then(ListedIds::parse),
            version: Version(self.version),
        }
    }
}
