//! The logs of what people did.

use std::collections::BTreeMap;

use callsheet_app::ports::{ActionEntry, ActionPage, ActionPlace, LogOf};
use callsheet_domain::{Actor, CalendarId, CalendarOwner, LoggedAction, MeetingName};

/// The problem of entries that a test made unreadable.
const PROBLEM: &str = "an entry of the log of activity was made unreadable on purpose";

/// The name of a log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LogName {
    /// Of what is said under a name of an owner. That of an unknown one is the calendar's own.
    Owner(CalendarOwner),
    /// Of what is chosen for a meeting.
    Meeting(MeetingName),
}

/// An entry as it is stored.
#[derive(Debug, Clone)]
struct Logged {
    action: LoggedAction,
    /// Whether it is no repetition of another entry.
    is_first: bool,
    /// The log in which it stood before it was carried over.
    carried_from: Option<LogName>,
    is_unreadable: bool,
}

/// The entries of all logs.
#[derive(Debug, Default)]
pub(super) struct Logs(BTreeMap<(LogName, ActionPlace), Logged>);

impl LogName {
    pub(super) fn of_calendar(calendar: &CalendarId) -> Self {
        Self::Owner(CalendarOwner::Unknown(calendar.clone()))
    }

    fn is_of(&self) -> LogOf {
        match self {
            Self::Owner(CalendarOwner::Unknown(calendar)) => LogOf::Calendar(calendar.clone()),
            Self::Owner(person) => LogOf::Person(person.digest().unwrap_or_default()),
            Self::Meeting(_) => LogOf::Meeting,
        }
    }

    /// The place of an action that is counted here.
    fn place(&self, action: &LoggedAction) -> ActionPlace {
        let name = match self {
            Self::Owner(CalendarOwner::Unknown(calendar)) => calendar.to_string(),
            Self::Owner(owner) => owner.digest().unwrap_or_default(),
            Self::Meeting(meeting) => meeting.digest(),
        };
        ActionPlace {
            at: action.at,
            name: format!("{:010}-{name}", action.number),
        }
    }
}

impl Logs {
    pub(super) fn add(&mut self, log: &LogName, action: LoggedAction) {
        self.put(log, log, action, None, true);
    }

    /// Adds an action to another log than that in which it is counted.
    pub(super) fn repeat(&mut self, log: &LogName, counted_in: &LogName, action: LoggedAction) {
        self.put(log, counted_in, action, None, false);
    }

    /// Adds an action that was carried over.
    pub(super) fn carry(&mut self, log: &LogName, action: LoggedAction, from: LogName) {
        self.put(log, log, action, Some(from), false);
    }

    fn put(
        &mut self,
        log: &LogName,
        counted_in: &LogName,
        action: LoggedAction,
        carried_from: Option<LogName>,
        is_first: bool,
    ) {
        let place = counted_in.place(&action);
        let logged = Logged {
            action,
            is_first,
            carried_from,
            is_unreadable: false,
        };
        self.0.insert((log.clone(), place), logged);
    }

    pub(super) fn actors(&mut self) -> impl Iterator<Item = &mut Actor> {
        self.0.values_mut().map(|logged| &mut logged.action.by)
    }

    pub(super) fn remove(&mut self, log: &LogName) {
        self.0.retain(|(name, _), _| name != log);
    }

    pub(super) fn make_unreadable(&mut self) {
        for logged in self.0.values_mut() {
            logged.is_unreadable = true;
        }
    }

    /// Number of the entries of a log.
    pub(super) fn count(&self, log: &LogName) -> u64 {
        self.0.keys().filter(|(name, _)| name == log).count() as u64
    }

    /// The newest entries of these logs before a place, unless they were carried over from one of
    /// these. Without logs each action of all of them, once.
    pub(super) fn page(
        &self,
        logs: Option<&[LogName]>,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> ActionPage {
        let mut found: Vec<_> = (self.0.iter())
            .filter(|((log, place), logged)| {
                let is_listed = logs.map_or(logged.is_first, |logs| logs.contains(log));
                is_listed && before.is_none_or(|before| place < before)
            })
            .collect();
        found.sort_by(|((_, one), _), ((_, other), _)| other.cmp(one));
        let has_next = found.len() > most;
        found.truncate(most);
        let next = found.last().map(|((_, place), _)| place.clone());
        let is_there = |from: &LogName| logs.is_some_and(|logs| logs.contains(from));
        found.retain(|(_, logged)| !logged.carried_from.as_ref().is_some_and(is_there));
        let is_unreadable = |logged: &Logged| logged.is_unreadable;
        let unreadable = found.iter().filter(|(_, logged)| is_unreadable(logged));
        let readable = found.iter().filter(|(_, logged)| !is_unreadable(logged));
        ActionPage {
            unreadable: unreadable.map(|_| PROBLEM.to_owned()).collect(),
            entries: readable
                .map(|((log, _), logged)| ActionEntry {
                    action: logged.action.clone(),
                    log: log.is_of(),
                })
                .collect(),
            next: next.filter(|_| has_next),
        }
    }
}
