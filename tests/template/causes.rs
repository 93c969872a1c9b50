//! Alarms ring for their causes: a Callsheet in memory is disturbed, what it counts is taken
//! minute by minute, and the alarms of the template are evaluated by that.

use std::collections::BTreeSet;
use std::time::Duration;

use callsheet_app::ports::{BotReply, Clock as _, Queue as _};
use callsheet_app::{
    PolicyCache, PortError, Ports, PushedBy, Scheduler, SchedulerSettings, Service, SyncHandler,
    SyncSettings, Watch, push,
};
use callsheet_domain::{Operation, PolicyDocument, RateLimit, SyncJob, Timestamp, plus};
use callsheet_testkit::{
    CountedMetrics, EvenJitter, Fault, ManualClock, MemoryDecisions, MemoryQueue, MemoryRecall,
    MemoryState, With as _, a_calendar, a_decision, an_actor, an_event, at,
};
use callsheet_tests::{Alarm, Datapoint, alarms};
use jiff::SignedDuration;
use test_case::test_case;

use crate::reading::Template;

/// Everything in memory, with one calendar that has a meeting from ten to half past ten. Each
/// minute the timers of the template do their work, and no webhook comes.
struct System {
    clock: ManualClock,
    recall: MemoryRecall<ManualClock>,
    decisions: MemoryDecisions,
    state: MemoryState,
    queue: MemoryQueue,
    policy_cache: PolicyCache,
    counted: CountedMetrics,
    data: Vec<Datapoint>,
    alarms: Vec<Alarm>,
}

impl System {
    fn at(time: &str) -> Self {
        let clock = ManualClock::at(at(time));
        let recall = MemoryRecall::new(clock.clone());
        recall.put_calendar(a_calendar());
        recall.put_event(an_event());
        let is_ours = |alarm: &Alarm| {
            let mut metrics = alarm.metrics.values();
            metrics.all(|metric| metric.namespace == "AWS::StackName")
        };
        Self {
            recall,
            clock,
            decisions: MemoryDecisions::new(),
            state: MemoryState::new(),
            queue: MemoryQueue::new(),
            policy_cache: PolicyCache::default(),
            counted: CountedMetrics::begin(),
            data: Vec::new(),
            alarms: alarms(&Template::read())
                .into_iter()
                .filter(is_ours)
                .collect(),
        }
    }

    fn sync(&self) -> SyncHandler<impl callsheet_app::SyncPorts + use<>> {
        SyncHandler {
            ports: Ports {
                recall: self.recall.clone(),
                decisions: self.decisions.clone(),
                state: self.state.clone(),
                queue: self.queue.clone(),
                clock: self.clock.clone(),
            },
            policy_cache: self.policy_cache.clone(),
            settings: SyncSettings {
                list_events: RateLimit::per_minute(60, 3),
                get_event: RateLimit::per_minute(300, 3),
                get_calendar: RateLimit::per_minute(300, 3),
                list_calendars: RateLimit::per_minute(60, 3),
                get_bot: RateLimit::per_minute(300, 3),
                is_workspace_listed: true,
                catch_up_every: Duration::from_mins(5),
                read_silent_bots_after: None,
                most_receives: 10,
            },
        }
    }

    fn after(&self, seconds: i64) -> Timestamp {
        plus(self.clock.now(), SignedDuration::from_secs(seconds))
    }

    /// A minute: the resync, a scheduler run, and what sync measures.
    async fn minute(&mut self) {
        let next = self.after(60);
        self.queue.send(&SyncJob::Resync).await.expect("memory");
        let deliveries = self.queue.deliver(10);
        self.sync().handle(&deliveries, self.after(50)).await;
        let limit = RateLimit::per_minute(600, 1);
        let scheduler = Scheduler {
            recall: self.recall.clone(),
            decisions: self.decisions.clone(),
            state: self.state.clone(),
            clock: self.clock.clone(),
            jitter: EvenJitter(0.5),
            settings: SchedulerSettings {
                schedule: limit,
                unschedule: limit,
                find: limit,
                leave: limit,
                most_in_flight: 10,
                lease: Duration::from_secs(30),
                patience: Duration::ZERO,
            },
        };
        // While Recall denies us, a run with work to do fails.
        let _ = scheduler.run(self.after(5)).await;
        let watch = Watch {
            decisions: &self.decisions,
        };
        watch
            .measure(self.clock.now())
            .await
            .expect("memory")
            .count();
        self.take_data();
        if self.clock.now() < next {
            self.clock.advance_to(next);
        }
    }

