//! Lists the events of calendars at Recall, [behind everybody else](crate::paced),
//! for whatever is held against them.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::io::{self, IsTerminal as _};

use callsheet_app::PortError;
use callsheet_app::ports::{Calendars, Clock, EventQuery, RateLimits};
use callsheet_domain::{
    CalendarId, CalendarRecord, Email, Operation, PageCursor, RateLimit, Timestamp,
};
use callsheet_recall::{RawEvent, RawPage, RecallClient};
use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::is_asked;
use crate::error::CliError;
use crate::paced::Paced;

/// The calendars that may have bots, of those that are asked for.
pub(crate) async fn connected<S: Calendars>(
    state: &S,
    asked: &[String],
) -> Result<BTreeMap<CalendarId, CalendarRecord>, CliError> {
    let records = state.listed().await?.into_iter();
    let records = records.map(|listed| listed.record).filter(|record| {
        let calendar = &record.calendar;
        let owner = calendar.email.as_ref().map(Email::as_str);
        calendar.status.holds_bots() && is_asked(asked, &calendar.id, owner)
    });
    let connected: BTreeMap<_, _> = records
        .map(|record| (record.calendar.id.clone(), record))
        .collect();
    if connected.is_empty() {
        return Err(CliError::Refused(
            "no such calendar is connected; `callsheet status` lists those that are known"
                .to_owned(),
        ));
    }
    Ok(connected)
}

/// Lists events as they come.
pub(crate) trait RawEvents {
    /// The first page of `query`, or the one at `cursor`.
    fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> impl Future<Output = Result<RawPage, PortError>>;
}

impl RawEvents for RecallClient {
    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<RawPage, PortError> {
        self.raw_page(query, cursor).await
    }
}

/// Events as they were listed.
pub(crate) struct Listed {
    /// When Recall was asked for them.
    pub(crate) asked_at: Timestamp,
    pub(crate) events: Vec<RawEvent>,
}

/// Lists the events of many calendars.
pub(crate) struct Listing<'a, R, S, K> {
    pub(crate) recall: R,
    pub(crate) state: &'a S,
    pub(crate) clock: K,
    pub(crate) rate_limit: RateLimit,
    pub(crate) progress: Progress,
}

impl<R: RawEvents, S: RateLimits, K: Clock> Listing<'_, R, S, K> {
    /// Every event of the calendars that starts at `from` or later, page by page.
    pub(crate) async fn pages<'b>(
        &self,
        calendars: impl ExactSizeIterator<Item = &'b CalendarId>,
        from: Timestamp,
    ) -> Result<Vec<Listed>, CliError> {
        let (mut pages, mut events) = (Vec::new(), 0);
        self.progress.begin(calendars.len());
        for calendar in calendars {
            let query = EventQuery {
                calendar_id: Some(calendar.clone()),
                updated_since: None,
                starts_from: Some(from),
            };
            let (mut cursor, mut followed) = (None, HashSet::new());
            loop {
                let (page, next) = self.page(&query, cursor.as_ref()).await?;
                events += page.events.len();
                pages.push(page);
                self.progress.listed(events);
                let Some(next) = next else { break };
                if !followed.insert(next.clone()) {
                    return Err(CliError::Cannot(format!(
                        "Recall's pages of calendar {calendar} go round in circles"
                    )));
                }
                cursor = Some(next);
            }
            self.progress.finished_one();
        }
        self.progress.end();
        Ok(pages)
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<(Listed, Option<PageCursor>), CliError> {
        let paced = Paced {
            state: self.state,
            clock: &self.clock,
            operation: Operation::ListEvents,
            rate_limit: self.rate_limit,
        };
        paced
            .call(async || {
                let asked_at = self.clock.now();
                let RawPage { events, next } = self.recall.page(query, cursor).await?;
                Ok((Listed { asked_at, events }, next))
            })
            .await
    }
}

/// How far a listing is, where a person watches.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// On standard error, if that is a terminal.
    pub(crate) fn on_stderr() -> Self {
        if io::stderr().is_terminal() {
            Self(ProgressBar::no_length())
        } else {
            Self::nowhere()
        }
    }

    /// Render to nobody.
    pub(crate) fn nowhere() -> Self {
        Self(ProgressBar::hidden())
    }

    fn begin(&self, calendars: usize) {
        let style = "{bar:30} {pos} of {len} calendars, {msg}, {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.0.set_style(style);
        }
        self.0.set_length(calendars as u64);
        self.listed(0);
    }

    fn listed(&self, events: usize) {
        self.0.set_message(format!("{events} events"));
    }

    fn finished_one(&self) {
        self.0.inc(1);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
