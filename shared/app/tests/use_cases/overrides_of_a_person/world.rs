//! Connections come and go, series are split, addresses change: what a person said holds.
//!
//! The model keeps what each person said last about each event and series. After any
//! changes each event of each connection is decided by that.

use std::collections::BTreeMap;

use callsheet_app::Handled;
use callsheet_app::ports::OverrideStore as _;
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, Email, OverrideChoice, OverrideScope, ResponseStatus,
    SyncReason, Timestamp, plus,
};
use callsheet_testkit::{With as _, a_calendar, an_actor, an_email, an_event, at, id};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::harness::Harness;

const PERSONS: usize = 2;
const SERIES: usize = 2;
const OCCURRENCES: usize = 3;

/// Something that a person or a platform does.
#[derive(Debug, Clone)]
enum Change {
    /// A person says something about an occurrence, or about its series.
    Say {
        person: usize,
        occurrence: (usize, usize),
        choice: OverrideChoice,
        is_of_series: bool,
    },
    /// A person pauses for some minutes; a negative number ends the pause.
    Pause { person: usize, minutes: i64 },
    /// The mailbox is connected once more; the other connections may be deleted. Its
    /// address may be known later only.
    Connect {
        person: usize,
        deletes_others: bool,
        is_known_later: bool,
    },
    /// The addresses become known.
    BecomeKnown,
    /// The mailbox gets another address.
    Rename { person: usize },
    /// The person connects another mailbox, whose events mark the addresses before as the
    /// owner's own; the other connections may be deleted.
    ConnectAnother { person: usize, deletes_others: bool },
    /// The series is split before this occurrence.
    Split { occurrence: (usize, usize) },
}

fn change() -> impl Strategy<Value = Change> {
    let choice = prop::sample::select(vec![
        OverrideChoice::Record,
        OverrideChoice::Skip,
        OverrideChoice::Skip,
        OverrideChoice::Clear,
    ]);
    let occurrence = || (0..SERIES, 0..OCCURRENCES);
    prop_oneof![
        5 => (0..PERSONS, occurrence(), choice, any::<bool>()).prop_map(
            |(person, occurrence, choice, is_of_series)| Change::Say { person, occurrence, choice, is_of_series },
        ),
        1 => (0..PERSONS, prop::sample::select(vec![-1_i64, 5_000])).prop_map(|(person, minutes)| Change::Pause { person, minutes }),
        3 => (0..PERSONS, any::<bool>(), prop::bool::weighted(0.3)).prop_map(
            |(person, deletes_others, is_known_later)| Change::Connect { person, deletes_others, is_known_later },
        ),
        1 => Just(Change::BecomeKnown),
        1 => (0..PERSONS).prop_map(|person| Change::Rename { person }),
        2 => (0..PERSONS, any::<bool>()).prop_map(|(person, deletes_others)| Change::ConnectAnother { person, deletes_others }),
        2 => occurrence().prop_map(|occurrence| Change::Split { occurrence }),
    ]
}

/// What a person said last.
#[derive(Debug, Default)]
struct LastChoices {
    events: BTreeMap<(usize, usize), OverrideChoice>,
    series: BTreeMap<usize, OverrideChoice>,
    paused_until: Option<Timestamp>,
}

struct World {
    harness: Harness,
    /// The connections of each person that are not deleted, each with whether its address is
    /// shown.
    connections: [Vec<(CalendarId, bool)>; PERSONS],
    /// The addresses that each person has had; the last one is that of new connections.
    addresses: [Vec<String>; PERSONS],
    /// The number of addresses that the owner of a connection had when it was made or renamed.
    had: BTreeMap<CalendarId, usize>,
    said: [LastChoices; PERSONS],
    /// The last split of each series, before an occurrence.
    splits: [Option<usize>; SERIES],
    connected: usize,
}

impl World {
    async fn new() -> Self {
        let mut world = Self {
            harness: Harness::new(),
            connections: [Vec::new(), Vec::new()],
            addresses: [0, 1].map(|person| vec![format!("person-{person}@acme.example")]),
            had: BTreeMap::new(),
            said: [LastChoices::default(), LastChoices::default()],
            splits: [None; SERIES],
            connected: 0,
        };
        for person in 0..PERSONS {
            world.connect(person, true).await;
        }
        world
    }

