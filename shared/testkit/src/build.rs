//! Builders: one usual meeting of one usual calendar, at 10 o'clock.

use callsheet_domain::{
    Actor, Applied, AppliedBot, Attempts, Attendee, Attendees, BotConfig, BotId, Calendar,
    CalendarEvent, CalendarId, CalendarRecord, CalendarRevision, CalendarStatus, Decision,
    DecisionInputs, DecisionKey, DeduplicationKey, Email, EventId, Fact, FactValue, FactValues,
    Facts, Generation, History, IcalUid, Meeting, Offer, OverrideRevision, Platform,
    PlatformEventId, Policy, PolicyDocument, PolicyRevision, Reason, RuleName, Timestamp, Verdict,
    Version, Wanted, WantedBot,
};
use serde_json::json;

/// The day of the usual meeting: one that no table's time-to-live has come to.
const DAY: &str = "2090-03-06";

/// Changes a value on its way: `an_event().but(|event| event.is_deleted = true)`.
pub trait But: Sized {
    /// The value after `change`.
    #[must_use]
    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl But for AppliedBot {}
impl But for Calendar {}
impl But for CalendarEvent {}
impl But for CalendarRecord {}
impl But for Decision {}
impl But for Facts {}
impl But for PolicyDocument {}
impl But for WantedBot {}

/// An instant: `"10:00"` on the day of the usual meeting, or RFC 3339.
///
/// # Panics
/// If the text is neither.
#[must_use]
pub fn at(text: &str) -> Timestamp {
    let instant = text.parse().or_else(|_| format!("{DAY}T{text}Z").parse());
    let instant = instant.or_else(|_| format!("{DAY}T{text}:00Z").parse());
    instant.expect("a time of day or an instant in RFC 3339")
}

/// An address.
///
/// # Panics
/// If the text is none.
#[must_use]
pub fn an_email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

/// Somebody who says something.
///
/// # Panics
/// Never: the name is short enough.
#[must_use]
pub fn a_speaker() -> Actor {
    Actor::parse("lead@acme.example").expect("a name")
}

/// A connected Google calendar of `sales@acme.example`.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn a_calendar() -> Calendar {
    Calendar {
        id: CalendarId::parse("calendar-sales").expect("an id"),
        platform: Platform::Google,
        status: CalendarStatus::Connected,
        email: Some(an_email("sales@acme.example")),
        updated_at: at("08:00"),
    }
}

/// What is remembered of [`a_calendar`] before the first look at it.
#[must_use]
pub fn a_calendar_record() -> CalendarRecord {
    CalendarRecord::first(a_calendar())
}

/// A meeting of [`a_calendar`] with somebody of another organisation, from
/// 10:00 to 11:00, created a day earlier, changed last at 09:00, without a bot.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn an_event() -> CalendarEvent {
    let invited = |email| Attendee {
        email: an_email(email),
        response: callsheet_domain::ResponseStatus::Accepted,
        is_resource: false,
        is_optional: false,
        is_organizer: email == "sales@acme.example",
    };
    CalendarEvent {
        id: EventId::parse("event-1").expect("an id"),
        calendar_id: a_calendar().id,
        ical_uid: IcalUid::parse("meeting-1@acme.example").expect("an ical_uid"),
        platform: Platform::Google,
        platform_id: PlatformEventId::parse("platform-event-1").ok(),
        starts_at: at("10:00"),
        ends_at: at("11:00"),
        created_at: at("2090-03-05T10:00:00Z"),
        updated_at: at("09:00"),
        is_deleted: false,
        meeting: Some(Meeting {
            url: "https://meet.example/abc-defg".to_owned(),
        }),
        meeting_platform: Some("google_meet".to_owned()),
        bots: Vec::new(),
        facts: Facts {
            title: Some("Kick-off".to_owned()),
            organizer: Some(an_email("sales@acme.example")),
            attendees: Attendees {
                listed: vec![
                    invited("sales@acme.example"),
                    invited("buyer@globex.example"),
                ],
                is_incomplete: false,
            },
            ..Facts::default()
        },
    }
}

/// A bot called "Notes".
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn a_bot_config() -> BotConfig {
    BotConfig::new(json!({"bot_name": "Notes"})).expect("a valid configuration")
}

/// What is written down when external meetings are recorded by [`a_bot_config`],
/// unless the calendar's owner declined.
///
/// # Panics
/// Never: it is in the format.
#[must_use]
pub fn a_policy_document() -> PolicyDocument {
    PolicyDocument {
        bot: a_bot_config().json().clone(),
        ..PolicyDocument::built_in()
    }
}

/// The same, ready to be judged by.
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn a_policy() -> Policy {
    policy_of(&a_policy_document())
}

/// What `document` says, ready to be judged by.
///
/// # Panics
/// If it is not valid.
#[must_use]
pub fn policy_of(document: &PolicyDocument) -> Policy {
    Policy::compile(document).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The first decision on [`an_event`]: to be recorded, and due.
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
        }),
        inputs: DecisionInputs {
            event: event.updated_at,
            calendar: CalendarRevision(1),
            policy: PolicyRevision(1),
            overrides: OverrideRevision(0),
        },
        wanted: Wanted::Bot(Box::new(WantedBot {
            deduplication_key: DeduplicationKey::parse(format!("{}-{meeting_url}", at("10:00")))
                .expect("a key"),
            starts_at: event.starts_at,
            meeting_url,
            config: an_offer().config,
        })),
        offer: Some(an_offer()),
        applied: Applied::Nothing,
        generation: Generation(1),
        attempts: Attempts::default(),
        history: History::default(),
        abandoned: None,
        version: Version::NEW,
    }
}

/// What [`an_event`] brings to its bot: [`a_bot_config`] with the names of the meeting.
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
    }
}

fn domains(names: &[&str]) -> FactValue {
    FactValue::Texts(names.iter().map(|name| (*name).to_owned()).collect())
}

/// The bot that was wanted, as Recall then holds it.
///
/// # Panics
/// Never: its name is valid.
#[must_use]
pub fn an_applied_bot(wanted: &WantedBot) -> AppliedBot {
    AppliedBot {
        bot_id: Some(BotId::parse("bot-1").expect("an id")),
        deduplication_key: wanted.deduplication_key.clone(),
        starts_at: wanted.starts_at,
        meeting_url: wanted.meeting_url.clone(),
        config: wanted.config.digest().clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{Evaluation, Overrides, decide, plan, revise_copies};

    #[test]
    fn the_usual_decision_is_what_is_decided_about_the_usual_event() {
        let (event, calendar, policy) = (an_event(), a_calendar(), a_policy());
        let decision = a_decision();
        let words = Overrides::default();
        let verdict = decide(&event, &calendar, &policy, &words, at("09:30"));
        let evaluated = Evaluation {
            plan: plan(&verdict, &event, &calendar, &policy),
            verdict,
            inputs: decision.inputs,
            overrides_read: words.revision,
            event: &event,
        };
        let revised = revise_copies(&[], &[evaluated], at("09:30"));
        assert_eq!(revised.writes, [decision]);
    }

    #[test]
    fn instants_are_read_in_either_shape() {
        assert_eq!(at("10:00"), at("2090-03-06T10:00:00Z"));
        assert_eq!(at("10:00:30.5"), at("2090-03-06T10:00:30.5Z"));
    }
}
