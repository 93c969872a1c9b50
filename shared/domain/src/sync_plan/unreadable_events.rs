//! The events of a calendar that cannot be read, as its record keeps them.
//!
//! Such an event keeps the decision that it had. A sync adds the events that it could not
//! read and removes those that it read. A full sync also removes those that it did not
//! list. Each sync reads the named ones once more.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::id::EventId;

/// The most events that a record names; further ones are only counted.
const MOST_NAMED: usize = 100;

/// An event that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEvent {
    /// Its id.
    pub id: EventId,
    /// The problem, without the event's content.
    pub problem: String,
    /// When a sync that could not read it started first.
    pub since: Timestamp,
    /// When a sync that could not read it started last, or read it once more. An incremental
    /// sync that finds nothing new writes it only if other events wait for their turn.
    pub seen_at: Timestamp,
}

/// The events of a calendar that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnreadableEvents {
    /// The first ones, at most a hundred.
    pub named: Vec<UnreadableEvent>,
    /// The number of further ones, and of events without a readable id: as many as one
    /// sync has found since the last full sync.
    pub more: u32,
}

/// The events of one calendar that a sync has come across.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventReadings {
    /// When the sync started.
    pub began_at: Timestamp,
    /// The events that it could not read, with the problem; without an id if that cannot be
    /// read either.
    pub unreadable: Vec<(Option<EventId>, String)>,
    /// The events that it read.
    pub read: BTreeSet<EventId>,
}

impl UnreadableEvents {
    /// Whether all events can be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.more == 0
    }

    /// The number of events that cannot be read.
    #[must_use]
    pub fn count(&self) -> usize {
        self.named.len() + usize::try_from(self.more).unwrap_or(usize::MAX)
    }

    /// Whether an event of this id is named.
    #[must_use]
    pub fn names(&self, id: &EventId) -> bool {
        self.named.iter().any(|event| event.id == *id)
    }

    /// These events after a sync, or some pages of it. Doing it twice changes nothing.
    #[must_use]
    pub fn after(&self, readings: &EventReadings) -> Self {
        let mut after = self.clone();
        after
            .named
            .retain(|event| !readings.read.contains(&event.id));
        let mut further = 0;
        for (id, problem) in &readings.unreadable {
            let Some(id) = id else {
                further += 1;
                continue;
            };
            let known = after.named.iter_mut().find(|event| event.id == *id);
            if let Some(event) = known {
                event.problem.clone_from(problem);
                event.seen_at = event.seen_at.max(readings.began_at);
            } else if after.named.len() < MOST_NAMED {
                after.named.push(UnreadableEvent {
                    id: id.clone(),
                    problem: problem.clone(),
                    since: readings.began_at,
                    seen_at: readings.began_at,
                });
            } else {
                further += 1;
            }
        }
        after.more = after.more.max(further);
        after
    }

    /// These events after a full sync was completed: those that it could not read.
    #[must_use]
    pub fn after_full(&self, readings: &EventReadings) -> Self {
        let started_anew = Self {
            more: 0,
            ..self.clone()
        };
        let after = started_anew.after(readings);
        Self {
            more: after.more,
            ..after.seen_since(readings.began_at)
        }
    }

    /// The events that were seen at `began_at` or later, when a full sync began that has
    /// listed all that there are.
    #[must_use]
    pub fn seen_since(&self, began_at: Timestamp) -> Self {
        let mut seen = self.clone();
        seen.named.retain(|event| event.seen_at >= began_at);
        seen.more = 0;
        seen
    }

    /// Whether `other` names the same events with the same problems, whenever they were
    /// seen.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let same = |one: &UnreadableEvent, other: &UnreadableEvent| {
            (&one.id, &one.problem) == (&other.id, &other.problem)
        };
        self.more == other.more
            && self.named.len() == other.named.len()
            && self
                .named
                .iter()
                .zip(&other.named)
                .all(|(one, other)| same(one, other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn id(number: usize) -> EventId {
        EventId::parse(format!("event-{number}")).expect("an id")
    }

    fn readings(began: i64, unreadable: &[usize], read: &[usize]) -> EventReadings {
        EventReadings {
            began_at: at(began),
            unreadable: unreadable
                .iter()
                .map(|number| (Some(id(*number)), "nested too deeply".to_owned()))
                .collect(),
            read: read.iter().map(|number| id(*number)).collect(),
        }
    }

    fn named(events: &UnreadableEvents) -> Vec<(String, i64)> {
        let named = events.named.iter();
        named
            .map(|event| (event.id.to_string(), event.since.as_second()))
            .collect()
    }

    #[test]
    fn an_event_is_named_from_its_first_sync_until_it_is_read() {
        let first = UnreadableEvents::default().after(&readings(10, &[1, 2], &[3]));
        let again = first.after(&readings(20, &[1], &[]));
        let both = [("event-1".to_owned(), 10), ("event-2".to_owned(), 10)];
        assert_eq!(named(&again), both);
        assert!(first.agrees_with(&again), "nothing new was found");
        let read = again.after(&readings(30, &[2], &[1]));
        assert_eq!(named(&read), [("event-2".to_owned(), 10)]);
        assert!(!again.agrees_with(&read));
    }

    #[test]
    fn a_full_sync_removes_the_events_that_it_did_not_list() {
        let first = UnreadableEvents::default().after(&readings(10, &[1, 2, 3], &[]));
        // The first page of a full sync, and the last one after it was resumed.
        let page = first.after(&readings(20, &[1], &[]));
        let full = page.after_full(&readings(20, &[2], &[]));
        let kept = [("event-1".to_owned(), 10), ("event-2".to_owned(), 10)];
        assert_eq!(named(&full), kept);
    }

    #[test]
    fn events_beyond_the_bound_and_without_an_id_are_counted() {
        let many: Vec<_> = (0..MOST_NAMED + 5).collect();
        let mut found = readings(10, &many, &[]);
        found.unreadable.push((None, "no id".to_owned()));
        let events = UnreadableEvents::default().after(&found);
        assert_eq!((events.named.len(), events.more), (MOST_NAMED, 6));
        assert_eq!(events.count(), MOST_NAMED + 6);
        let full = events.after_full(&readings(20, &[1], &many[2..]));
        assert_eq!((full.named.len(), full.more), (1, 0));
    }

    proptest! {
        #[test]
        fn a_page_that_is_handled_twice_changes_nothing(
            pages in prop::collection::vec(
                (prop::collection::vec(0_usize..130, 0..120), prop::collection::vec(0_usize..130, 0..9)),
                1..4,
            ),
        ) {
            let mut events = UnreadableEvents::default();
            for (began, (unreadable, read)) in (0_i64..).zip(&pages) {
                let unreadable: Vec<_> = unreadable
                    .iter()
                    .filter(|number| !read.contains(number))
                    .copied()
                    .collect();
                let found = readings(began, &unreadable, read);
                events = events.after(&found);
                prop_assert_eq!(&events.after(&found), &events);
                prop_assert!(events.named.len() <= MOST_NAMED);
                prop_assert!(found.read.iter().all(|id| !events.names(id)));
            }
        }
    }
}
