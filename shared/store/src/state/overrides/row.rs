//! Rows of an owner's overrides: an override, a pause, the head that counts them.

use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, DUE_AT_ONCE, Email, EventId, IcalUid, InvalidId, Override,
    OverrideChoice, OverrideRevision, OverrideScope, Overrides, Pause, Platform, PlatformEventId,
    SeriesId, Timestamp, UnappliedOverride,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::attributes::{Attributes, Unreadable, read_row};
use crate::state::place::{
    EVENT, OVERRIDES_HEAD, PAUSE, PLATFORM_SERIES, SERIES, SORT, partition_of,
};
use crate::stored_text;

/// When a row is deleted, in seconds, as DynamoDB's time-to-live requires.
pub(in crate::state) const EXPIRES_AT: &str = "expires_at";
/// When the override of an event is deleted while its owner has a calendar.
pub(in crate::state) const KEPT_UNTIL: &str = "kept_until";
/// Set on a row that is deleted because its owner has no calendar.
pub(in crate::state) const IS_EXPIRING: &str = "is_expiring";

/// More names of one person than a calendar can tell.
pub(in crate::state) const MOST_NAMES: usize = 100;
/// The most overrides of events that are applied one by one.
const MOST_UNAPPLIED: usize = 20;

/// The head of an owner's overrides.
#[derive(Serialize, Deserialize)]
pub(in crate::state) struct HeadRow {
    revision: u64,
    /// The latest revision that only a full sync applies; none if it is the latest of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full_sync_revision: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unapplied: Vec<UnappliedRow>,
    /// From when on the index of due calendars shows it: from each write of an override on,
    /// until all calendars of the person have applied it.
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    due_at: Option<Timestamp>,
    /// The person, if this name was joined with another one: all that was said is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonRow>,
    /// The partition of that person, by which the index of owners finds this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

/// An override of an event that no sync has applied yet.
#[derive(Serialize, Deserialize)]
struct UnappliedRow {
    #[serde(with = "stored_text")]
    calendar_id: CalendarId,
    #[serde(with = "stored_text")]
    event_id: EventId,
    revision: u64,
    #[serde(with = "microsecond::required")]
    since: Timestamp,
}

/// The name of a person.
#[derive(Serialize, Deserialize)]
struct PersonRow {
    #[serde(with = "stored_text")]
    platform: Platform,
    #[serde(with = "stored_text")]
    email: Email,
}

impl HeadRow {
    pub(in crate::state) fn of(revision: OverrideRevision) -> Self {
        Self {
            revision: revision.0,
            full_sync_revision: None,
            unapplied: Vec::new(),
            due_at: Some(DUE_AT_ONCE),
            person: None,
            owner: None,
        }
    }

    /// The head after an override of one event, which is `events` in the owner's calendars.
    /// `before` is the head before; none if there are no overrides yet.
    pub(super) fn after_event_override(
        before: Option<&Self>,
        events: &[(CalendarId, EventId)],
        revision: OverrideRevision,
        now: Timestamp,
    ) -> Self {
        let mut unapplied = before.map(Self::unapplied).unwrap_or_default();
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
        if unapplied.len() > MOST_UNAPPLIED {
            return Self::of(revision);
        }
        let full = before.map(Self::full_sync_revision).unwrap_or_default();
        Self {
            full_sync_revision: Some(full.0),
            ..Self::of(revision)
        }
        .with_unapplied(unapplied)
    }

    /// The head with other unapplied overrides.
    pub(super) fn with_unapplied(self, unapplied: Vec<UnappliedOverride>) -> Self {
        let rows = unapplied.into_iter().map(|one| UnappliedRow {
            calendar_id: one.calendar_id,
            event_id: one.event_id,
            revision: one.revision.0,
            since: one.since,
        });
        Self {
            unapplied: rows.collect(),
            ..self
        }
    }

    /// The latest revision that only a full sync applies.
    pub(in crate::state) fn full_sync_revision(&self) -> OverrideRevision {
        OverrideRevision(self.full_sync_revision.unwrap_or(self.revision))
    }

