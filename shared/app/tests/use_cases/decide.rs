//! The rules, row by row.

use callsheet_domain::{
    Actor, Attendee, Calendar, CalendarEvent, CalendarStatus, DeduplicationScheme, DeniedDomains,
    DeniedDomainsDocument, Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides,
    Pause, PolicyDocument, ResponseStatus, RuleDocument, Then, Timestamp, When, decide,
};
use callsheet_testkit::{
    With as _, a_calendar, a_policy_document, an_actor, an_email, an_event, at, policy_of,
};
use test_case::test_case;

use crate::harness::skips_all;

/// Everything a decision is made from; a row changes what it is about.
struct Case {
    event: CalendarEvent,
    calendar: Calendar,
    policy: PolicyDocument,
    words: Overrides,
}

impl callsheet_testkit::With for Case {}

impl Case {
    fn say(&mut self, subject: OverrideScope, word: OverrideChoice) {
        self.words.revision = self.words.revision.next();
        let overrides = Override {
            choice: word,
            revision: self.words.revision,
            by: Some(an_actor()),
            at: at("08:00"),
        };
        self.words.by_scope.insert(subject, overrides);
    }

    fn on_event(&mut self, word: OverrideChoice) {
        let id = self
            .event
            .platform_id
            .clone()
            .expect("the usual one has one");
        self.say(OverrideScope::Event(id), word);
    }

    fn on_series(&mut self, word: OverrideChoice) {
        self.say(OverrideScope::Series(self.event.ical_uid.clone()), word);
    }

    fn on_platform_series(&mut self, word: OverrideChoice) {
        let series = callsheet_domain::SeriesId::parse("series-1").expect("an id");
        self.event.facts.series = Some(series.clone());
        self.say(OverrideScope::PlatformSeries(series), word);
    }

    fn on_meeting(&mut self, by: &str, word: OverrideChoice) {
        let event = (self.event.calendar_id.clone(), self.event.id.clone());
        let by = Actor::parse(by).expect("a name");
        let name = self.event.meeting_name();
        let meeting = self.words.meetings.entry(name).or_default();
        let next = meeting.with_choice(word, &by, at("08:00"), &event);
        *meeting = next.expect("few people").expect("another choice");
    }

    fn pause(&mut self, until: Timestamp) {
        self.words.pause = Some(Pause {
            until,
            revision: OverrideRevision(9),
            by: None,
            at: at("08:00"),
        });
    }

    fn deny(&mut self, domain: &str) {
        self.policy.denied_domains = vec![domain.to_owned()].into();
    }

    fn deny_locked(&mut self, domain: &str) {
        let domains = vec![domain.to_owned()];
        let locked = true;
        self.policy.denied_domains =
            DeniedDomains::Keyed(DeniedDomainsDocument { domains, locked });
    }

    /// Below the rules of the policy, of which one records the meeting.
    fn lock(&mut self, when: &str) {
        let rule = a_locked_rule("hold", when);
        self.policy.rules.push(rule);
    }

    fn lock_for_all(&mut self, when: &str) {
        let rule = a_locked_rule("hold-for-all", when);
        self.policy.rules_for_all.push(rule);
    }

    /// Each of them wants the meeting recorded.
    fn everyone_records(&mut self) {
        self.on_event(OverrideChoice::Record);
        self.on_series(OverrideChoice::Record);
        self.on_meeting("operator", OverrideChoice::Record);
    }
}

fn a_locked_rule(name: &str, when: &str) -> RuleDocument {
    RuleDocument {
        name: name.to_owned(),
        when: When::Expression(when.to_owned()),
        then: Then::Skip,
        locked: true,
    }
}

fn attendee(email: &str) -> Attendee {
    Attendee {
        email: an_email(email),
        response: ResponseStatus::Accepted,
        is_resource: false,
        is_optional: false,
        is_organizer: false,
    }
}

fn colleagues(case: &mut Case) {
    case.event.facts.attendees.listed = vec![attendee("sales@acme.example")];
}