    /// A job that the schedule sends, and nothing else.
    async fn job(&mut self, job: &SyncJob) {
        self.queue.send(job).await.expect("memory");
        let deliveries = self.queue.deliver(10);
        self.sync().handle(&deliveries, self.after(50)).await;
        self.take_data();
    }

    fn take_data(&mut self) {
        let at = self.clock.now().as_second();
        for (metric, value) in self.counted.take() {
            self.data.push(Datapoint {
                metric: metric.name().to_owned(),
                at,
                value: f64::from(u32::try_from(value).expect("a small value")),
            });
        }
    }

    /// The alarms that are raised now.
    fn raised(&self) -> BTreeSet<&str> {
        self.raised_at(self.clock.now().as_second())
    }

    fn raised_at(&self, second: i64) -> BTreeSet<&str> {
        let raised = self.alarms.iter();
        let raised = raised.filter(|alarm| alarm.is_raised(&self.data, second));
        raised.map(|alarm| alarm.name.as_str()).collect()
    }

    /// The first minute at whose end these are raised, and nothing else, with this done before
    /// each; before it, none is.
    async fn minutes_until(
        &mut self,
        expected: &[&str],
        mut disturb: impl FnMut(&MemoryRecall<ManualClock>),
    ) -> usize {
        for minute in 1..=60 {
            disturb(&self.recall);
            self.minute().await;
            let raised = self.raised();
            if !raised.is_empty() {
                assert_eq!(
                    raised,
                    expected.iter().copied().collect(),
                    "{:?}",
                    self.data
                );
                return minute;
            }
        }
        panic!("silent: {:?}", self.data);
    }

    async fn quiet_minutes(&mut self, count: usize) {
        for minute in 1..=count {
            self.minute().await;
            assert_eq!(
                self.raised(),
                BTreeSet::new(),
                "minute {minute}: {:?}",
                self.data
            );
        }
    }
}

fn denied() -> Fault {
    Fault::Fails(PortError::Denied {
        service: Service::Recall,
        reason: "401".to_owned(),
    })
}

fn unavailable() -> Fault {
    Fault::Fails(PortError::Unavailable {
        service: Service::Recall,
        reason: "503".to_owned(),
        source: None,
    })
}

#[tokio::test]
async fn no_alarm_rings_before_and_in_a_meeting_that_is_recorded() {
    let mut system = System::at("09:30");
    system.quiet_minutes(70).await;
    assert_eq!(system.recall.count(Operation::ScheduleBot), 1);
}

