//! The names of owners: which of them mean one person, and the overrides under each.

use callsheet_domain::{
    CalendarId, CalendarOwner, CalendarRecord, LoggedAction, LoggedActionKind, Override,
    OverrideRevision, OverrideScope, Pause,
};

use super::State;
use super::logs::LogName;

/// The key of the head under a name.
pub(super) fn key_of(name: &CalendarOwner) -> String {
    let unknown = match name {
        CalendarOwner::Unknown(calendar) => calendar.to_string(),
        CalendarOwner::Person { .. } => String::new(),
    };
    name.digest().unwrap_or(unknown)
}

/// The action by which an override was set; none if it is not known who set it.
pub(super) fn action_of(
    scope: &OverrideScope,
    set: &Override,
    calendars: Vec<CalendarId>,
) -> Option<LoggedAction> {
    Some(LoggedAction {
        number: set.revision.0,
        at: set.at,
        by: set.by.clone()?,
        what: LoggedActionKind::Override {
            scope: scope.clone(),
            choice: set.choice,
            calendars,
        },
    })
}

/// The same of a pause.
pub(super) fn pause_action(pause: &Pause) -> Option<LoggedAction> {
    Some(LoggedAction {
        number: pause.revision.0,
        at: pause.at,
        by: pause.by.clone()?,
        what: LoggedActionKind::Pause { until: pause.until },
    })
}

impl State {
    /// The owner of a calendar, as far as it is known.
    pub(super) fn owner(&self, calendar: &CalendarId) -> CalendarOwner {
        let record = self.calendars.get(calendar);
        record.map_or_else(
            || CalendarOwner::Unknown(calendar.clone()),
            |record| record.calendar.owner(),
        )
    }

    /// The first of the names that were joined with `owner`.
    pub(super) fn person(&self, owner: &CalendarOwner) -> CalendarOwner {
        let mut person = owner;
        while let Some(before) = self.joined.get(person) {
            person = before;
        }
        person.clone()
    }

    /// The records of the person of this name, under any name.
    pub(super) fn of_person(&self, person: &CalendarOwner) -> Vec<&CalendarRecord> {
        let joined = self
            .joined
            .keys()
            .filter(|name| self.person(name) == *person);
        let names = joined.chain([person]);
        let mut records: Vec<_> = names
            .flat_map(|name| self.calendars.of_owner(name))
            .collect();
        records.sort_unstable_by_key(|record| &record.calendar.id);
        records
    }

    /// Has the overrides and the pause of `from` hold for `to` as well.
    pub(super) fn carry(&mut self, from: &CalendarOwner, to: &CalendarOwner) {
        let Some(carried) = self.overrides.get(from).cloned() else {
            return;
        };
        let mut last = self.last_revision(to).max(self.last_revision(from));
        let [from_log, to_log] = [from, to].map(|name| LogName::Owner(name.clone()));
        let known = self.overrides.entry(to.clone()).or_default();
        for (scope, theirs) in carried.by_scope {
            let own = known.by_scope.get(&scope);
            let own = own.filter(|own| own.at >= theirs.at).cloned();
            let origin = if own.is_some() { &to_log } else { &from_log };
            let mut later = own.unwrap_or(theirs);
            last = last.next();
            later.revision = last;
            if let Some(action) = action_of(&scope, &later, Vec::new()) {
                self.logs.carry(&to_log, action, origin.clone());
            }
            known.by_scope.insert(scope.clone(), later);
            let expiry = self.override_expiries.get(&(from.clone(), scope.clone()));
            if let Some(expiry) = expiry.copied() {
                self.override_expiries.insert((to.clone(), scope), expiry);
            }
        }
        if let Some(theirs) = carried.pause {
            let own = known.pause.clone().filter(|own| own.at >= theirs.at);
            let origin = if own.is_some() { &to_log } else { &from_log };
            let mut later = own.unwrap_or(theirs);
            last = last.next();
            later.revision = last;
            if let Some(action) = pause_action(&later) {
                self.logs.carry(&to_log, action, origin.clone());
            }
            known.pause = Some(later);
        }
        known.revision = last;
        known.full_sync_revision = last;
        self.unapplied.remove(to);
        self.due_heads.insert(to.clone());
        self.lost_override_heads.remove(to);
    }

    pub(super) fn head_revision(&self, name: &CalendarOwner) -> OverrideRevision {
        let stored = self.overrides.get(name);
        stored.map(|stored| stored.revision).unwrap_or_default()
    }

    /// The last revision of an owner's overrides: without the head it may be known from the
    /// last sync of a calendar only.
    pub(super) fn last_revision(&self, owner: &CalendarOwner) -> OverrideRevision {
        let stored = self.overrides.get(owner).map(|stored| stored.revision);
        let has_head = stored.is_some() && !self.lost_override_heads.contains(owner);
        let of_owner = (!has_head).then(|| self.of_person(owner));
        let of_owner = of_owner.into_iter().flatten();
        let synced = of_owner.filter_map(|record| record.last_sync.as_ref());
        let synced = synced.map(|sync| sync.overrides);
        synced.fold(stored.unwrap_or_default(), Ord::max)
    }
}