    fn calendar(&self, person: usize, id: &CalendarId, is_shown: bool) -> Calendar {
        a_calendar().with(|calendar| {
            calendar.id = id.clone();
            let address = &self.addresses[person][self.had[id] - 1];
            calendar.email = is_shown.then(|| an_email(address));
            calendar.updated_at = self.harness.after(0);
        })
    }

    /// The latest addresses that a person had before that of a connection.
    fn marked(&self, calendar: &CalendarId) -> Vec<Email> {
        let of = |connections: &Vec<(CalendarId, bool)>| {
            connections.iter().any(|(other, _)| other == calendar)
        };
        let Some(person) = self.connections.iter().position(of) else {
            return Vec::new();
        };
        let before = &self.addresses[person][..self.had[calendar] - 1];
        before
            .iter()
            .rev()
            .take(3)
            .map(|address| an_email(address))
            .collect()
    }

    /// An occurrence as a connection shows it now.
    fn event(&self, calendar: &CalendarId, (series, day): (usize, usize)) -> CalendarEvent {
        let split = self.splits[series].filter(|split| day >= *split);
        let mark = split.map(|split| format!("_R2090030{}T100000", 6 + split));
        let name = format!("series{series}{}", mark.unwrap_or_default());
        an_event().with(|event| {
            event.id = id(format!("{calendar}-{series}-{day}"));
            event.calendar_id = calendar.clone();
            event.platform_id = Some(id(format!("series{series}_2090030{}T100000Z", 6 + day)));
            event.ical_uid = id(format!("{name}@google.com"));
            event.facts.series = Some(id(&name));
            event.facts.is_recurring = true;
            event.facts.own_response = Some(ResponseStatus::Accepted);
            event.facts.own_addresses = self.marked(calendar);
            let days = SignedDuration::from_hours(24 * i64::try_from(day).expect("few"));
            event.starts_at = plus(at("17:00"), days);
            event.ends_at = plus(at("18:00"), days);
            event.updated_at = self.harness.after(0);
        })
    }

    fn occurrences() -> impl Iterator<Item = (usize, usize)> {
        (0..SERIES).flat_map(|series| (0..OCCURRENCES).map(move |day| (series, day)))
    }

    async fn connect(&mut self, person: usize, is_shown: bool) {
        self.connected += 1;
        let calendar: CalendarId = id(format!("calendar-{}", self.connected));
        let had = self.addresses[person].len();
        self.had.insert(calendar.clone(), had);
        self.connections[person].push((calendar.clone(), is_shown));
        for occurrence in Self::occurrences() {
            let event = self.event(&calendar, occurrence);
            self.harness.recall.put_event(event);
        }
        let connected = self.calendar(person, &calendar, is_shown);
        self.harness.see_calendar(connected).await;
    }

    async fn happen(&mut self, change: &Change) {
        self.harness.clock.advance(SignedDuration::from_secs(1));
        match change {
            Change::Say {
                person,
                occurrence,
                choice,
                is_of_series,
            } => self.say(*person, *occurrence, *choice, *is_of_series).await,
            Change::Pause { person, minutes } => self.pause(*person, *minutes).await,
            Change::Connect {
                person,
                deletes_others,
                is_known_later,
            } => {
                if *deletes_others {
                    self.disconnect(*person).await;
                }
                self.connect(*person, !is_known_later).await;
            }
            Change::BecomeKnown => self.become_known().await,
            Change::Rename { person } => {
                // Whose a connection without an address is, nobody can tell after that.
                self.become_known().await;
                self.take_another_address(*person);
                for (calendar, _) in self.connections[*person].clone() {
                    let had = self.addresses[*person].len();
                    self.had.insert(calendar.clone(), had);
                    let renamed = self.calendar(*person, &calendar, true);
                    self.harness.see_calendar(renamed).await;
                }
            }
            Change::ConnectAnother {
                person,
                deletes_others,
            } => {
                self.become_known().await;
                if *deletes_others {
                    self.disconnect(*person).await;
                }
                self.take_another_address(*person);
                self.connect(*person, true).await;
            }
            Change::Split { occurrence } => {
                self.splits[occurrence.0] = Some(occurrence.1);
                let connections = self.connections.concat();
                for (calendar, _) in connections {
                    for day in 0..OCCURRENCES {
                        let event = self.event(&calendar, (occurrence.0, day));
                        self.harness.recall.put_event(event);
                    }
                }
            }
        }
    }

