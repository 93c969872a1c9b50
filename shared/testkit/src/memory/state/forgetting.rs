//! Forgetting people and calendars.

use callsheet_app::PortError;
use callsheet_app::ports::{ActorRows, Forgetting};
use callsheet_domain::{Actor, CalendarId, CalendarOwner};

use super::logs::LogName;
use super::{MemoryState, State};

impl Forgetting for MemoryState {
    async fn rows_by(&self, actor: &str) -> Result<ActorRows, PortError> {
        Ok(self.write(|state| state.actors(actor, |_| ())))
    }

    async fn forget_actor(&self, actor: &str) -> Result<ActorRows, PortError> {
        Ok(self.write(|state| {
            state.actors(actor, |by| {
                *by = Actor::forgotten().signed_with(by.key().map(str::to_owned));
            })
        }))
    }

    async fn calendar_rows(&self, calendar: &CalendarId) -> Result<u64, PortError> {
        Ok(self.read(|state| state.rows_of(calendar)))
    }

    async fn forget_calendar(&self, calendar: &CalendarId) -> Result<u64, PortError> {
        Ok(self.write(|state| {
            let count = state.rows_of(calendar);
            let unknown = CalendarOwner::Unknown(calendar.clone());
            state.calendars.remove(calendar);
            state.logs.remove(&LogName::of_calendar(calendar));
            state.overrides.remove(&unknown);
            state.due_heads.remove(&unknown);
            state.unreadable.remove(calendar);
            state.unreadable_overrides.remove(&unknown);
            count
        }))
    }

    async fn owner_rows(&self, owner: &CalendarOwner) -> Result<u64, PortError> {
        Ok(self.read(|state| state.rows_of_owner(owner)))
    }

    async fn forget_owner(&self, owner: &CalendarOwner) -> Result<u64, PortError> {
        Ok(self.write(|state| {
            let count = state.rows_of_owner(owner);
            state.overrides.remove(owner);
            state.logs.remove(&LogName::Owner(owner.clone()));
            state.joined.remove(owner);
            state.unapplied.remove(owner);
            state.due_heads.remove(owner);
            state.unreadable_overrides.remove(owner);
            state.owner_expiries.remove(owner);
            count
        }))
    }
}

impl State {
    /// Has `change` change each name that is `actor`; counts them.
    fn actors(&mut self, actor: &str, change: impl Fn(&mut Actor)) -> ActorRows {
        let is_named = |by: &&mut Actor| by.as_str().to_lowercase() == actor.to_lowercase();
        let mut counts = ActorRows::default();
        self.calendars.change(|record| {
            let mut record = record.clone();
            let wanted = record.disconnection.as_mut();
            let by = wanted.map(|wanted| &mut wanted.by).filter(is_named)?;
            let before = by.clone();
            change(by);
            counts.disconnections += 1;
            if *by == before {
                return None;
            }
            record.version = record.version.next();
            Some(record)
        });
        for overrides in self.overrides.values_mut() {
            let set = overrides.by_scope.values_mut();
            let set = set.filter_map(|stored| stored.by.as_mut());
            let pause = overrides.pause.as_mut();
            let pause = pause.and_then(|pause| pause.by.as_mut());
            for by in set.chain(pause).filter(is_named) {
                change(by);
                counts.overrides += 1;
            }
        }
        for by in self.logs.actors().filter(is_named) {
            change(by);
            counts.actions += 1;
        }
        for (meeting, _) in self.meetings.values_mut() {
            let made = meeting.choices.iter_mut().map(|made| &mut made.by);
            let named: Vec<_> = made.filter(is_named).collect();
            counts.overrides += u64::from(!named.is_empty());
            for by in named {
                change(by);
            }
        }
        for by in self
            .policies
            .iter_mut()
            .map(|policy| &mut policy.by)
            .filter(is_named)
        {
            change(by);
            counts.policies += 1;
        }
        counts
    }

    /// Number of a calendar's rows.
    fn rows_of(&self, calendar: &CalendarId) -> u64 {
        let record = u64::from(self.calendars.get(calendar).is_some());
        record + self.rows_of_owner(&CalendarOwner::Unknown(calendar.clone()))
    }

    /// Number of an owner's rows.
    fn rows_of_owner(&self, owner: &CalendarOwner) -> u64 {
        let joined = u64::from(self.joined.contains_key(owner));
        let logged = self.logs.count(&LogName::Owner(owner.clone()));
        logged
            + self.overrides.get(owner).map_or(joined, |overrides| {
                let head = 1;
                head + overrides.by_scope.len() as u64 + u64::from(overrides.pause.is_some())
            })
    }
}
