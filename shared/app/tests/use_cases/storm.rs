//! Every kind of answer that Recall can give, by chance, until all is done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callsheet_app::ports::{BotReply, Bots, Clock as _, LeaveReply, ScheduleRequest};
use callsheet_app::{PortError, Scheduler, Service};
use callsheet_domain::{
    BotEntry, BotId, CalendarEvent, Decision, DecisionKey, EventId, IcalUid, Meeting,
    ResponseStatus, Timestamp, plus,
};
use callsheet_testkit::{EvenJitter, ManualClock, With as _, an_event, at};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::harness::{Harness, Recall, drain_settings};

/// How many of a hundred calls go wrong in each way.
const KINDS: [(&str, u64); 8] = [
    ("409", 4),
    ("429", 2),
    ("503", 5),
    ("507", 5),
    ("401", 1),
    ("cut before", 4),
    ("cut after", 5),
    ("no JSON", 4),
];

/// Recall in a storm, which remembers what it told whom to wait.
#[derive(Clone)]
struct Storm {
    recall: Recall,
    clock: ManualClock,
    sky: Arc<Mutex<Sky>>,
}

#[derive(Default)]
struct Sky {
    chance: u64,
    counts: BTreeMap<&'static str, u32>,
    /// No call about this, or of this kind, before then.
    not_before: BTreeMap<String, Timestamp>,
}

impl Sky {
    fn acquire(&mut self) -> Option<&'static str> {
        let chance = self.chance.wrapping_mul(6_364_136_223_846_793_005);
        self.chance = chance.wrapping_add(1_442_695_040_888_963_407);
        let mut drawn = (self.chance >> 33) % 100;
        for (kind, share) in KINDS {
            if drawn < share {
                *self.counts.entry(kind).or_default() += 1;
                return Some(kind);
            }
            drawn -= share;
        }
        None
    }
}

impl Storm {
    /// Has `effect` take place as the weather allows.
    async fn weather<T>(
        &self,
        operation: &str,
        subject: &str,
        effect: impl Future<Output = Result<T, PortError>> + Send,
        answer: impl Fn(BotReply) -> Option<T>,
    ) -> Result<T, PortError> {
        let now = self.clock.now();
        let kind = {
            let mut sky = self.sky.lock().expect("no holder panics");
            for told in ["all", operation, subject] {
                let until = sky.not_before.get(told).copied().unwrap_or(now);
                assert!(
                    until <= now,
                    "{operation} of {subject} at {now}, {told} was told {until}"
                );
            }
            sky.acquire()
        };
        let wait = |whom: &str, seconds: i64| {
            let until = plus(now, SignedDuration::from_secs(seconds));
            let mut sky = self.sky.lock().expect("no holder panics");
            sky.not_before.insert(whom.to_owned(), until);
        };
        let scripted = |given| answer(given).ok_or_else(|| unavailable("503"));
        match kind {
            None => effect.await,
            Some("409") => scripted(BotReply::Busy),
            Some("507") => {
                let given = scripted(BotReply::NoneFree(Some(Duration::from_secs(7))));
                if given.is_ok() {
                    wait(subject, 7);
                }
                given
            }
            Some("429") => {
                wait(operation, 9);
                Err(PortError::Throttled {
                    service: Service::Recall,
                    wait: Duration::from_secs(9),
                })
            }
            Some("401") => {
                wait("all", 60);
                Err(PortError::Denied {
                    service: Service::Recall,
                    reason: "401".to_owned(),
                })
            }
            Some("cut after") => {
                effect.await?;
                Err(unavailable("cut"))
            }
            Some("no JSON") => {
                effect.await?;
                Err(PortError::Unreadable {
                    service: Service::Recall,
                    reason: "a page".to_owned(),
                })
            }
            Some(other) => Err(unavailable(other)),
        }
    }
}

fn unavailable(reason: &str) -> PortError {
    PortError::Unavailable {
        service: Service::Recall,
        reason: reason.to_owned(),
        source: None,
    }
}

impl Bots for Storm {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        let (effect, subject) = (self.recall.schedule(request), request.event_id.as_str());
        self.weather("schedule", subject, effect, Some).await
    }

    async fn unschedule(&self, event: &EventId) -> Result<BotReply, PortError> {
        let effect = self.recall.unschedule(event);
        self.weather("unschedule", event.as_str(), effect, Some)
            .await
    }

    async fn bots_of(&self, event: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let effect = self.recall.bots_of(event);
        self.weather("find", event.as_str(), effect, |_| None).await
    }

    async fn leave_call(&self, bot: &BotId) -> Result<LeaveReply, PortError> {
        let effect = self.recall.leave_call(bot);
        self.weather("leave", bot.as_str(), effect, |_| None).await
    }
}