#[tokio::test]
async fn a_denied_key_pages_after_three_minutes_though_nothing_is_due() {
    let mut system = System::at("09:30");
    system.recall.remove_event(&an_event().id);
    system.quiet_minutes(10).await;
    let deny = |recall: &MemoryRecall<ManualClock>| {
        recall.fault(Operation::ListEvents, denied());
        recall.fault(Operation::ListCalendars, denied());
    };
    let minutes = system.minutes_until(&["DeniedAlarm"], deny).await;
    // The next catch-up finds the denial, which is then three minutes old.
    assert!((4..=10).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn a_meeting_that_begins_without_its_bot_pages() {
    let mut system = System::at("09:50");
    let fail = |recall: &MemoryRecall<ManualClock>| {
        for _ in 0..5 {
            recall.fault(Operation::ScheduleBot, unavailable());
        }
    };
    let expected = ["MissingBotsAlarm", "OverdueAlarm"];
    let minutes = system.minutes_until(&expected, fail).await;
    // It begins after ten minutes.
    assert!((12..=15).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn a_decision_that_is_abandoned_pages_at_once() {
    let mut system = System::at("09:30");
    let refusal = Fault::Answers(BotReply::Refused("400".to_owned()));
    system.recall.fault(Operation::ScheduleBot, refusal);
    let minutes = system.minutes_until(&["AbandonedAlarm"], |_| ()).await;
    assert!(minutes <= 6, "{minutes}");
}

#[tokio::test]
async fn drift_that_goes_on_writes_a_ticket_and_one_that_is_repaired_none() {
    let mut system = System::at("09:10");
    system.quiet_minutes(12).await;
    system.recall.forget_bots();
    let event = an_event();
    let touch = |system: &System| {
        let touched = event
            .clone()
            .with(|event| event.updated_at = system.clock.now());
        system.recall.put_event(touched);
    };
    touch(&system);
    system.quiet_minutes(12).await;
    let drifted = system
        .data
        .iter()
        .filter(|point| point.metric == "drifted_bots");
    assert_eq!(drifted.count(), 1, "{:?}", system.data);
    system.recall.forget_bots();
    touch(&system);
    system.minutes_until(&["DriftAlarm"], |_| ()).await;
}

#[tokio::test]
async fn a_rule_that_fails_and_an_event_that_cannot_be_read_write_tickets() {
    let mut system = System::at("09:30");
    let document = PolicyDocument::built_in().with(|document| {
        document.rules[0].when = serde_json::from_str("\"1 / (hour - hour) == 1\"")
            .unwrap_or_else(|_| panic!("an expression"));
    });
    let pusher = PushedBy {
        by: an_actor(),
        note: None,
        at: system.clock.now(),
    };
    let outcome = push(&system.state, &system.decisions, &document, pusher).await;
    outcome.expect("memory");
    system.minutes_until(&["FailedRulesAlarm"], |_| ()).await;

    let mut system = System::at("09:30");
    system.recall.make_unreadable(&an_event().id);
    system
        .minutes_until(&["UnreadableEventsAlarm"], |_| ())
        .await;
}

#[tokio::test]
async fn changes_without_a_webhook_in_a_day_write_a_ticket() {
    let mut system = System::at("09:30");
    system.quiet_minutes(12).await;
    let changed = an_event().with(|event| event.updated_at = system.clock.now());
    system.recall.put_event(changed);
    system.quiet_minutes(6).await;
    let day = 86_400;
    let midnight = (system.clock.now().as_second() / day + 1) * day;
    assert_eq!(
        system.raised_at(midnight),
        BTreeSet::from(["NoWebhooksAlarm"])
    );
    // One webhook is enough.
    system.data.push(Datapoint {
        metric: "webhooks_accepted".to_owned(),
        at: system.clock.now().as_second(),
        value: 1.0,
    });
    assert_eq!(system.raised_at(midnight), BTreeSet::new());
}

/// The alarm is deployed with a percentage only. Yesterday's meeting at ten never had a bot.
#[test_case(80, &["CoverageAlarm"]; "with a percentage")]
#[test_case(0, &[]; "by default")]
#[tokio::test]
async fn a_day_with_few_recordings_writes_a_ticket(percent: i64, expected: &[&str]) {
    let mut system = System::at("2090-03-07T03:15:00Z");
    system.decisions.put(a_decision());
    let mut alarms = system.alarms.iter_mut();
    let alarm = alarms.find(|alarm| alarm.name == "CoverageAlarm");
    alarm.expect("an alarm").threshold = percent;
    system.job(&SyncJob::KeepCoverage).await;
    let counted = system.data.iter().map(|point| point.metric.as_str());
    assert_eq!(counted.collect::<Vec<_>>(), ["coverage_percent"]);
    let hour_later = system.clock.now().as_second() + 3_600;
    assert_eq!(
        system.raised_at(hour_later),
        expected.iter().copied().collect()
    );
}
