//! A described meeting, as Google and as Outlook would send it.

use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarMetadata, CalendarStatus, Email, EventId, Facts,
    IcalUid, Meeting, Platform, Timestamp,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The owner of the calendar.
pub(crate) const OWNER: &str = "sales@acme.example";
/// When recipes are evaluated: before every meeting.
pub(crate) const NOW: &str = "2026-03-01T00:00:00Z";

/// An attendee besides the owner.
#[derive(Clone)]
pub(crate) struct Invited {
    pub(crate) address: &'static str,
    /// `accepted`, `tentative`, `declined` or `pending`.
    pub(crate) answer: &'static str,
    pub(crate) is_optional: bool,
    pub(crate) is_room: bool,
}

/// A meeting in the calendar of [`OWNER`].
#[derive(Clone)]
pub(crate) struct Described {
    pub(crate) title: &'static str,
    pub(crate) organizer: &'static str,
    pub(crate) own_response: &'static str,
    pub(crate) invited: Vec<Invited>,
    /// In the time zone of Berlin.
    pub(crate) starts: &'static str,
    pub(crate) minutes: i64,
    pub(crate) lead_minutes: i64,
    pub(crate) is_all_day: bool,
    pub(crate) is_private: bool,
    pub(crate) is_hidden: bool,
    pub(crate) series: Option<&'static str>,
    /// `busy`, `free`, `out_of_office` or `focus`, which Outlook shows as free.
    pub(crate) shows: &'static str,
    pub(crate) meets_on: Option<&'static str>,
    /// `plan` in the calendar's metadata, which is not known if there is none.
    pub(crate) plan: Option<&'static str>,
}

impl Described {
    /// An hour with a buyer on a Friday, organized by a colleague, accepted by all.
    pub(crate) fn usual() -> Self {
        Self {
            title: "Kick-off",
            organizer: "lead@acme.example",
            own_response: "accepted",
            invited: vec![invited("buyer@globex.example")],
            starts: "2026-03-06T11:00:00",
            minutes: 60,
            lead_minutes: 24 * 60,
            is_all_day: false,
            is_private: false,
            is_hidden: false,
            series: None,
            shows: "busy",
            meets_on: Some("zoom"),
            plan: None,
        }
    }

