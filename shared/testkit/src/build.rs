//! Builders of one default meeting of one default calendar, at 10 o'clock.

use callsheet_app::ports::Activity;
use callsheet_domain::{
    Actor, Applied, AppliedBot, Attempts, Attendee, Attendees, BotConfig, BotLife, Calendar,
    CalendarEvent, CalendarMetadata, CalendarRecord, CalendarRevision, CalendarStatus, Decision,
    DecisionInputs, DecisionKey, Email, Fact, FactValue, FactValues, Facts, Generation, History,
    LinkDigest, Meeting, MeetingRevision, Offer, OverrideRevision, PastVerdicts, Platform,
    PlatformEventId, Policy, PolicyDocument, PolicyRevision, Reason, RuleName, TestedRules,
    Timestamp, Verdict, Version, Wanted, WantedBot,
};
use serde_json::json;

use crate::id;

/// The day of the default meeting: far ahead, so that no row of it expires.
const DAY: &str = "2090-03-06";

/// Changes a value in an expression: `an_event().with(|event| event.is_deleted = true)`.
pub trait With: Sized {
    /// The value after `change`.
    #[must_use]
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl With for Activity {}
impl With for AppliedBot {}
impl With for Calendar {}
impl With for CalendarEvent {}
impl With for CalendarRecord {}
impl With for Decision {}
impl With for Facts {}
impl With for PolicyDocument {}
impl With for WantedBot {}

/// An instant: `"10:00"` on the day of the default meeting, or RFC 3339.
///
/// # Panics
/// If the text is neither.
#[must_use]
pub fn at(text: &str) -> Timestamp {
    let instant = text.parse().or_else(|_| format!("{DAY}T{text}Z").parse());
    let instant = instant.or_else(|_| format!("{DAY}T{text}:00Z").parse());
    instant.expect("a time of day or an instant in RFC 3339")
}

/// An e-mail address.
///
/// # Panics
/// If the text is no e-mail address.
#[must_use]
pub fn an_email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

/// A person who sets overrides and pushes policies.
///
/// # Panics
/// Never: the name is short enough.
#[must_use]
pub fn an_actor() -> Actor {
    id("lead@acme.example")
}

/// A connected Google calendar of `sales@acme.example`.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn a_calendar() -> Calendar {
    Calendar {
        id: id("calendar-sales"),
        platform: Platform::Google,
        status: CalendarStatus::Connected,
        email: Some(an_email("sales@acme.example")),
        disconnect_reason: None,
        metadata: CalendarMetadata::default(),
        created_at: Some(at("08:00")),
        updated_at: at("08:00"),
    }
}

/// The record of [`a_calendar`] before its first sync.
#[must_use]
pub fn a_calendar_record() -> CalendarRecord {
    CalendarRecord::first(a_calendar(), a_calendar().updated_at)
}

/// A meeting of [`a_calendar`] with an attendee of another organisation, from
/// 10:00 to 11:00, created a day earlier, last changed at 09:00, without a bot.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn an_event() -> CalendarEvent {
    let attendee = |email| Attendee {
        email: an_email(email),
        response: callsheet_domain::ResponseStatus::Accepted,
        is_resource: false,
        is_optional: false,
        is_organizer: email == "sales@acme.example",
    };
    CalendarEvent {
        id: id("event-1"),
        calendar_id: a_calendar().id,
        ical_uid: id("meeting-1@acme.example"),
        platform: Platform::Google,
        platform_id: PlatformEventId::parse("platform-event-1").ok(),
        starts_at: at("10:00"),
        ends_at: at("11:00"),
        created_at: Some(at("2090-03-05T10:00:00Z")),
        updated_at: at("09:00"),
        is_deleted: false,
        meeting: Some(Meeting {
            url: "https://meet.example/abc-defg".to_owned(),
        }),
        has_unreadable_link: false,
        meeting_platform: Some("google_meet".to_owned()),
        bots: Vec::new(),
        has_unreadable_bots: false,
        facts: Facts {
            title: Some("Kick-off".to_owned()),
            organizer: Some(an_email("sales@acme.example")),
            attendees: Attendees {
                listed: vec![
                    attendee("sales@acme.example"),
                    attendee("buyer@globex.example"),
                ],
                ..Attendees::default()
            },
            ..Facts::default()
        },
    }
}

/// The configuration of a bot named "Notes".
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn a_bot_config() -> BotConfig {
    BotConfig::new(json!({"bot_name": "Notes"})).expect("a valid configuration")
}

/// The built-in policy document with [`a_bot_config`]: external meetings are
/// recorded, unless the calendar's owner declined.
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn a_policy_document() -> PolicyDocument {
    PolicyDocument {
        bot: a_bot_config().json().clone(),
        ..PolicyDocument::built_in()
    }
}

