//! Overrides, pauses and what people chose for whole meetings.

use callsheet_app::PortError;
use callsheet_app::ports::{MeetingOverrides, OverrideStore, WriteOutcome};
use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, EventId, LoggedAction, LoggedActionKind, MeetingName,
    MeetingOverride, Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Pause,
    Timestamp, UnappliedOverride, Version,
};

use super::logs::LogName;
use super::names::{action_of, pause_action};
use super::{MemoryState, PROBLEM, unreadable};

/// The most overrides of events that are applied one by one.
const MOST_UNAPPLIED: usize = 20;

impl MemoryState {
    /// Writes an override or a pause of an owner, under the next revision, and logs the action that
    /// `write` gives.
    fn revise(
        &self,
        owner: &CalendarOwner,
        write: impl FnOnce(&mut Overrides, OverrideRevision) -> Option<LoggedAction>,
    ) -> OverrideRevision {
        self.write(|state| {
            let owner = &state.person(owner);
            let revision = state.last_revision(owner).next();
            state.lost_override_heads.remove(owner);
            let overrides = state.overrides.entry(owner.clone()).or_default();
            overrides.revision = revision;
            overrides.full_sync_revision = revision;
            state.unapplied.remove(owner);
            state.due_heads.insert(owner.clone());
            let action = write(overrides, revision);
            let log = LogName::Owner(owner.clone());
            if let Some(action) = action {
                state.logs.add(&log, action);
            }
            revision
        })
    }

    /// Sets an override, of an event in these calendars.
    fn set(
        &self,
        owner: &CalendarOwner,
        (scope, calendars): (&OverrideScope, Vec<CalendarId>),
        (choice, by): (OverrideChoice, &Actor),
        now: Timestamp,
    ) -> OverrideRevision {
        self.revise(owner, |overrides, revision| {
            let set = Override {
                choice,
                revision,
                by: Some(by.clone()),
                at: now,
            };
            let scope = scope.before_splits();
            let action = action_of(&scope, &set, calendars);
            overrides.by_scope.insert(scope, set);
            action
        })
    }
}

impl OverrideStore for MemoryState {
    async fn person(&self, owner: &CalendarOwner) -> Result<CalendarOwner, PortError> {
        Ok(self.read(|state| state.person(owner)))
    }

