//! The promises, under random changes and failures.

use callsheet_app::ports::{CalendarEvents as _, OverrideStore as _, Queue as _};
use callsheet_app::{Ports, Scheduler, SyncHandler};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarStatus, Decision, DecisionInputs, Evaluation,
    EventId, IcalUid, Meeting, OverrideChoice, OverrideRevision, OverrideScope, Overrides,
    PlatformEventId, Policy, PolicyDocument, Step, SyncJob, SyncReason, SyncRequest, Timestamp,
    Wanted, decide, plan, plus, revise_copies,
};
use callsheet_testkit::{
    EvenJitter, Faults, Intercepted, When, With as _, a_calendar, a_decision, an_actor, an_event,
    at, is_blocked_by_firewall,
};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::harness::{Harness, drain_settings, skips_all, sync_settings};

/// Something that happens in a calendar.
#[derive(Debug, Clone)]
enum Change {
    PushOutcome {
        event: usize,
        start_minute: i64,
        has_link: bool,
        is_declined: bool,
        /// Recall's firewall blocks what a bot is named by such a title.
        has_blocked_title: bool,
    },
    Delete {
        event: usize,
    },
    Disconnect {
        calendar: usize,
    },
    Reconnect {
        calendar: usize,
    },
    /// The operator pushes another policy.
    Push {
        policy: usize,
    },
    /// An override of an event or of its series.
    Say {
        event: usize,
        word: OverrideChoice,
        is_of_series: bool,
    },
    Pause {
        calendar: usize,
        minutes: i64,
    },
}

const EVENTS: usize = 6;
const CALENDARS: usize = 2;

fn word() -> impl Strategy<Value = OverrideChoice> {
    prop::sample::select(vec![
        OverrideChoice::Record,
        OverrideChoice::Skip,
        OverrideChoice::Clear,
    ])
}

/// Policies that decide, and name the bot, each in a way of its own.
fn policy(number: usize) -> impl FnOnce(&mut PolicyDocument) {
    move |document| {
        if number == 1 {
            skips_all(document);
        }
        if number == 2 {
            document.rules.remove(0);
        }
        let name = format!("{number}: {{{{ title }}}} of {{{{ own_address }}}}");
        document.bot.insert("bot_name".to_owned(), name.into());
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0..EVENTS, 30_i64..600, prop::bool::weighted(0.8), prop::bool::weighted(0.2), prop::bool::weighted(0.2)).prop_map(
            |(event, start_minute, has_link, is_declined, has_blocked_title)| {
                Change::PushOutcome { event, start_minute, has_link, is_declined, has_blocked_title }
            },
        ),
        1 => (0..EVENTS).prop_map(|event| Change::Delete { event }),
        1 => (0..CALENDARS).prop_map(|calendar| Change::Disconnect { calendar }),
        2 => (0..CALENDARS).prop_map(|calendar| Change::Reconnect { calendar }),
        1 => (0..3_usize).prop_map(|policy| Change::Push { policy }),
        2 => (0..EVENTS, word(), any::<bool>()).prop_map(|(event, word, is_of_series)| {
            Change::Say { event, word, is_of_series }
        }),
        1 => (0..CALENDARS, -1_i64..8).prop_map(|(calendar, minutes)| Change::Pause { calendar, minutes }),
    ]
}

fn calendar(number: usize, status: CalendarStatus, updated_at: Timestamp) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = CalendarId::parse(format!("calendar-{number}")).expect("an id");
        calendar.status = status;
        calendar.updated_at = updated_at;
    })
}

/// The `number`th event. Two events each are copies of one meeting, in two calendars.
fn event(number: usize, updated_at: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.platform_id = PlatformEventId::parse(format!("platform-{number}")).ok();
        event.facts.title = Some(format!("Meeting as {number} has it"));
        event.calendar_id = CalendarId::parse(format!("calendar-{}", number % 2)).expect("an id");
        event.ical_uid = IcalUid::parse(format!("meeting-{}", number / 2)).expect("an ical_uid");
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{}", number / 2),
        });
        event.updated_at = updated_at;
    })
}

