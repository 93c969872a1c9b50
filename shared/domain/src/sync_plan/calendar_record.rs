//! The stored record of a calendar.

use jiff::{SignedDuration, Timestamp};

use super::coverage::OWN_CLOCKS;
use super::listed_ids::ListedIds;
use super::state::{CompletedSync, SyncInProgress};
use super::unreadable_events::UnreadableEvents;
use crate::actor::Actor;
use crate::email::Email;
use crate::event::{Calendar, CalendarEvent, CalendarMetadata, CalendarOwner, CalendarStatus};
use crate::logged_action::{LoggedAction, LoggedActionKind};
use crate::revision::{CalendarRevision, Version};
use crate::time::plus;

/// The decisions of a lost calendar are retired once the index of its decisions has shown
/// none for this long: longer than the index lags, and than a sync that another worker had
/// in progress takes.
const RETIRED_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Events that cannot be read and that a record only counts are listed again by a full sync
/// this long after the last one.
const UNNAMED_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What a resync has to do at once is due since this instant, before all calendars that are due
/// for a sync: however many these are, they do not hide it.
pub const DUE_AT_ONCE: Timestamp = Timestamp::UNIX_EPOCH;

/// The most further addresses of an owner that are kept.
const MOST_ADDRESSES: usize = 10;

/// The time in which the index of a lost calendar's decisions showed none that was not
/// retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retired {
    /// When it showed none for the first time.
    pub since: Timestamp,
    /// When it was read last.
    pub until: Timestamp,
}

/// A person wants a calendar to be deleted at Recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedDisconnection {
    /// Who.
    pub by: Actor,
    /// Since when.
    pub at: Timestamp,
}

/// The stored record of a calendar: the calendar as last fetched, and how far it has been
/// synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRecord {
    /// The calendar as last fetched.
    pub calendar: Calendar,
    /// Counts its changes.
    pub revision: CalendarRevision,
    /// When it was stored with its latest change, by our clock.
    pub changed_at: Timestamp,
    /// The last completed sync; none if it needs a full sync.
    pub last_sync: Option<CompletedSync>,
    /// A sync of several pages that is not completed.
    pub in_progress: Option<SyncInProgress<CompletedSync>>,
    /// The events that the sync in progress has listed so far, if it is a full sync, and the
    /// worker that left it has told.
    pub listed_so_far: Option<ListedIds>,
    /// How long no decision was found to retire; none if the calendar was not retired
    /// since it last changed.
    pub retired: Option<Retired>,
    /// Its events that cannot be read.
    pub unreadable_events: UnreadableEvents,
    /// Further addresses of the owner, which events of the calendar mark as the owner's own;
    /// at most ten.
    pub own_addresses: Vec<Email>,
    /// Who wants it to be deleted at Recall; none if nobody does. It stays once that is done.
    pub disconnection: Option<RequestedDisconnection>,
    /// Counts the writes of the record.
    pub version: Version,
}

impl CalendarRecord {
    /// The record of a calendar that has none, at `now`.
    #[must_use]
    pub fn first(calendar: Calendar, now: Timestamp) -> Self {
        Self {
            calendar,
            revision: CalendarRevision(1),
            changed_at: now,
            last_sync: None,
            in_progress: None,
            listed_so_far: None,
            retired: None,
            unreadable_events: UnreadableEvents::default(),
            own_addresses: Vec::new(),
            disconnection: None,
            version: Version::NEW,
        }
    }

    /// The record after `calendar` was fetched at `now`; none if that is no newer.
    ///
    /// Any change makes a full sync necessary: the calendar may have been disconnected and
    /// connected again in between, and Recall does not say whether its bots came back too.
    /// An address that is not given any more is still that of the owner. Metadata and the
    /// reason of a disconnection that are not shown any more are still those that were: not
    /// every answer of Recall may have them.
    #[must_use]
    pub fn after(&self, mut calendar: Calendar, now: Timestamp) -> Option<Self> {
        if calendar.email.is_none() {
            calendar.email.clone_from(&self.calendar.email);
        }
        if calendar.metadata == CalendarMetadata::default() {
            calendar.metadata.clone_from(&self.calendar.metadata);
        }
        let is_still_lost = calendar.status == self.calendar.status;
        if calendar.disconnect_reason.is_none() && is_still_lost {
            let before = &self.calendar.disconnect_reason;
            calendar.disconnect_reason.clone_from(before);
        }
        if calendar.updated_at < self.calendar.updated_at || calendar == self.calendar {
            return None;
        }
        Some(Self {
            calendar,
            revision: CalendarRevision(self.revision.0 + 1),
            changed_at: now,
            last_sync: None,
            in_progress: None,
            listed_so_far: None,
            retired: None,
            unreadable_events: self.unreadable_events.clone(),
            own_addresses: self.own_addresses.clone(),
            disconnection: self.disconnection.clone(),
            version: self.version,
        })
    }

    /// The owner under each further address.
    pub fn further_names(&self) -> impl Iterator<Item = CalendarOwner> {
        let platform = self.calendar.platform;
        let addresses = self.own_addresses.iter().cloned();
        addresses.map(move |email| CalendarOwner::Person { platform, email })
    }