#[test_case(|_| (), "record external"; "a meeting nothing is wrong with")]
#[test_case(|c| c.event.is_deleted = true, "skip deleted"; "removed")]
#[test_case(|c| c.calendar.status = CalendarStatus::Disconnected, "skip disconnected"; "the calendar is lost")]
#[test_case(|c| c.calendar.status = CalendarStatus::Deleted, "skip disconnected"; "the calendar is gone")]
#[test_case(|c| c.calendar.status = CalendarStatus::Connecting, "record external"; "the calendar is being connected")]
#[test_case(|c| c.event.facts.is_cancelled = true, "skip cancelled"; "called off")]
#[test_case(|c| c.event.ends_at = at("09:30"), "skip over"; "ends this instant")]
#[test_case(|c| c.event.ends_at = at("09:30:00.000001"), "record external"; "ends in a moment")]
#[test_case(|c| c.event.meeting = None, "skip no-meeting"; "no link")]
#[test_case(|c| { c.event.meeting = None; c.event.has_unreadable_link = true }, "skip no-meeting"; "a link that cannot be read")]
#[test_case(|c| c.calendar.status = CalendarStatus::parse("reauthorizing").expect("a status"), "record external"; "the calendar has a status that is not known")]
#[test_case(|c| { c.event.is_deleted = true; c.event.meeting = None; c.on_event(OverrideChoice::Record) }, "skip deleted"; "no override goes before an objection, and the most final one is named")]
#[test_case(|c| { c.event.meeting = None; c.on_event(OverrideChoice::Record) }, "skip no-meeting"; "an override gives no link")]
#[test_case(|c| c.on_event(OverrideChoice::Skip), "skip event-override"; "an override skips the event")]
#[test_case(|c| { colleagues(c); c.on_event(OverrideChoice::Record) }, "record event-override"; "an override records the event")]
#[test_case(|c| { c.on_event(OverrideChoice::Record); c.on_series(OverrideChoice::Skip) }, "record event-override"; "an override of the event goes before one of the series")]
#[test_case(|c| { c.on_event(OverrideChoice::Clear); c.on_series(OverrideChoice::Skip) }, "skip series-override"; "a cleared override of the event does not")]
#[test_case(|c| c.on_series(OverrideChoice::Skip), "skip series-override"; "an override skips the series")]
#[test_case(|c| { colleagues(c); c.on_series(OverrideChoice::Record) }, "record series-override"; "an override records the series")]
#[test_case(|c| c.on_series(OverrideChoice::Clear), "record external"; "a cleared override")]
#[test_case(|c| c.on_platform_series(OverrideChoice::Skip), "skip series-override"; "a series by the platform's name")]
#[test_case(|c| { c.on_series(OverrideChoice::Record); c.on_platform_series(OverrideChoice::Skip) }, "skip series-override"; "the later override under two names of a series")]
#[test_case(|c| { c.on_platform_series(OverrideChoice::Skip); c.on_series(OverrideChoice::Record) }, "record series-override"; "the later override, the other way round")]
#[test_case(|c| { c.event.facts.own_response = Some(ResponseStatus::Declined); c.on_series(OverrideChoice::Record) }, "record series-override"; "an override that records the series goes before a decline")]
#[test_case(|c| c.pause(at("09:31")), "skip paused"; "a paused calendar")]
#[test_case(|c| c.pause(at("09:30")), "record external"; "a pause that has ended")]
#[test_case(|c| { c.pause(at("12:00")); c.on_series(OverrideChoice::Record) }, "record series-override"; "an override that records the series goes before a pause")]
#[test_case(|c| { c.pause(at("12:00")); c.event.meeting = None }, "skip no-meeting"; "an objection goes before a pause")]
#[test_case(|c| c.deny("globex.example"), "skip denied-domain"; "an attendee of a denied domain")]
#[test_case(|c| c.deny("example"), "skip denied-domain"; "a part of a denied domain")]
#[test_case(|c| c.deny("lobex.example"), "record external"; "a domain that only ends alike")]
#[test_case(|c| { c.deny("globex.example"); c.on_series(OverrideChoice::Record) }, "skip denied-domain"; "a denied domain goes before an override that records the series")]
#[test_case(|c| { c.deny("globex.example"); c.on_event(OverrideChoice::Record) }, "record event-override"; "an override that records the event goes before a denied domain")]
#[test_case(|c| c.on_meeting("guest", OverrideChoice::Skip), "skip meeting-override"; "a person does not want the meeting recorded")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.on_event(OverrideChoice::Record) }, "skip meeting-override"; "which goes before an override that records the event")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.on_series(OverrideChoice::Record) }, "skip meeting-override"; "and before one that records the series")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.on_meeting("operator", OverrideChoice::Record) }, "skip meeting-override"; "and before an operator who records the meeting")]
#[test_case(|c| { c.on_meeting("operator", OverrideChoice::Record); c.on_meeting("guest", OverrideChoice::Skip) }, "skip meeting-override"; "whoever comes first")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.on_meeting("another", OverrideChoice::Skip); c.on_meeting("guest", OverrideChoice::Clear) }, "skip meeting-override"; "one yes does not clear the no of another person")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.on_meeting("guest", OverrideChoice::Clear) }, "record external"; "a no that was taken back")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.event.is_deleted = true }, "skip deleted"; "an objection goes before a no to the meeting")]
#[test_case(|c| { c.on_meeting("guest", OverrideChoice::Skip); c.deny("globex.example") }, "skip meeting-override"; "a no to the meeting goes before a denied domain")]
#[test_case(|c| { colleagues(c); c.on_meeting("operator", OverrideChoice::Record) }, "record meeting-override"; "an operator records the meeting")]
#[test_case(|c| { c.on_meeting("operator", OverrideChoice::Record); c.on_event(OverrideChoice::Skip) }, "skip event-override"; "an override that skips the event goes before that")]
#[test_case(|c| { c.on_meeting("operator", OverrideChoice::Record); c.on_series(OverrideChoice::Skip) }, "record meeting-override"; "it goes before one that skips the series")]
#[test_case(|c| { c.on_meeting("operator", OverrideChoice::Record); c.pause(at("12:00")) }, "record meeting-override"; "and before a pause")]
#[test_case(|c| { c.on_meeting("operator", OverrideChoice::Record); c.deny("globex.example") }, "record meeting-override"; "and before a denied domain")]
#[test_case(|c| { c.on_meeting("operator", OverrideChoice::Record); c.event.meeting = None }, "skip no-meeting"; "but gives no link")]
#[test_case(|c| c.lock("external"), "skip hold"; "a locked rule below one that records")]
#[test_case(|c| c.lock("!external"), "record external"; "a locked rule that does not apply is passed")]
#[test_case(|c| { c.lock("external"); c.everyone_records() }, "skip hold"; "a locked rule goes before every override that records")]
#[test_case(|c| { c.lock("external"); c.on_meeting("guest", OverrideChoice::Skip); c.on_event(OverrideChoice::Skip) }, "skip hold"; "and before those that skip")]
#[test_case(|c| { c.lock("external"); c.pause(at("12:00")) }, "skip hold"; "and before a pause")]
#[test_case(|c| { c.lock("external"); c.event.meeting = None }, "skip no-meeting"; "an objection goes before a locked rule")]
#[test_case(|c| { c.lock("external"); c.lock_for_all("external") }, "skip hold-for-all"; "of locked rules those for all calendars go first")]
#[test_case(|c| { c.lock("external"); c.deny("globex.example") }, "skip hold"; "a locked rule goes before denied domains that are not locked")]
#[test_case(|c| { c.lock_for_all("external"); c.deny_locked("globex.example") }, "skip denied-domain"; "denied domains that are locked go before locked rules")]
#[test_case(|c| { c.deny_locked("globex.example"); c.everyone_records() }, "skip denied-domain"; "locked denied domains go before every override that records")]
#[test_case(|c| { c.deny_locked("globex.example"); c.on_meeting("guest", OverrideChoice::Skip) }, "skip denied-domain"; "and before a no to the meeting")]
#[test_case(|c| { c.deny_locked("initech.example"); c.on_event(OverrideChoice::Record) }, "record event-override"; "locked denied domains of nobody are passed")]
#[test_case(|c| { colleagues(c); c.event.facts.attendees.is_incomplete = true; c.deny_locked("globex.example"); c.everyone_records() }, "skip denied-domain"; "somebody of them may be hidden, which no override overrules")]
#[test_case(|c| { c.event.facts.organizer = None; c.event.facts.is_hosted = None; c.lock("organizer_domain == 'globex.example'"); c.everyone_records() }, "skip hold"; "an expression of a locked rule that fails skips, whatever people say")]
#[test_case(|c| c.event.facts.own_response = Some(ResponseStatus::Declined), "skip declined"; "the owner declined")]
#[test_case(|c| c.event.facts.attendees.listed[0].response = ResponseStatus::Declined, "skip declined"; "the owner declined, known by the address")]
#[test_case(|c| c.event.facts.own_response = Some(ResponseStatus::Tentative), "record external"; "the owner may come")]
#[test_case(colleagues, "skip default"; "among colleagues")]
#[test_case(|c| { colleagues(c); c.event.facts.is_hosted = Some(false); c.event.facts.organizer = Some(an_email("buyer@globex.example")) }, "record external"; "an organizer from outside")]
#[test_case(|c| { colleagues(c); c.event.facts.attendees.listed.push(attendee("sales@emea.acme.example")) }, "skip default"; "a part of the own domain")]
#[test_case(|c| { colleagues(c); c.event.facts.attendees.listed.push(Attendee { is_resource: true, ..attendee("room@resource.example") }) }, "skip default"; "a room is no participant")]
#[test_case(|c| { colleagues(c); c.event.facts.attendees.is_incomplete = true }, "skip default"; "no outside attendee is listed, but the list is incomplete")]
#[test_case(|c| c.calendar.email = None, "skip declined"; "whose calendar it is, is not known yet, so they may have declined")]
#[test_case(|c| { c.calendar.email = None; c.event.facts.own_response = Some(ResponseStatus::Accepted) }, "skip default"; "and neither is who is outside")]
#[test_case(|c| { c.calendar.email = None; c.policy.deduplication = DeduplicationScheme::Domain }, "skip unknown-owner"; "and bots are told apart by it")]
#[test_case(|c| skips_all(&mut c.policy), "skip default"; "a policy that records nothing")]
#[test_case(|c| { skips_all(&mut c.policy); c.on_series(OverrideChoice::Record) }, "record series-override"; "but what was marked")]
fn decides(change: impl FnOnce(&mut Case), expected: &str) {
    let case = Case {
        event: an_event(),
        calendar: a_calendar(),
        policy: a_policy_document(),
        words: Overrides::default(),
    }
    .with(change);
    let policy = policy_of(&case.policy);
    let verdict = decide(
        &case.event,
        &case.calendar,
        &policy,
        &case.words,
        at("09:30"),
    );
    let (outcome, reason) = (verdict.as_str(), verdict.reason());
    assert_eq!(format!("{outcome} {}", reason.rule), expected);
    assert!(!reason.reason.is_empty());
}