impl Harness {
    /// Has the change happen in Recall, and its webhook arrive.
    async fn happen(&self, change: &Change) {
        self.clock.advance(SignedDuration::from_secs(1));
        let now = self.after(0);
        let (calendar_id, reason) = match change {
            Change::PushOutcome {
                event: number,
                start_minute,
                has_link,
                is_declined,
                has_blocked_title,
            } => {
                let event = event(*number, now).with(|event| {
                    event.starts_at = plus(at("10:00"), SignedDuration::from_mins(*start_minute));
                    event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
                    event.meeting = event.meeting.take().filter(|_| *has_link);
                    if *has_blocked_title {
                        event.facts.title = Some(format!("{number} of http://localhost:3000"));
                    }
                    event.facts.own_response = Some(if *is_declined {
                        callsheet_domain::ResponseStatus::Declined
                    } else {
                        callsheet_domain::ResponseStatus::Accepted
                    });
                });
                let calendar = event.calendar_id.clone();
                self.recall.put_event(event);
                (calendar, SyncReason::EventsChanged { since: now })
            }
            Change::Delete { event: number } => {
                let event = event(*number, now).with(|event| event.is_deleted = true);
                let calendar = event.calendar_id.clone();
                self.recall.put_event(event);
                (calendar, SyncReason::EventsChanged { since: now })
            }
            Change::Disconnect { calendar: number } => {
                let lost = calendar(*number, CalendarStatus::Disconnected, now);
                self.recall.put_calendar(lost.clone());
                (lost.id, SyncReason::CalendarChanged)
            }
            Change::Reconnect { calendar: number } => {
                let back = calendar(*number, CalendarStatus::Connected, now);
                self.recall.put_calendar(back.clone());
                (back.id, SyncReason::CalendarChanged)
            }
            // These come without a webhook: a resync must find their effects.
            Change::Push { policy: number } => {
                self.push(policy(*number)).await;
                return;
            }
            Change::Say {
                event: number,
                word,
                is_of_series,
            } => {
                let event = event(*number, now);
                let subject = if *is_of_series {
                    OverrideScope::Series(event.ical_uid)
                } else {
                    OverrideScope::Event(event.platform_id.expect("it has one"))
                };
                let (state, by) = (&self.state, an_actor());
                let override_revision =
                    state.set_override(&event.calendar_id, &subject, *word, &by, now);
                override_revision.await.expect("memory");
                return;
            }
            Change::Pause {
                calendar: number,
                minutes,
            } => {
                let id = calendar(*number, CalendarStatus::Connected, now).id;
                let until = plus(now, SignedDuration::from_mins(*minutes));
                let by = an_actor();
                let paused = self.state.pause(&id, until, &by, now);
                paused.await.expect("memory");
                return;
            }
        };
        let request = SyncRequest {
            calendar_id,
            reason,
            sent_at: now,
        };
        self.queue
            .send(&SyncJob::Request(request))
            .await
            .expect("memory");
    }

    /// One sync of what is queued and one drain, failing as `faults` say. What
    /// the sync could not handle is delivered again.
    async fn work(&self, faults: &Faults) {
        self.clock.advance(SignedDuration::from_secs(1));
        let sync = SyncHandler {
            ports: Ports {
                recall: Intercepted::new(self.recall.clone(), faults),
                decisions: Intercepted::new(self.decisions.clone(), faults),
                state: Intercepted::new(self.state.clone(), faults),
                queue: self.queue.clone(),
                clock: self.clock.clone(),
            },
            policy_cache: self.policy_cache.clone(),
            settings: sync_settings(),
        };
        self.queue.send(&SyncJob::Resync).await.expect("memory");
        sync.handle(&self.queue.deliver(10), self.deadline()).await;
        let drain = Scheduler {
            recall: Intercepted::new(self.recall.clone(), faults),
            decisions: Intercepted::new(self.decisions.clone(), faults),
            state: Intercepted::new(self.state.clone(), faults),
            clock: self.clock.clone(),
            jitter: EvenJitter(0.0),
            settings: drain_settings(),
        };
        // A drain that fails leaves its work due; the next wake-up comes within a minute.
        let _ = drain.run(self.after(100)).await;
        self.clock.advance(SignedDuration::from_secs(60));
    }

    /// Works without faults until nothing is queued, and nothing is due but
    /// rows whose call Recall's firewall blocks.
    async fn come_to_rest(&self) {
        let none = Faults::none();
        for _ in 0..12 {
            self.work(&none).await;
        }
        for row in self.decisions.all().iter().filter(|row| row.is_due()) {
            assert!(is_blocked_for_good(row), "it is still due: {row:?}");
            assert!(row.is_blocked(), "it was not tried: {row:?}");
        }
        self.assert_decided_on_the_newest().await;
    }