    /// The addresses that these events of the calendar mark as the owner's own and that are
    /// not known yet, as many as are kept.
    #[must_use]
    pub fn new_addresses<'a>(&self, events: impl Iterator<Item = &'a CalendarEvent>) -> Vec<Email> {
        let mut new = Vec::new();
        let own = events.filter(|event| event.calendar_id == self.calendar.id);
        for address in own.flat_map(|event| &event.facts.own_addresses) {
            let is_known = self.calendar.email.as_ref() == Some(address)
                || self.own_addresses.contains(address)
                || new.contains(address);
            if !is_known && self.own_addresses.len() + new.len() < MOST_ADDRESSES {
                new.push(address.clone());
            }
        }
        new
    }

    /// Whether the calendar is disconnected or deleted, and decisions of it may still have
    /// to be retired.
    #[must_use]
    pub fn needs_retiring(&self) -> bool {
        let is_done = |retired: &Retired| retired.until >= plus(retired.since, RETIRED_AFTER);
        !self.calendar.status.holds_bots() && !self.retired.as_ref().is_some_and(is_done)
    }

    /// The record of a calendar that a person wants to be deleted at Recall. Whoever wanted it
    /// first stays; one that is deleted already stays as it is.
    #[must_use]
    pub fn wanted_gone(mut self, wanted: RequestedDisconnection) -> Self {
        if self.calendar.status != CalendarStatus::Deleted {
            self.disconnection.get_or_insert(wanted);
        }
        self
    }

    /// What a person did who wants the calendar to be deleted at Recall; none if nobody does.
    #[must_use]
    pub fn disconnection_action(&self) -> Option<LoggedAction> {
        let wanted = self.disconnection.as_ref()?;
        Some(LoggedAction {
            number: 0,
            at: wanted.at,
            by: wanted.by.clone(),
            what: LoggedActionKind::Disconnection {
                calendar: self.calendar.id.clone(),
            },
        })
    }

    /// Whether a person wants the calendar to be deleted at Recall, and it is not yet.
    #[must_use]
    pub fn is_to_be_deleted(&self) -> bool {
        self.disconnection.is_some() && self.calendar.status != CalendarStatus::Deleted
    }

    /// Whether the record need not be read from Recall again, if its calendar changed at an
    /// instant, or at no known one.
    #[must_use]
    pub fn is_current(&self, changed_at: Option<Timestamp>) -> bool {
        let is_read_since = |at| self.changed_at > plus(at, OWN_CLOCKS);
        changed_at.is_none_or(is_read_since) && self.says_all()
    }

    /// Whether it says all of its calendar, if that has not changed since. A disconnected
    /// calendar may have been connected again without a webhook, and one without an address may
    /// have got it.
    #[must_use]
    pub fn says_all(&self) -> bool {
        let calendar = &self.calendar;
        !self.is_to_be_deleted() && calendar.status.holds_bots() && calendar.email.is_some()
    }

    /// From when on a resync has something to do for this calendar for a reason of its own, as
    /// far as the record tells; none if it has nothing to do. A calendar without such an
    /// instant is found among all calendars: when its full sync is due as routine or for a new
    /// policy.
    ///
    /// [`DUE_AT_ONCE`] if it is to be deleted, or is lost and was not retired. Otherwise it is due
    /// for a sync: since it appeared or changed, if it was never synced since; from the end of the
    /// hold on a sync in progress, or of a pause; or when a full sync is due for
    /// [events that are only counted](Self::unnamed_due_at). An override is not told by the
    /// record.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        if self.is_to_be_deleted() {
            return Some(DUE_AT_ONCE);
        }
        if !self.calendar.status.holds_bots() {
            return self.needs_retiring().then_some(DUE_AT_ONCE);
        }
        let Some(last_sync) = &self.last_sync else {
            return Some(self.changed_at);
        };
        let left = self.in_progress.as_ref().map(|sync| sync.held_until);
        let of_pause = last_sync.holds_until;
        let instants = [left, of_pause, self.unnamed_due_at()];
        instants.into_iter().flatten().min()
    }

    /// From when on a full sync is due because of events that cannot be read and that the record
    /// does not name, so that none can be read by its id; none if there are none.
    #[must_use]
    pub fn unnamed_due_at(&self) -> Option<Timestamp> {
        let last_sync = self.last_sync.as_ref()?;
        let again = |at| plus(at, UNNAMED_AGAIN);
        let has_some = self.unreadable_events.more > 0;
        has_some.then(|| last_sync.full_sync_at.map_or(last_sync.began_at, again))
    }

    /// Since when the events of a connected calendar that cannot be read wait to be read once
    /// more: when that one was tried last whose turn is next. None if the record names none.
    #[must_use]
    pub fn untried_since(&self) -> Option<Timestamp> {
        let named = self.unreadable_events.named.iter();
        let oldest = named.map(|event| event.seen_at).min();
        oldest.filter(|_| self.calendar.status.holds_bots())
    }

    /// The record without its sync in progress, if that was left so long ago that it cannot be
    /// resumed.
    #[must_use]
    pub fn without_left_sync(&self, now: Timestamp) -> Option<Self> {
        let is_left = |sync: &SyncInProgress<CompletedSync>| sync.was_left_long_ago(now);
        self.in_progress
            .as_ref()
            .is_some_and(is_left)
            .then(|| Self {
                in_progress: None,
                listed_so_far: None,
                ..self.clone()
            })
    }

    /// The record after Recall answered at `now` that the calendar does not exist.
    #[must_use]
    pub fn gone(&self, now: Timestamp) -> Option<Self> {
        let deleted = Calendar {
            status: CalendarStatus::Deleted,
            ..self.calendar.clone()
        };
        self.after(deleted, now)
    }
}