    /// The overrides of events that no sync has applied yet.
    pub(in crate::state) fn unapplied(&self) -> Vec<UnappliedOverride> {
        let rows = self.unapplied.iter().map(|row| UnappliedOverride {
            calendar_id: row.calendar_id.clone(),
            event_id: row.event_id.clone(),
            revision: OverrideRevision(row.revision),
            since: row.since,
        });
        rows.collect()
    }

    /// The head of a name that was joined with that of `person`.
    pub(in crate::state) fn joined(revision: OverrideRevision, person: &CalendarOwner) -> Self {
        let owner = Some(partition_of(person));
        let person = match person {
            CalendarOwner::Person { platform, email } => Some(PersonRow {
                platform: *platform,
                email: email.clone(),
            }),
            CalendarOwner::Unknown(_) => None,
        };
        Self {
            person,
            owner,
            ..Self::of(revision)
        }
    }

    /// The name that it was joined with.
    pub(in crate::state) fn person(&self) -> Option<CalendarOwner> {
        self.person.as_ref().map(|person| CalendarOwner::Person {
            platform: person.platform,
            email: person.email.clone(),
        })
    }

    pub(in crate::state) fn revision(&self) -> OverrideRevision {
        OverrideRevision(self.revision)
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::state) struct OverrideRow {
    #[serde(with = "stored_text")]
    pub(in crate::state) choice: OverrideChoice,
    pub(in crate::state) revision: u64,
    #[serde(with = "stored_text")]
    pub(in crate::state) by: Actor,
    /// The signing key that vouched for the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::state) via: Option<String>,
    #[serde(with = "microsecond::required")]
    pub(in crate::state) at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(in crate::state) struct PauseRow {
    #[serde(with = "microsecond::required")]
    pub(in crate::state) until: Timestamp,
    pub(in crate::state) revision: u64,
    #[serde(with = "stored_text")]
    pub(in crate::state) by: Actor,
    /// The signing key that vouched for the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::state) via: Option<String>,
    #[serde(with = "microsecond::required")]
    pub(in crate::state) at: Timestamp,
}

/// The rows of one owner, in the order in which they are read.
#[derive(Debug, Default)]
pub(super) struct OverrideRows {
    overrides: Overrides,
    has_head: bool,
    /// The name that the owner's was joined with.
    pub(super) person: Option<CalendarOwner>,
}

impl OverrideRows {
    pub(super) fn add(&mut self, attributes: Attributes) -> Result<(), Unreadable> {
        let sort = attributes.get(SORT).and_then(|sort| sort.as_s().ok());
        let sort = sort.ok_or_else(malformed_sort)?.clone();
        self.overrides.are_expiring |= attributes.contains_key(IS_EXPIRING);
        match sort.as_str() {
            OVERRIDES_HEAD => {
                let head: HeadRow = read_row(attributes)?;
                self.overrides.revision = head.revision();
                self.overrides.full_sync_revision = head.full_sync_revision();
                self.overrides.unapplied = head.unapplied();
                self.person = head.person();
                self.has_head = true;
            }
            PAUSE => {
                let row: PauseRow = read_row(attributes)?;
                self.overrides.pause = Some(Pause {
                    until: row.until,
                    revision: OverrideRevision(row.revision),
                    by: Some(row.by.signed_with(row.via)),
                    at: row.at,
                });
            }
            _ => {
                let scope = scope_of(&sort)?;
                let row: OverrideRow = read_row(attributes)?;
                let stored = Override {
                    choice: row.choice,
                    revision: OverrideRevision(row.revision),
                    by: Some(row.by.signed_with(row.via)),
                    at: row.at,
                };
                self.overrides.by_scope.insert(scope, stored);
            }
        }
        Ok(())
    }

    /// The overrides. If their head is lost, the latest of them counts them.
    pub(super) fn overrides(mut self) -> Overrides {
        if !self.has_head {
            self.overrides.revision = self.overrides.latest_revision();
            self.overrides.full_sync_revision = self.overrides.revision;
        }
        self.overrides
    }
}

/// The scope of an override. An unknown one is of a later build; ignoring it
/// might record a meeting that a person wants skipped.
pub(super) fn scope_of(sort: &str) -> Result<OverrideScope, Unreadable> {
    let named = |scope: Result<OverrideScope, InvalidId>| scope.map_err(|_| malformed_sort());
    if let Some(id) = sort.strip_prefix(EVENT) {
        named(PlatformEventId::parse(id).map(OverrideScope::Event))
    } else if let Some(ical_uid) = sort.strip_prefix(SERIES) {
        named(IcalUid::parse(ical_uid).map(OverrideScope::Series))
    } else if let Some(id) = sort.strip_prefix(PLATFORM_SERIES) {
        named(SeriesId::parse(id).map(OverrideScope::PlatformSeries))
    } else {
        Err(Unreadable::UnknownVersion)
    }
}

fn malformed_sort() -> Unreadable {
    Unreadable::Malformed(SORT.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::at;
    use serde_json::{Value, json};
    use test_case::test_case;

    /// An override of version 1, written by hand. Every build that reads version 1 reads it.
    fn an_override(sort: &str, choice: &str, revision: u64) -> Value {
        json!({
            "v": 1, "sort": sort, "choice": choice, "revision": revision,
            "by": "lead@acme.example", "at": at("09:00").as_microsecond(),
        })
    }

    fn head(revision: u64) -> Value {
        json!({"v": 1, "sort": "overrides", "revision": revision})
    }

    fn read(rows: &[Value]) -> Result<Overrides, Unreadable> {
        let mut read = OverrideRows::default();
        for row in rows {
            read.add(serde_dynamo::to_item(row).expect("a row"))?;
        }
        Ok(read.overrides())
    }

    fn series(name: &str) -> OverrideScope {
        OverrideScope::Series(IcalUid::parse(name).expect("an ical_uid"))
    }

    #[test]
    fn rows_as_written_by_hand_are_read() {
        let pause = json!({
            "v": 1, "sort": "override#pause", "until": at("12:00").as_microsecond(),
            "revision": 3, "by": "lead@acme.example", "at": at("10:00").as_microsecond(),
        });
        let rows = [
            head(3),
            an_override("override#series#a", "skip", 2),
            pause,
            an_override("override#platform-series#c", "clear", 1),
            an_override("override#event#b", "record", 1),
        ];
        let read = read(&rows).expect("readable");
        let expected = Override {
            choice: OverrideChoice::Skip,
            revision: OverrideRevision(2),
            by: Actor::parse("lead@acme.example").ok(),
            at: at("09:00"),
        };
        assert_eq!(read.by_scope[&series("a")], expected);
        let scopes = [
            (
                OverrideScope::Event(PlatformEventId::parse("b").expect("an id")),
                OverrideChoice::Record,
            ),
            (
                OverrideScope::PlatformSeries(SeriesId::parse("c").expect("an id")),
                OverrideChoice::Clear,
            ),
        ];
        for (scope, choice) in scopes {
            assert_eq!(read.by_scope[&scope].choice, choice);
        }
        assert_eq!(read.pause.map(|pause| pause.until), Some(at("12:00")));
        assert_eq!(read.revision, OverrideRevision(3));
    }

    #[test]
    fn an_override_that_was_set_after_the_head_was_read_is_not_counted() {
        let rows = [head(4), an_override("override#series#a", "skip", 5)];
        let read = read(&rows).expect("readable");
        assert_eq!(read.revision, OverrideRevision(4));
        assert_eq!(read.by_scope[&series("a")].revision, OverrideRevision(5));
    }

    #[test]
    fn a_lost_head_is_rebuilt_from_the_latest_override() {
        let rows = [
            an_override("override#series#a", "skip", 5),
            an_override("override#event#b", "record", 7),
        ];
        let read = read(&rows).expect("readable");
        assert_eq!(read.revision, OverrideRevision(7));
    }

    #[test_case("override#mood"; "of another kind")]
    #[test_case("override#platform-event#a"; "of a later scope")]
    #[test_case("override-series"; "of another shape")]
    fn an_override_of_a_later_build_is_not_ignored(sort: &str) {
        let problem = read(&[an_override(sort, "skip", 1)]);
        assert_eq!(problem, Err(Unreadable::UnknownVersion));
    }
}