    async fn join_names(
        &self,
        one: &CalendarOwner,
        other: &CalendarOwner,
        _: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let [one, other] = [one, other].map(|name| state.person(name));
            let (to, from) = (one.clone().min(other.clone()), one.max(other));
            if from == to {
                return;
            }
            let said = [&from, &to].map(|name| state.overrides.get(name));
            let is_anything_said = said
                .into_iter()
                .flatten()
                .any(|said| !said.by_scope.is_empty() || said.pause.is_some());
            let last = state.last_revision(&from).max(state.last_revision(&to));
            let last = if is_anything_said { last.next() } else { last };
            state.carry(&from, &to);
            if last > OverrideRevision::default() {
                let known = state.overrides.entry(to.clone()).or_default();
                known.revision = known.revision.max(last);
                known.full_sync_revision = known.revision;
                state.unapplied.remove(&to);
            }
            state.overrides.remove(&from);
            state.due_heads.insert(from.clone());
            let expiries = &mut state.override_expiries;
            expiries.retain(|(owner, _), _| *owner != from);
            state.joined.insert(from, to);
        });
        Ok(())
    }

    async fn overrides(&self, owner: &CalendarOwner) -> Result<Overrides, PortError> {
        self.read(|state| {
            let owner = &state.person(owner);
            if state.unreadable_overrides.contains(owner) {
                return Err(unreadable("the overrides of a calendar's owner"));
            }
            let mut overrides = state.overrides.get(owner).cloned().unwrap_or_default();
            overrides.are_expiring = state.owner_expiries.contains_key(owner);
            overrides.unapplied = state.unapplied.get(owner).cloned().unwrap_or_default();
            Ok(overrides)
        })
    }

    async fn meeting_overrides(
        &self,
        meetings: &[MeetingName],
    ) -> Result<MeetingOverrides, PortError> {
        Ok(self.read(|state| {
            let mut read = MeetingOverrides::default();
            for name in meetings {
                if state.unreadable_meetings.contains(name) {
                    read.unreadable.insert(name.clone(), PROBLEM.to_owned());
                } else if let Some((chosen, _)) = state.meetings.get(name) {
                    read.known.insert(name.clone(), chosen.clone());
                }
            }
            read
        }))
    }

    async fn write_meeting_override(
        &self,
        meeting: &MeetingName,
        chosen: &MeetingOverride,
        action: Option<&LoggedAction>,
        kept_until: Timestamp,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            let stored = state.meetings.get(meeting);
            if stored.map_or(Version::NEW, |(stored, _)| stored.version) != chosen.version {
                return WriteOutcome::Conflict;
            }
            if let Some(action) = action {
                let log = LogName::Meeting(meeting.clone());
                if let LoggedActionKind::Meeting(made) = &action.what {
                    let calendar = LogName::of_calendar(&made.calendar);
                    state.logs.repeat(&calendar, &log, action.clone());
                }
                state.logs.add(&log, action.clone());
            }
            let mut written = chosen.clone();
            written.version = written.version.next();
            state
                .meetings
                .insert(meeting.clone(), (written, kept_until));
            WriteOutcome::Written
        }))
    }

    async fn set_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        Ok(self.set(owner, (scope, Vec::new()), (choice, by), now))
    }

    async fn set_event_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        events: &[(CalendarId, EventId)],
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let before = self.read(|state| {
            let owner = state.person(owner);
            let full = state
                .overrides
                .get(&owner)
                .map(|known| known.full_sync_revision);
            (
                full.unwrap_or_default(),
                state.unapplied.get(&owner).cloned(),
            )
        });
        let calendars = events.iter().map(|(calendar, _)| calendar.clone());
        let revision = self.set(owner, (scope, calendars.collect()), (choice, by), now);
        let (full_sync_revision, unapplied) = before;
        let mut unapplied = unapplied.unwrap_or_default();
        unapplied.retain(|one| events.iter().all(|(_, event)| *event != one.event_id));
        let new = events
            .iter()
            .map(|(calendar_id, event_id)| UnappliedOverride {
                calendar_id: calendar_id.clone(),
                event_id: event_id.clone(),
                revision,
                since: now,
            });
        unapplied.extend(new);
        self.write(|state| {
            let owner = state.person(owner);
            let overrides = state.overrides.entry(owner.clone()).or_default();
            if unapplied.len() <= MOST_UNAPPLIED {
                overrides.full_sync_revision = full_sync_revision;
                state.unapplied.insert(owner, unapplied);
            }
        });
        Ok(revision)
    }

    async fn note_applied(
        &self,
        owner: &CalendarOwner,
        event: &EventId,
        revision: OverrideRevision,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let owner = state.person(owner);
            if let Some(unapplied) = state.unapplied.get_mut(&owner) {
                unapplied.retain(|one| one.event_id != *event || one.revision > revision);
            }
        });
        Ok(())
    }

    async fn pause(
        &self,
        owner: &CalendarOwner,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        Ok(self.revise(owner, |overrides, revision| {
            let pause = Pause {
                until,
                revision,
                by: Some(by.clone()),
                at: now,
            };
            let action = pause_action(&pause);
            overrides.pause = Some(pause);
            action
        }))
    }

    async fn carry_overrides(
        &self,
        from: &CalendarOwner,
        to: &CalendarOwner,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let [from, to] = [from, to].map(|name| state.person(name));
            if from != to {
                state.carry(&from, &to);
            }
        });
        Ok(())
    }

    async fn expire_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        at: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let (owner, scope) = (&state.person(owner), scope.before_splits());
            let overrides = state.overrides.get(owner);
            if overrides.is_some_and(|overrides| overrides.by_scope.contains_key(&scope)) {
                state.override_expiries.insert((owner.clone(), scope), at);
            }
        });
        Ok(())
    }

    async fn expire_overrides(
        &self,
        owner: &CalendarOwner,
        at: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let owner = &state.person(owner);
            if state.overrides.contains_key(owner) {
                state.owner_expiries.insert(owner.clone(), at);
            }
        });
        Ok(())
    }

    async fn keep_overrides(&self, owner: &CalendarOwner) -> Result<(), PortError> {
        self.write(|state| {
            let owner = state.person(owner);
            state.owner_expiries.remove(&owner)
        });
        Ok(())
    }
}
