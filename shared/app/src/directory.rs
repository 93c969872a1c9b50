//! Recall's list of calendars.

use std::collections::BTreeMap;

use callsheet_domain::{Calendar, CalendarId, Operation};

use crate::paging::Paging;
use crate::ports::{CalendarDirectory, Clock, RateLimits, UnreadableCalendar};
use crate::rate_limited::{RateLimitedRecall, published_limit};
use crate::rate_limiter::CallTerms;
use crate::use_case_error::UseCaseError;

/// Longest list of calendars: more than a workspace has.
const MAX_PAGES: u32 = 1_000;

/// The calendars that Recall lists.
#[derive(Debug, Default)]
pub struct Directory {
    /// Those that can be read, by id.
    pub calendars: BTreeMap<CalendarId, Calendar>,
    /// Calendars in a shape that cannot be read.
    pub unreadable: Vec<UnreadableCalendar>,
}

impl Directory {
    /// Whether a calendar is listed in a shape that cannot be read.
    #[must_use]
    pub fn holds_unreadable(&self, id: &CalendarId) -> bool {
        let mut ids = self
            .unreadable
            .iter()
            .filter_map(|calendar| calendar.id.as_ref());
        ids.any(|unreadable| unreadable == id)
    }
}

/// Fetches the whole list.
///
/// # Errors
/// If Recall or the rate limits fail.
pub async fn fetch<R, S, K>(recall: &R, state: &S, clock: &K) -> Result<Directory, UseCaseError>
where
    R: CalendarDirectory,
    S: RateLimits,
    K: Clock,
{
    let operation = Operation::ListCalendars;
    let limited = RateLimitedRecall {
        permits: state,
        clock,
        operation,
        rate_limit: published_limit(operation),
        terms: CallTerms::OPERATOR,
    };
    let (mut directory, mut paging) = (Directory::default(), Paging::new(MAX_PAGES));
    loop {
        let page = limited.call(async || recall.calendars(None, paging.cursor()).await);
        let page = page.await?;
        let calendars = page.calendars.into_iter();
        let by_id = calendars.map(|calendar| (calendar.id.clone(), calendar));
        directory.calendars.extend(by_id);
        directory.unreadable.extend(page.unreadable);
        let has_more = paging
            .advance(page.next)
            .map_err(|error| UseCaseError::EndlessList("calendars".to_owned(), error))?;
        if !has_more {
            return Ok(directory);
        }
    }
}