    /// Invites these besides the owner.
    pub(crate) fn with(&mut self, addresses: &[&'static str]) {
        self.invited = addresses.iter().copied().map(invited).collect();
    }

    /// The metadata of the owner's calendar.
    pub(crate) fn metadata(&self) -> CalendarMetadata {
        let plan =
            |plan: &str| CalendarMetadata::shown([("plan".to_owned(), Some(plan.to_owned()))]);
        self.plan.map(plan).unwrap_or_default()
    }

    /// Makes the owner the organizer.
    pub(crate) fn is_hosted(&mut self) {
        self.organizer = OWNER;
    }

    pub(crate) fn event(&self, platform: Platform) -> CalendarEvent {
        let starts_at = self.starts_at();
        let raw = match platform {
            Platform::Google => self.google(),
            Platform::Outlook => self.outlook(),
        };
        CalendarEvent {
            id: EventId::parse("event-1").unwrap(),
            calendar_id: CalendarId::parse("calendar-1").unwrap(),
            ical_uid: IcalUid::parse("meeting-1@acme.example").unwrap(),
            platform,
            platform_id: None,
            starts_at,
            ends_at: starts_at + minutes(self.minutes),
            created_at: Some(starts_at - minutes(self.lead_minutes)),
            updated_at: starts_at - minutes(self.lead_minutes),
            is_deleted: false,
            has_unreadable_link: false,
            meeting: self.meets_on.map(|name| Meeting {
                url: format!("https://{name}.example/1"),
            }),
            meeting_platform: self.meets_on.map(str::to_owned),
            has_unreadable_bots: false,
            bots: Vec::new(),
            facts: Facts::from_payload(platform, &raw),
        }
    }

    fn starts_at(&self) -> Timestamp {
        let local: DateTime = self.starts.parse().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        berlin.to_timestamp(local).unwrap()
    }

    fn google(&self) -> Value {
        let is_hosted = self.organizer == OWNER;
        let owner = json!({"email": OWNER, "self": true, "organizer": is_hosted, "responseStatus": google_answer(self.own_response)});
        let others = self.invited.iter().filter(|_| !self.is_hidden).map(|one| {
            json!({"email": one.address, "responseStatus": google_answer(one.answer), "optional": one.is_optional, "resource": one.is_room})
        });
        let attendees: Vec<Value> = std::iter::once(owner).chain(others).collect();
        let date = &self.starts[..10];
        let mut raw = json!({
            "summary": self.title,
            "status": "confirmed",
            "organizer": {"email": self.organizer},
            "attendees": attendees,
            "start": {"dateTime": format!("{}+01:00", self.starts), "timeZone": "Europe/Berlin"},
        });
        if is_hosted {
            raw["organizer"]["self"] = json!(true);
        }
        if self.is_hidden {
            raw["guestsCanSeeOtherGuests"] = json!(false);
        }
        if self.is_all_day {
            raw["start"] = json!({"date": date});
        }
        if self.is_private {
            raw["visibility"] = json!("private");
        }
        if let Some(series) = self.series {
            raw["recurringEventId"] = json!(series);
        }
        match self.shows {
            "free" => raw["transparency"] = json!("transparent"),
            "out_of_office" => raw["eventType"] = json!("outOfOffice"),
            "focus" => raw["eventType"] = json!("focusTime"),
            _ => {}
        }
        raw
    }

    fn outlook(&self) -> Value {
        let is_hosted = self.organizer == OWNER;
        let attendees = self.invited.iter().filter(|_| !self.is_hidden).map(|one| {
            let kind = match one {
                Invited { is_room: true, .. } => "resource",
                Invited { is_optional: true, .. } => "optional",
                _ => "required",
            };
            json!({"type": kind, "status": {"response": outlook_answer(one.answer)}, "emailAddress": {"address": one.address}})
        });
        let shows = match self.shows {
            "focus" => "free",
            "out_of_office" => "oof",
            shows => shows,
        };
        json!({
            "subject": self.title,
            "isCancelled": false,
            "isOrganizer": is_hosted,
            "responseStatus": {"response": if is_hosted { "organizer" } else { outlook_answer(self.own_response) }},
            "organizer": {"emailAddress": {"address": self.organizer}},
            "attendees": attendees.collect::<Vec<_>>(),
            "hideAttendees": self.is_hidden,
            "start": {"dateTime": self.starts_at().to_string(), "timeZone": "UTC"},
            "originalStartTimeZone": "W. Europe Standard Time",
            "isAllDay": self.is_all_day,
            "sensitivity": if self.is_private { "private" } else { "normal" },
            "seriesMasterId": self.series,
            "type": if self.series.is_some() { "occurrence" } else { "singleInstance" },
            "showAs": shows,
        })
    }
}

pub(crate) fn invited(address: &'static str) -> Invited {
    Invited {
        address,
        answer: "accepted",
        is_optional: false,
        is_room: false,
    }
}

pub(crate) fn calendar(platform: Platform) -> Calendar {
    Calendar {
        id: CalendarId::parse("calendar-1").unwrap(),
        platform,
        status: CalendarStatus::Connected,
        email: Email::parse(OWNER).ok(),
        disconnect_reason: None,
        metadata: CalendarMetadata::default(),
        created_at: None,
        updated_at: NOW.parse().unwrap(),
    }
}

fn minutes(number: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_mins(number)
}

fn google_answer(answer: &str) -> &str {
    if answer == "pending" {
        "needsAction"
    } else {
        answer
    }
}

fn outlook_answer(answer: &str) -> &str {
    match answer {
        "pending" => "notResponded",
        "tentative" => "tentativelyAccepted",
        answer => answer,
    }
}
