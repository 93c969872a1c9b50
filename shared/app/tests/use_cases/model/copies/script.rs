//! The versions of the copies, and what they should end as.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    Calendar, CalendarEvent, ConfigDigest, Decision, DecisionInputs, DeduplicationKey, Evaluation,
    OverrideRevision, Overrides, Plan, Policy, ResponseStatus, Timestamp, Verdict, decide, plan,
    revise_copies,
};
use callsheet_testkit::{
    With as _, a_calendar, a_decision, a_policy_document, an_email, an_event, at, id, policy_of,
};
use jiff::SignedDuration;

/// The copy in the organizer's calendar.
pub(super) const ORGANIZERS: usize = 1;

/// What a version of a copy says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Version {
    /// Its owner takes part, and this is its title.
    Wants(&'static str),
    /// The same, and its owner is the organizer now.
    Hosts(&'static str),
    /// The same at another start: of another bot.
    Moved(&'static str),
    /// Its owner declined.
    Declined,
    /// The event is deleted.
    Deleted,
}

/// A version of a copy, decided.
pub(super) struct Decided {
    pub(super) copy: usize,
    event: CalendarEvent,
    verdict: Verdict,
    plan: Plan,
}

/// The bots at Recall: the copies that have each, and its configuration.
pub(super) type Bots = BTreeMap<DeduplicationKey, (BTreeSet<usize>, ConfigDigest)>;

/// The versions that each sync writes, in order.
pub(super) struct Script {
    pub(super) syncs: Vec<Vec<Decided>>,
    pub(super) copies: usize,
    /// How many crashes there may be.
    pub(super) crashes: u32,
    /// Whether owner checks are made.
    pub(super) checks_owners: bool,
    /// Whether they wait until the index shows what was written before.
    pub(super) waits_for_index: bool,
}

impl Script {
    pub(super) fn new(syncs: &[&[(usize, Version)]], crashes: u32) -> Self {
        let document = a_policy_document().with(|document| {
            let name = ("bot_name".to_owned(), "{{ title }}".into());
            document.bot.extend([name]);
        });
        let policy = policy_of(&document);
        let mut number = 0;
        let mut decided = |versions: &&[(usize, Version)]| {
            let mut decided_next = |(copy, version): &(usize, Version)| {
                number += 1;
                decided(*copy, number, *version, &policy)
            };
            versions.iter().map(&mut decided_next).collect()
        };
        let copies = syncs.iter().flat_map(|versions| versions.iter());
        Self {
            copies: copies.map(|(copy, _)| copy + 1).max().unwrap_or_default(),
            syncs: syncs.iter().map(&mut decided).collect(),
            crashes,
            checks_owners: true,
            waits_for_index: true,
        }
    }

    /// The last version of each copy.
    fn last(&self) -> BTreeMap<usize, &Decided> {
        let versions = self.syncs.iter().flatten();
        versions.map(|version| (version.copy, version)).collect()
    }

    /// The bots that the last versions want, each with the configuration of its owner.
    pub(super) fn expected(&self) -> Bots {
        let mut expected = Bots::new();
        let mut last: Vec<_> = self.last().into_values().collect();
        last.sort_by_key(|version| match &version.plan {
            Plan::Bot { offer, .. } => (!offer.is_organizers, version.copy),
            Plan::Nothing => (true, version.copy),
        });
        for version in last {
            if let Plan::Bot {
                deduplication_key,
                offer,
                ..
            } = &version.plan
            {
                let bot = expected
                    .entry(deduplication_key.clone())
                    .or_insert_with(|| (BTreeSet::new(), offer.config.digest().clone()));
                bot.0.insert(version.copy);
            }
        }
        expected
    }
}

impl Decided {
    pub(super) fn evaluation(&self) -> Evaluation<'_> {
        Evaluation {
            verdict: self.verdict.clone(),
            plan: self.plan.clone(),
            inputs: DecisionInputs {
                event: self.event.updated_at,
                ..a_decision().inputs
            },
            overrides_read: OverrideRevision(0),
            overridden_at: None,
            event: &self.event,
        }
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.event.is_deleted
    }

    /// The row that a sync writes if it has loaded `stored`.
    pub(super) fn sync(&self, stored: &[Decision], now: Timestamp) -> Option<Decision> {
        let writes = revise_copies(stored, &[self.evaluation()], now).writes;
        assert!(writes.len() <= 1, "a sync writes no row but its own");
        writes.into_iter().next()
    }
}

fn decided(copy: usize, number: i64, version: Version, policy: &Policy) -> Decided {
    let event = an_event().with(|event| {
        event.id = id(format!("event-{copy}"));
        // Two of three share an ical_uid.
        event.ical_uid = id(format!("meeting-{}", copy / 2));
        event.updated_at += SignedDuration::from_secs(number);
        let organizer = match version {
            Version::Hosts(_) => copy,
            _ => ORGANIZERS,
        };
        event.facts.organizer = Some(an_email(&format!("owner-{organizer}@acme.example")));
        event.facts.own_response = Some(match version {
            Version::Declined => ResponseStatus::Declined,
            _ => ResponseStatus::Accepted,
        });
        event.is_deleted = matches!(version, Version::Deleted);
        if let Version::Moved(_) = version {
            event.starts_at += SignedDuration::from_mins(5);
        }
        if let Version::Wants(title) | Version::Hosts(title) | Version::Moved(title) = version {
            event.facts.title = Some(title.to_owned());
        }
    });
    let calendar = calendar_of(copy);
    let verdict = decide(&event, &calendar, policy, &Overrides::default(), start());
    let plan = plan(&verdict, &event, &calendar, policy);
    Decided {
        copy,
        event,
        verdict,
        plan,
    }
}

fn calendar_of(copy: usize) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = id(format!("calendar-{copy}"));
        calendar.email = Some(an_email(&format!("owner-{copy}@acme.example")));
    })
}

/// When everything begins.
pub(super) fn start() -> Timestamp {
    at("09:30")
}