/// Recall in a storm that depends on the seed.
fn storm_of(harness: &Harness, seed: u64) -> Storm {
    let sky = Sky {
        chance: seed,
        ..Sky::default()
    };
    Storm {
        recall: harness.recall.clone(),
        clock: harness.clock.clone(),
        sky: Arc::new(Mutex::new(sky)),
    }
}

fn meeting(number: usize) -> CalendarEvent {
    an_event().with(|event| {
        let name = format!("meeting-{number}");
        event.id = EventId::parse(name.as_str()).expect("an id");
        event.ical_uid = IcalUid::parse(name.as_str()).expect("an ical_uid");
        event.starts_at = if number < 40 {
            at("10:00")
        } else {
            at("20:00")
        };
        event.ends_at = at("22:00");
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{name}"),
        });
    })
}

/// Runs until no row is due but those that cannot be read.
async fn drained(harness: &Harness, storm: &Storm, unreadable: &BTreeSet<DecisionKey>) {
    for _ in 0..200 {
        let drain = Scheduler {
            recall: storm.clone(),
            decisions: harness.decisions.clone(),
            state: harness.state.clone(),
            clock: harness.clock.clone(),
            jitter: EvenJitter(0.5),
            settings: drain_settings(),
        };
        // A drain that was denied leaves its work due; the next wake-up comes soon.
        let _ = drain.run(harness.after(300)).await;
        let rows = harness.decisions.all();
        let is_left = |row: &Decision| row.is_due() && !unreadable.contains(&row.key);
        if !rows.iter().any(is_left) {
            return;
        }
        harness.clock.advance(SignedDuration::from_secs(5));
    }
    panic!("the storm never lets it come to rest");
}

#[tokio::test]
async fn every_answer_by_chance_ends_right() {
    let harness = Harness::new();
    let (storm, none) = (storm_of(&harness, 0), BTreeSet::new());
    for number in 0..400 {
        harness.recall.put_event(meeting(number));
    }
    harness.see(meeting(400)).await;
    drained(&harness, &storm, &none).await;
    harness.assert_as_wanted();
    // Some say no before the start, some while the bot is in the call.
    harness.clock.advance_to(at("10:30"));
    for number in 0..60 {
        harness.recall.put_event(meeting(number).with(|event| {
            event.facts.own_response = Some(ResponseStatus::Declined);
            event.updated_at = at("10:30");
        }));
    }
    harness
        .see(meeting(401).with(|event| event.updated_at = at("10:30")))
        .await;
    drained(&harness, &storm, &none).await;
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 342);
    let counts = storm.sky.lock().expect("no holder panics").counts.clone();
    for (kind, _) in KINDS {
        assert!(
            counts.get(kind).is_some_and(|count| *count > 0),
            "{kind}: {counts:?}"
        );
    }
    let mut calls = harness.recall.calls();
    calls.retain(|call| call.operation == callsheet_domain::Operation::ScheduleBot);
    for (index, call) in calls.iter().enumerate() {
        let end = plus(call.at, SignedDuration::from_mins(1));
        let within = calls[index..].partition_point(|later| later.at <= end);
        assert!(within <= 600, "{within} calls within a minute");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever Recall answers, no call is made before an instant that Recall named,
    /// none in the minute after a denial, and none for a row that cannot be read. All
    /// other meetings end right.
    #[test]
    fn every_storm_ends_right_but_for_rows_that_cannot_be_read(
        seed in any::<u64>(),
        unreadable in prop::collection::btree_set(0..60_usize, 0..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let harness = Harness::new();
            let storm = storm_of(&harness, seed);
            for number in 0..60 {
                harness.recall.put_event(meeting(number));
            }
            harness.see(meeting(60)).await;
            let keys = unreadable.iter().map(|number| meeting(*number).key());
            let keys: BTreeSet<_> = keys.collect();
            for key in &keys {
                harness.decisions.make_unreadable(key);
            }
            drained(&harness, &storm, &keys).await;
            harness.assert_as_wanted_but(|row| keys.contains(&row.key));
            prop_assert_eq!(harness.recall.bots().len(), 61 - keys.len());
            Ok(())
        })?;
    }
}
