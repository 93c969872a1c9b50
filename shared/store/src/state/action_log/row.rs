//! A row of the log of what people did.

use callsheet_domain::{
    Actor, CalendarId, DecisionKey, EventId, IcalUid, LoggedAction, LoggedActionKind,
    MeetingAction, MeetingWish, OverrideChoice, OverrideScope, PlatformEventId, SeriesId,
    Timestamp,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::attributes::Unreadable;
use crate::state::place::Place;
use crate::stored_text;

const EVENT: &str = "event";
const SERIES: &str = "series";
const PLATFORM_SERIES: &str = "platform-series";
const MEETING: &str = "meeting";
const CLEAR_ALL: &str = "clear-all";
const PAUSE: &str = "pause";
const DISCONNECT: &str = "disconnect";

/// An action.
#[derive(Serialize, Deserialize)]
pub(in crate::state) struct ActionRow {
    /// What was chosen (`record`, `skip`, `clear`, `clear-all`), `pause` or `disconnect`.
    action: String,
    number: u64,
    #[serde(with = "stored_text")]
    by: Actor,
    /// The signing key that vouched for the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    /// What a choice is for: `event`, `series`, `platform-series` or `meeting`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The name of that; of a meeting the `ical_uid` of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The calendars of the owner that had the event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    calendars: Vec<CalendarName>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    until: Option<Timestamp>,
    /// The calendar that was disconnected, or in which a choice for a meeting was made.
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    calendar_id: Option<CalendarId>,
    /// The event of the choice for a meeting.
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    event_id: Option<EventId>,
    /// The partition in which the override was logged before it was carried over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) carried_from: Option<String>,
    /// In seconds, as DynamoDB's time-to-live requires, of a choice for a meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct CalendarName(#[serde(with = "stored_text")] CalendarId);

impl ActionRow {
    pub(in crate::state) fn of(action: &LoggedAction) -> Self {
        let row = Self {
            action: String::new(),
            number: action.number,
            by: action.by.clone(),
            via: action.by.key().map(str::to_owned),
            at: action.at,
            scope: None,
            id: None,
            calendars: Vec::new(),
            until: None,
            calendar_id: None,
            event_id: None,
            carried_from: None,
            expires_at: None,
        };
        match &action.what {
            LoggedActionKind::Override {
                scope,
                choice,
                calendars,
            } => {
                let (kind, id) = scope_texts(scope);
                Self {
                    action: choice.as_str().to_owned(),
                    scope: Some(kind.to_owned()),
                    id: Some(id),
                    calendars: calendars.iter().cloned().map(CalendarName).collect(),
                    ..row
                }
            }
            LoggedActionKind::Pause { until } => Self {
                action: PAUSE.to_owned(),
                until: Some(*until),
                ..row
            },
            LoggedActionKind::Meeting(made) => Self {
                action: match made.choice {
                    MeetingWish::Own(choice) => choice.as_str().to_owned(),
                    MeetingWish::ClearAll => CLEAR_ALL.to_owned(),
                },
                scope: Some(MEETING.to_owned()),
                id: Some(made.event.ical_uid.to_string()),
                calendar_id: Some(made.calendar.clone()),
                event_id: Some(made.event.event_id.clone()),
                ..row
            },
            LoggedActionKind::Disconnection { calendar } => Self {
                action: DISCONNECT.to_owned(),
                calendar_id: Some(calendar.clone()),
                ..row
            },
        }
    }

    /// The row of an override that was logged in another partition before.
    pub(in crate::state) fn carried(action: &LoggedAction, from: &str) -> Self {
        Self {
            carried_from: Some(from.to_owned()),
            ..Self::of(action)
        }
    }

    /// The row, which is deleted after `at`.
    pub(in crate::state) fn kept_until(self, at: Timestamp) -> Self {
        Self {
            expires_at: Some(at.as_second()),
            ..self
        }
    }

    /// The place of the row in the log of a partition. `counted_in` is the partition in which its
    /// number counts, so that no other row of a list has the same place.
    pub(in crate::state) fn place(&self, partition: &str, counted_in: &str) -> Place {
        Place::action(partition, (self.at, self.number, counted_in))
    }

    pub(super) fn action(self) -> Result<LoggedAction, Unreadable> {
        let what = self.what()?;
        Ok(LoggedAction {
            number: self.number,
            at: self.at,
            by: self.by.signed_with(self.via),
            what,
        })
    }

    fn what(&self) -> Result<LoggedActionKind, Unreadable> {
        match self.action.as_str() {
            PAUSE => Ok(LoggedActionKind::Pause {
                until: self.until.ok_or_else(|| missing("until"))?,
            }),
            DISCONNECT => Ok(LoggedActionKind::Disconnection {
                calendar: self.calendar()?,
            }),
            choice => {
                let scope = self.scope.as_deref().ok_or_else(|| missing("scope"))?;
                let id = self.id.clone().ok_or_else(|| missing("id"))?;
                if scope == MEETING {
                    return self.of_meeting(choice, id);
                }
                let calendars = self.calendars.iter().map(|CalendarName(id)| id.clone());
                Ok(LoggedActionKind::Override {
                    scope: scope_of(scope, id)?,
                    choice: choice_of(choice)?,
                    calendars: calendars.collect(),
                })
            }
        }
    }

    fn of_meeting(&self, choice: &str, id: String) -> Result<LoggedActionKind, Unreadable> {
        let event_id = self.event_id.clone();
        Ok(LoggedActionKind::Meeting(MeetingAction {
            calendar: self.calendar()?,
            event: DecisionKey {
                ical_uid: IcalUid::parse(id).map_err(|_| malformed("id"))?,
                event_id: event_id.ok_or_else(|| missing("event_id"))?,
            },
            choice: match choice {
                CLEAR_ALL => MeetingWish::ClearAll,
                choice => MeetingWish::Own(choice_of(choice)?),
            },
        }))
    }

    fn calendar(&self) -> Result<CalendarId, Unreadable> {
        let calendar = self.calendar_id.clone();
        calendar.ok_or_else(|| missing("calendar_id"))
    }
}

fn missing(attribute: &str) -> Unreadable {
    Unreadable::Missing(attribute.to_owned())
}

fn malformed(attribute: &str) -> Unreadable {
    Unreadable::Malformed(attribute.to_owned())
}

/// An action that this build does not know is of a later one.
fn choice_of(action: &str) -> Result<OverrideChoice, Unreadable> {
    action.parse().map_err(|_| Unreadable::UnknownVersion)
}

fn scope_texts(scope: &OverrideScope) -> (&'static str, String) {
    match scope {
        OverrideScope::Event(id) => (EVENT, id.to_string()),
        OverrideScope::Series(ical_uid) => (SERIES, ical_uid.to_string()),
        OverrideScope::PlatformSeries(id) => (PLATFORM_SERIES, id.to_string()),
    }
}

fn scope_of(kind: &str, id: String) -> Result<OverrideScope, Unreadable> {
    let scope = match kind {
        EVENT => PlatformEventId::parse(id).map(OverrideScope::Event),
        SERIES => IcalUid::parse(id).map(OverrideScope::Series),
        PLATFORM_SERIES => SeriesId::parse(id).map(OverrideScope::PlatformSeries),
        _ => return Err(Unreadable::UnknownVersion),
    };
    scope.map_err(|_| malformed("id"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::attributes::{Attributes, read_row};
    use callsheet_testkit::at;
    use serde_json::{Value, json};
    use test_case::test_case;

    /// An entry in the log of a person, with these attributes.
    pub(in crate::state::action_log) fn a_row(change: &Value) -> Attributes {
        let mut row = json!({
            "v": 1, "partition": "person#digest", "number": 7, "by": "lead@acme.example",
            "at": at("09:00").as_microsecond(), "sort": "activity#0000000000000001-0000000007-a",
        });
        for (name, value) in change.as_object().expect("attributes") {
            row[name] = value.clone();
        }
        serde_dynamo::to_item(row).expect("a row")
    }

    fn read(change: &Value) -> Result<LoggedAction, Unreadable> {
        read_row::<ActionRow>(a_row(change)).and_then(ActionRow::action)
    }

    fn of_event(choice: OverrideChoice) -> LoggedActionKind {
        let id = PlatformEventId::parse("event-of-platform").expect("an id");
        LoggedActionKind::Override {
            scope: OverrideScope::Event(id),
            choice,
            calendars: vec![CalendarId::parse("calendar-sales").expect("an id")],
        }
    }

    /// Rows of version 1, written by hand. Every build that reads version 1 reads them.
    #[test_case(
        &json!({"action": "skip", "scope": "event", "id": "event-of-platform", "calendars": ["calendar-sales"]}),
        &of_event(OverrideChoice::Skip); "an override"
    )]
    #[test_case(
        &json!({"action": "pause", "until": at("12:00").as_microsecond()}),
        &LoggedActionKind::Pause { until: at("12:00") }; "a pause"
    )]
    #[test_case(
        &json!({"action": "disconnect", "calendar_id": "calendar-sales"}),
        &LoggedActionKind::Disconnection { calendar: callsheet_testkit::id("calendar-sales") }; "a disconnection"
    )]
    #[test_case(
        &json!({
            "action": "clear-all", "scope": "meeting", "id": "uid-1", "calendar_id": "calendar-sales",
            "event_id": "event-1",
        }),
        &LoggedActionKind::Meeting(MeetingAction {
            calendar: callsheet_testkit::id("calendar-sales"),
            event: DecisionKey {
                ical_uid: callsheet_testkit::id("uid-1"),
                event_id: callsheet_testkit::id("event-1"),
            },
            choice: MeetingWish::ClearAll,
        }); "choices for a meeting that were cleared"
    )]
    fn an_entry_as_written_by_hand_is_read(row: &Value, expected: &LoggedActionKind) {
        let read = read(row).expect("readable");
        assert_eq!(
            (&read.what, read.number, read.at),
            (expected, 7, at("09:00"))
        );
    }

    #[test_case(&json!({"action": "disconnect"}), "attribute calendar_id is missing"; "without its calendar")]
    #[test_case(&json!({"action": "skip", "id": "a"}), "attribute scope is missing"; "without its scope")]
    #[test_case(&json!({"action": "skip", "scope": "event", "id": ""}), "attribute id has an unexpected type or value"; "of no event")]
    fn an_entry_that_is_not_whole_is_named(row: &Value, expected: &str) {
        assert_eq!(read(row).expect_err("not whole").to_string(), expected);
    }

    #[test_case(&json!({"action": "postpone", "scope": "event", "id": "a"}); "of an action")]
    #[test_case(&json!({"action": "skip", "scope": "mood", "id": "a"}); "of a scope")]
    fn an_entry_of_a_later_build_is_no_other_one(row: &Value) {
        assert_eq!(read(row), Err(Unreadable::UnknownVersion));
    }

    #[test]
    fn places_sort_by_time_and_number() {
        let sort =
            |time: &str, number| Place::action("person#a", (at(time), number, "person#a")).sort;
        let sorted = [
            sort("09:00", 9),
            sort("09:00", 10),
            sort("09:00:00.000001", 1),
            sort("10:00", 1),
        ];
        assert!(sorted.is_sorted(), "{sorted:?}");
        let other = Place::action("person#a", (at("09:00"), 9, "calendar#b")).sort;
        assert_ne!(other, sorted[0], "another one counts to nine");
    }
}