/// [`a_policy_document`], compiled.
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn a_policy() -> Policy {
    policy_of(&a_policy_document())
}

/// The policy that `document` compiles to.
///
/// # Panics
/// If it is not valid.
#[must_use]
pub fn policy_of(document: &PolicyDocument) -> Policy {
    Policy::compile(document).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The first decision on [`an_event`]: record, and due.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn a_decision() -> Decision {
    let event = an_event();
    let DecisionKey { ical_uid, event_id } = event.key();
    let meeting_url = "https://meet.example/abc-defg".to_owned();
    Decision {
        key: DecisionKey { ical_uid, event_id },
        calendar_id: event.calendar_id,
        platform_id: event.platform_id,
        series: event.facts.series,
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        title: event.facts.title,
        link: Some(LinkDigest::of(&meeting_url)),
        platform: Some("google_meet".to_owned()),
        verdict: Verdict::Record(Reason {
            rule: RuleName::named("external"),
            reason: "the rule \"external\" records it: a participant is from globex.example, \
                     outside of acme.example"
                .to_owned(),
            facts: FactValues::from([
                (Fact::External, FactValue::Flag(true)),
                (Fact::Internal, FactValue::Flag(false)),
                (Fact::ExternalDomains, domains(&["globex.example"])),
                (Fact::OwnDomain, FactValue::Text("acme.example".to_owned())),
            ]),
            has_failed: false,
            is_locked: false,
            tested: Some(TestedRules {
                policy: None,
                passed: 1,
                facts: FactValues::from([(
                    Fact::OwnResponse,
                    FactValue::Text("accepted".to_owned()),
                )]),
            }),
        }),
        inputs: DecisionInputs {
            event: event.updated_at,
            calendar: CalendarRevision(1),
            policy: PolicyRevision(1),
            overrides: OverrideRevision(0),
            meeting: MeetingRevision::default(),
        },
        wanted: Wanted::Bot(Box::new(WantedBot {
            deduplication_key: id(format!("{}-{meeting_url}", at("10:00"))),
            starts_at: event.starts_at,
            meeting_url,
            config: an_offer().config,
        })),
        offer: Some(an_offer()),
        applied: Applied::Nothing,
        had_bot: false,
        outcome: None,
        life: BotLife::default(),
        generation: Generation(1),
        attempts: Attempts::default(),
        history: History::default(),
        verdicts: PastVerdicts::default(),
        abandoned: None,
        owner_check: None,
        version: Version::NEW,
    }
}

/// The offer of [`an_event`]: [`a_bot_config`] with the ids of the meeting as metadata.
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn an_offer() -> Offer {
    let event = an_event();
    let config = a_bot_config()
        .with_metadata("event_id", event.id.as_str())
        .with_metadata("calendar_id", event.calendar_id.as_str())
        .with_metadata("ical_uid", event.ical_uid.as_str());
    Offer {
        config,
        is_organizers: true,
        is_refused: false,
    }
}

fn domains(names: &[&str]) -> FactValue {
    FactValue::Texts(names.iter().map(|name| (*name).to_owned()).collect())
}

/// The bot at Recall once `wanted` is applied.
///
/// # Panics
/// Never: its name is valid.
#[must_use]
pub fn an_applied_bot(wanted: &WantedBot) -> AppliedBot {
    AppliedBot {
        bot_id: Some(id("bot-1")),
        deduplication_key: wanted.deduplication_key.clone(),
        starts_at: wanted.starts_at,
        meeting_url: wanted.meeting_url.clone(),
        config: wanted.config.digest().clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{Evaluation, Overrides, PastVerdicts, decide, plan, revise_copies};

    #[test]
    fn the_default_decision_is_the_decision_on_the_default_event() {
        let (event, calendar, policy) = (an_event(), a_calendar(), a_policy());
        let decision = a_decision();
        let overrides = Overrides::default();
        let verdict = decide(&event, &calendar, &policy, &overrides, at("09:30"));
        let evaluated = Evaluation {
            plan: plan(&verdict, &event, &calendar, &policy),
            verdict,
            inputs: decision.inputs,
            overrides_read: overrides.revision,
            overridden_at: None,
            event: &event,
        };
        let revised = revise_copies(&[], &[evaluated], at("09:30"));
        // It was decided at no instant in particular.
        let written = revised.writes.into_iter();
        let written = written.map(|row| row.with(|row| row.verdicts = PastVerdicts::default()));
        assert_eq!(written.collect::<Vec<_>>(), [decision]);
    }

    #[test]
    fn instants_are_parsed_in_both_forms() {
        assert_eq!(at("10:00"), at("2090-03-06T10:00:00Z"));
        assert_eq!(at("10:00:30.5"), at("2090-03-06T10:00:30.5Z"));
    }
}
