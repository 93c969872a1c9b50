//! The versions of the copies, and what they should end as.

use callsheet_domain::{
    Calendar, CalendarEvent, ConfigDigest, Decision, DecisionInputs, Evaluation, OverrideRevision,
    Overrides, Plan, Policy, ResponseStatus, Timestamp, Verdict, decide, plan, revise_copies,
};
use callsheet_testkit::{
    With as _, a_calendar, a_decision, a_policy_document, an_email, an_event, at, id, policy_of,
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// The copy in the organizer's calendar.
pub(super) const ORGANIZERS: usize = 1;

/// A version of a copy: its title, or none if its owner declined.
pub(super) type Title = Option<&'static str>;

/// A version of a copy, decided.
pub(super) struct Version {
    pub(super) event: CalendarEvent,
    pub(super) verdict: Verdict,
    pub(super) plan: Plan,
}

/// The versions of each copy.
pub(super) struct Script {
    pub(super) copies: Vec<Vec<Version>>,
    /// How many crashes there may be.
    pub(super) crashes: u32,
    /// Whether a sync settles the meeting's copies after its writes.
    pub(super) settles: bool,
}

impl Script {
    pub(super) fn new(copies: &[&[Title]], crashes: u32) -> Self {
        let document = a_policy_document().with(|document| {
            let name = ("bot_name".to_owned(), "{{ title }}".into());
            document.bot.extend([name]);
        });
        let policy = policy_of(&document);
        let versions = |(copy, titles): (usize, &&[Title])| {
            let titles = titles.iter().enumerate();
            titles
                .map(|(version, title)| version_of(copy, version, *title, &policy))
                .collect()
        };
        Self {
            copies: copies.iter().enumerate().map(versions).collect(),
            crashes,
            settles: true,
        }
    }

    /// The rows that a sync of a version writes if it has loaded `stored`.
    pub(super) fn sync(&self, copy: usize, version: usize, stored: &[Decision]) -> Vec<Decision> {
        let version = &self.copies[copy][version];
        let evaluation = Evaluation {
            verdict: version.verdict.clone(),
            plan: version.plan.clone(),
            inputs: DecisionInputs {
                event: version.event.updated_at,
                ..a_decision().inputs
            },
            overrides_read: OverrideRevision(0),
            event: &version.event,
        };
        revise_copies(stored, &[evaluation], now()).writes
    }

    /// The copies whose last version wants the bot, and the configuration of their owner.
    pub(super) fn expected(&self) -> (BTreeSet<usize>, Option<ConfigDigest>) {
        let offer = |versions: &Vec<Version>| match &versions.last()?.plan {
            Plan::Bot { offer, .. } => Some(offer.config.digest().clone()),
            Plan::Nothing => None,
        };
        let offers: Vec<_> = self.copies.iter().map(offer).collect();
        let is_wanted = |copy: &usize| offers[*copy].is_some();
        let wanted: BTreeSet<_> = (0..offers.len()).filter(is_wanted).collect();
        let owner = wanted.get(&ORGANIZERS).or_else(|| wanted.first());
        let config = owner.and_then(|owner| offers[*owner].clone());
        (wanted, config)
    }
}

pub(super) fn version_of(copy: usize, version: usize, title: Title, policy: &Policy) -> Version {
    let event = an_event().with(|event| {
        event.id = id(format!("event-{copy}"));
        event.updated_at += SignedDuration::from_secs(i64::try_from(version).expect("few"));
        event.facts.organizer = Some(an_email("owner-1@acme.example"));
        event.facts.own_response = Some(match title {
            Some(_) => ResponseStatus::Accepted,
            None => ResponseStatus::Declined,
        });
        event.facts.title = title.map(ToOwned::to_owned);
    });
    let calendar = calendar_of(copy);
    let verdict = decide(&event, &calendar, policy, &Overrides::default(), now());
    let plan = plan(&verdict, &event, &calendar, policy);
    Version {
        event,
        verdict,
        plan,
    }
}

pub(super) fn calendar_of(copy: usize) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = id(format!("calendar-{copy}"));
        calendar.email = Some(an_email(&format!("owner-{copy}@acme.example")));
    })
}

pub(super) fn now() -> Timestamp {
    at("09:30")
}
