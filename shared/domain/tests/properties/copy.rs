//! One copy of a meeting, its evaluation, and the versions of its inputs.

use callsheet_domain::{
    BotConfig, CalendarEvent, CalendarId, CalendarRevision, DecisionInputs, DeduplicationKey,
    Evaluation, EventId, Facts, IcalUid, Meeting, MeetingRevision, Offer, OverrideRevision, Plan,
    Platform, PolicyRevision, RuleName, Timestamp, Verdict,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::events::at;

const MEETING: &str = "https://meet.example/1";

pub(crate) fn now() -> Timestamp {
    at("2026-03-06T06:00:00Z")
}

pub(crate) fn config(name: u32) -> BotConfig {
    BotConfig::new(json!({"bot_name": format!("Notes {name}")})).unwrap()
}

/// A copy of the meeting, and the decision about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) is_organizers: bool,
    pub(crate) is_recorded: bool,
    pub(crate) is_deleted: bool,
    /// A meeting that was moved has another start, and so another key.
    pub(crate) hour: i64,
    pub(crate) config: u32,
}

/// The versions that it was decided from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Versions {
    pub(crate) event: i64,
    pub(crate) policy: u64,
    pub(crate) overrides: u64,
    pub(crate) overrides_read: u64,
}

impl Versions {
    pub(crate) fn version(event: i64) -> Self {
        Self {
            event,
            policy: 1,
            overrides: 0,
            overrides_read: 0,
        }
    }

    pub(crate) fn inputs(self) -> DecisionInputs {
        DecisionInputs {
            event: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.event),
            calendar: CalendarRevision(1),
            policy: PolicyRevision(self.policy),
            overrides: OverrideRevision(self.overrides),
            meeting: MeetingRevision::default(),
        }
    }
}

pub(crate) fn event(index: usize, copy: Copy, versions: Versions) -> CalendarEvent {
    let starts_at = at("2026-03-06T10:00:00Z") + SignedDuration::from_hours(copy.hour);
    CalendarEvent {
        id: EventId::parse(format!("event-{index}")).unwrap(),
        calendar_id: CalendarId::parse(format!("calendar-{index}")).unwrap(),
        ical_uid: IcalUid::parse("meeting-1").unwrap(),
        platform: Platform::Google,
        platform_id: None,
        starts_at,
        ends_at: starts_at + SignedDuration::from_hours(1),
        created_at: Some(Timestamp::UNIX_EPOCH),
        updated_at: versions.inputs().event,
        is_deleted: copy.is_deleted,
        has_unreadable_link: false,
        meeting: Some(Meeting {
            url: MEETING.to_owned(),
        }),
        meeting_platform: None,
        has_unreadable_bots: false,
        bots: Vec::new(),
        facts: Facts::default(),
    }
}

pub(crate) fn evaluation(event: &CalendarEvent, copy: Copy, versions: Versions) -> Evaluation<'_> {
    let rule = || RuleName::named("a-rule");
    let is_recorded = copy.is_recorded && !copy.is_deleted;
    let (verdict, plan) = if is_recorded {
        let plan = Plan::Bot {
            deduplication_key: key(copy.hour),
            starts_at: event.starts_at,
            meeting_url: MEETING.to_owned(),
            offer: Offer {
                config: config(copy.config),
                is_organizers: copy.is_organizers,
                is_refused: false,
            },
        };
        (Verdict::record(rule(), "it applies"), plan)
    } else {
        (Verdict::skip(rule(), "it applies"), Plan::Nothing)
    };
    Evaluation {
        event,
        verdict,
        plan,
        inputs: versions.inputs(),
        overrides_read: OverrideRevision(versions.overrides_read),
        overridden_at: None,
    }
}

pub(crate) fn key(hour: i64) -> DeduplicationKey {
    DeduplicationKey::parse(format!("{hour}-{MEETING}")).unwrap()
}
