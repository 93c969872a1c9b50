//! Lists events at Recall behind everybody else.
//!
//! The budget is the stack's own. A preview draws from it only what is free at
//! the moment, and only while most of the few calls are free that others may
//! make at once: so live notices and sweeps go before it, and it may take a while.

use std::collections::HashSet;
use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{Allowed, Budgets, Clock, EventQuery};
use callsheet_domain::{CalendarId, Operation, Pace, PageCursor, Timestamp, plus};
use callsheet_recall::{RawPage, RecallClient};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::SignedDuration;
use serde_json::Value;

use crate::trouble::Trouble;

/// Calls that are left free for others: a sweep leaves fewer.
const LEFT_FREE: u32 = 3;
/// Times that a page is asked for again when it does not come.
const TRIES: u32 = 5;
/// Before the second time; each next pause is twice as long.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

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

/// Lists the events of many calendars.
pub(crate) struct Listing<'a, R, S, K> {
    pub(crate) recall: R,
    pub(crate) state: &'a S,
    pub(crate) clock: K,
    pub(crate) pace: Pace,
    pub(crate) progress: Progress,
}

impl<R: RawEvents, S: Budgets, K: Clock> Listing<'_, R, S, K> {
    /// Every event of the calendars that starts at `from` or later.
    pub(crate) async fn events<'b>(
        &self,
        calendars: impl ExactSizeIterator<Item = &'b CalendarId>,
        from: Timestamp,
    ) -> Result<Vec<Value>, Trouble> {
        let mut events = Vec::new();
        self.progress.begin(calendars.len());
        for calendar in calendars {
            let query = EventQuery {
                calendar_id: Some(calendar.clone()),
                updated_since: None,
                starts_from: Some(from),
            };
            let (mut cursor, mut followed) = (None, HashSet::new());
            loop {
                let page = self.page(&query, cursor.as_ref()).await?;
                events.extend(page.events);
                self.progress.listed(events.len());
                let Some(next) = page.next else { break };
                if !followed.insert(next.clone()) {
                    return Err(Trouble::Cannot(format!(
                        "Recall's pages of calendar {calendar} go round in circles"
                    )));
                }
                cursor = Some(next);
            }
            self.progress.finished_one();
        }
        self.progress.end();
        Ok(events)
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<RawPage, Trouble> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            self.turn().await?;
            match self.recall.page(query, cursor).await {
                Err(PortError::Throttled { wait, .. }) => self.hold(wait).await?,
                Err(PortError::Unavailable { .. }) => {
                    self.clock.sleep_until(plus(self.clock.now(), pause)).await;
                    pause *= 2;
                }
                answer => return Ok(answer?),
            }
        }
        self.turn().await?;
        Ok(self.recall.page(query, cursor).await?)
    }

    /// Waits until a call is free.
    async fn turn(&self) -> Result<(), Trouble> {
        loop {
            let now = self.clock.now();
            let left_free = self.pace.leaving(LEFT_FREE);
            let latest = plus(now, -left_free);
            let drawn = self
                .state
                .draw(Operation::ListEvents, self.pace, 1, now, latest);
            match drawn.await? {
                Allowed::Calls(draw) => {
                    self.clock.sleep_until(draw.first_at).await;
                    return Ok(());
                }
                Allowed::NotBefore(instant) => {
                    self.clock.sleep_until(plus(instant, left_free)).await;
                }
            }
        }
    }

    /// Has everybody wait, as Recall asked.
    async fn hold(&self, wait: Duration) -> Result<(), Trouble> {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let until = plus(self.clock.now(), wait);
        Ok(self.state.hold(Operation::ListEvents, until).await?)
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

    /// Shown to nobody.
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
