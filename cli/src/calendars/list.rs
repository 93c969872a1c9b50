//! Known calendars, and their status at Recall.

use callsheet_api::calendars::CalendarList;
use callsheet_app::list_calendars::{
    CalendarFilter, CalendarQuery, KnownCalendars, list_calendars,
};
use callsheet_app::ports::{AgendaIndex, CalendarPages, OverrideStore, Policies, SyncStates};
use callsheet_domain::Timestamp;

use crate::arguments::ListArguments;
use crate::error::CliError;

/// The keys of metadata that get a column, each once.
pub(super) fn columns(arguments: &ListArguments) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for written in &arguments.metadata {
        let key = written
            .split_once('=')
            .map_or(written.as_str(), |(key, _)| key);
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

/// Lists a page of the known calendars; all of them, if they are compared with Recall's.
pub(super) async fn list<S, D>(
    (state, decisions): (&S, &D),
    arguments: ListArguments,
    now: Timestamp,
) -> Result<CalendarList, CliError>
where
    S: CalendarPages + OverrideStore + Policies + SyncStates,
    D: AgendaIndex,
{
    let most = if arguments.recall {
        usize::MAX
    } else {
        usize::from(arguments.limit)
    };
    let mut query = CalendarQuery {
        filter: CalendarFilter {
            status: arguments.status,
            needs_full_sync: arguments.needs_full_sync,
            has_problem: arguments.problem,
            text: arguments.find,
            metadata: (arguments.metadata.iter())
                .filter_map(|written| written.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        },
        after: arguments.cursor,
        most,
        with_meetings: arguments.meetings,
    };
    let mut known = KnownCalendars::default();
    // A use case reads only so many records, and gives a short page. A person wants a full one.
    loop {
        let page = list_calendars(state, decisions, &query, now).await?;
        known.calendars.extend(page.calendars);
        known.unreadable.extend(page.unreadable);
        known.next = page.next;
        query.most = most.saturating_sub(known.calendars.len());
        if query.most == 0 || known.next.is_none() {
            return Ok(CalendarList::of(known, now));
        }
        query.after.clone_from(&known.next);
    }
}