    fn take_another_address(&mut self, person: usize) {
        let number = self.connected;
        self.connected += 1;
        self.addresses[person].push(format!("other-{number}-{person}@acme.example"));
    }

    /// Says something by the decision of any connection, as the command line does.
    async fn say(
        &mut self,
        person: usize,
        occurrence: (usize, usize),
        choice: OverrideChoice,
        is_of_series: bool,
    ) {
        let (calendar, _) = &self.connections[person][0];
        let event = self.event(calendar, occurrence);
        let row = self.harness.deciding_row(&event);
        let scope = if is_of_series {
            OverrideScope::PlatformSeries(row.series.expect("it has one"))
        } else {
            OverrideScope::Event(row.platform_id.expect("it has one"))
        };
        let state = &self.harness.state;
        let (owner, by) = (state.owner_of(calendar), an_actor());
        let set = state.set_override(&owner, &scope, choice, &by, self.harness.after(0));
        set.await.expect("memory");
        let said = &mut self.said[person];
        if is_of_series {
            said.series.insert(occurrence.0, choice);
        } else {
            said.events.insert(occurrence, choice);
        }
    }

    async fn pause(&mut self, person: usize, minutes: i64) {
        let until = plus(self.harness.after(0), SignedDuration::from_mins(minutes));
        let (calendar, _) = self.connections[person].last().expect("there is one");
        let state = &self.harness.state;
        let (owner, by) = (state.owner_of(calendar), an_actor());
        let paused = state.pause(&owner, until, &by, self.harness.after(0));
        paused.await.expect("memory");
        self.said[person].paused_until = Some(until);
    }

    async fn disconnect(&mut self, person: usize) {
        // Whose a connection without an address was, nobody can tell once it is deleted.
        self.become_known().await;
        for (calendar, _) in std::mem::take(&mut self.connections[person]) {
            self.harness.recall.delete_calendar(&calendar);
            let handled = self.harness.calendar_changed(&calendar).await;
            assert_eq!(handled, Handled::default());
        }
    }

    async fn become_known(&mut self) {
        for person in 0..PERSONS {
            for index in 0..self.connections[person].len() {
                let (calendar, is_shown) = self.connections[person][index].clone();
                if !is_shown {
                    self.connections[person][index].1 = true;
                    let known = self.calendar(person, &calendar, true);
                    self.harness.see_calendar(known).await;
                }
            }
        }
    }

    fn expected_rule(&self, person: usize, occurrence: (usize, usize)) -> String {
        let said = &self.said[person];
        let now = self.harness.after(0);
        let holds = |choice: &&OverrideChoice| **choice != OverrideChoice::Clear;
        let event = said.events.get(&occurrence).filter(holds);
        let series = said.series.get(&occurrence.0).filter(holds);
        let (choice, rule) = match (event, series) {
            (Some(choice), _) => (choice.as_str(), "event-override"),
            (None, Some(choice)) => (choice.as_str(), "series-override"),
            (None, None) if said.paused_until.is_some_and(|until| until > now) => {
                ("skip", "paused")
            }
            (None, None) => ("record", "external"),
        };
        format!("{choice} {rule}")
    }

    async fn assert_that_nothing_is_lost(&mut self) {
        self.become_known().await;
        for person in 0..PERSONS {
            for (calendar, _) in self.connections[person].clone() {
                let handled = self.harness.request(&calendar, SyncReason::FullSync).await;
                assert_eq!(handled, Handled::default());
                for occurrence in Self::occurrences() {
                    let event = self.event(&calendar, occurrence);
                    let verdict = self.harness.deciding_row(&event).verdict;
                    let decided = format!("{} {}", verdict.as_str(), verdict.reason().rule);
                    let expected = self.expected_rule(person, occurrence);
                    assert_eq!(decided, expected, "{occurrence:?} of person {person}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(200), ..ProptestConfig::default() })]

    /// Two persons have copies of the same meetings. Each is decided on by what its own
    /// person said last, whatever happened since.
    #[test]
    fn nothing_that_a_person_said_is_lost(changes in prop::collection::vec(change(), 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new().await;
            for change in &changes {
                world.happen(change).await;
            }
            world.assert_that_nothing_is_lost().await;
        });
    }
}