    /// Each row is the evaluation of the newest event, calendar, policy and
    /// overrides alone.
    async fn assert_decided_on_the_newest(&self) {
        let active_revision = self
            .policy_cache
            .current(&self.state)
            .await
            .expect("memory");
        let now = self.after(0);
        for row in self.decisions.all() {
            let calendar = self
                .recall
                .calendar(&row.calendar_id)
                .await
                .expect("memory");
            let calendar = calendar.expect("no calendar of these is deleted");
            let words = self.state.overrides(&calendar.id).await.expect("memory");
            let event = self
                .recall
                .event(&row.key.event_id)
                .expect("it was put there");
            if event.ends_at <= now || !calendar.status.holds_bots() {
                continue;
            }
            let verdict = decide(&event, &calendar, &active_revision.policy, &words, now);
            assert_eq!(row.verdict, verdict);
        }
    }
}

/// Whether the row wants what Recall's firewall blocks, in a meeting that has none yet.
fn is_blocked_for_good(row: &Decision) -> bool {
    matches!(row.step(), Step::Schedule(bot) if is_blocked_by_firewall(bot))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// After the last change, with faults over, the bots at Recall are exactly
    /// those that the rules want, but for events whose calls are blocked.
    #[test]
    fn bots_end_as_the_rules_want_them(
        changes in prop::collection::vec((change(), any::<bool>()), 1..25),
        seed in any::<u64>(),
    ) {
        runtime().block_on(async {
            let harness = Harness::new();
            for number in 0..CALENDARS {
                harness.recall.put_calendar(calendar(number, CalendarStatus::Connected, at("08:00")));
            }
            let faults = Faults::by_chance(seed, 0.15);
            for (change, is_worked) in &changes {
                harness.happen(change).await;
                if *is_worked {
                    harness.work(&faults).await;
                }
            }
            harness.come_to_rest().await;
            harness.assert_as_wanted_but(is_blocked_for_good);
        });
    }

    /// Inputs never give way to older ones, whatever the order of arrival.
    #[test]
    fn the_newest_event_wins_in_any_order(
        order in Just((0..8_i64).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let policy = Policy::built_in();
        let mut stored: Vec<Decision> = Vec::new();
        for version in order {
            let updated_at = plus(at("09:00"), SignedDuration::from_secs(version));
            let event = an_event().with(|event| {
                event.updated_at = updated_at;
                event.starts_at = plus(event.starts_at, SignedDuration::from_mins(version));
            });
            let now = at("09:30");
            let verdict = decide(&event, &a_calendar(), &policy, &Overrides::default(), now);
            let evaluated = Evaluation {
                plan: plan(&verdict, &event, &a_calendar(), &policy),
                verdict,
                inputs: DecisionInputs { event: updated_at, ..a_decision().inputs },
                overrides_read: OverrideRevision(0),
                event: &event,
            };
            if let Some(row) = revise_copies(&stored, &[evaluated], now).writes.pop() {
                stored = vec![row];
            }
        }
        let stored = stored.pop().expect("something was written");
        prop_assert_eq!(stored.inputs.event, at("09:00:07"));
        prop_assert_eq!(stored.starts_at, at("10:07"));
        prop_assert!(matches!(stored.wanted, Wanted::Bot(bot) if bot.starts_at == at("10:07")));
    }
}

/// A meeting is moved; the work on it ends at every single step in turn, and
/// the next run repairs it.
#[test]
fn a_crash_between_any_two_steps_is_repaired_by_the_next_run() {
    let scenario = async |faults: &Faults| {
        let harness = Harness::new();
        harness
            .recall
            .put_calendar(calendar(0, CalendarStatus::Connected, at("08:00")));
        let put = |start_minute| Change::PushOutcome {
            event: 0,
            start_minute,
            has_link: true,
            is_declined: false,
            has_blocked_title: false,
        };
        harness.happen(&put(60)).await;
        harness.work(&Faults::none()).await;
        harness.happen(&put(90)).await;
        harness.work(faults).await;
        faults.repair();
        harness.come_to_rest().await;
        harness.assert_as_wanted();
        assert_eq!(harness.recall.bots().len(), 1);
    };
    let counted = Faults::none();
    runtime().block_on(scenario(&counted));
    let steps = counted.calls();
    assert!(steps > 10, "{steps} steps are too few to be the whole way");
    for step in 0..steps {
        for when in [When::Before, When::After] {
            runtime().block_on(scenario(&Faults::crash(step, when)));
        }
    }
}
