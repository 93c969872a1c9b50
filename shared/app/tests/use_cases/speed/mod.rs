//! Throughput: the rate limit is used up, and an urgent meeting is called first.
//!
//! Time passes as the ports take it: Recall 450 ms on average, of which up to
//! 400 ms vary before the call arrives, the tables some 20 ms. Calls are counted
//! when they arrive, as Recall counts.

pub(crate) mod paused_clock;

use std::time::Duration;

use callsheet_app::ports::Clock as _;
use callsheet_app::{RunReport, Scheduler, SchedulerSettings};
use callsheet_domain::{
    CalendarEvent, Decision, DeduplicationKey, EventId, IcalUid, Meeting, Operation, RateLimit,
    Timestamp, Wanted, plus,
};
use callsheet_testkit::{
    Delay, EvenJitter, Intercepted, MemoryDecisions, MemoryRecall, MemoryState, With as _,
    a_calendar, a_decision, an_event, at,
};
use futures_util::future::join;
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::drain_settings;
use paused_clock::PausedClock;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A workspace with a limit on scheduling bots.
struct Busy {
    clock: PausedClock,
    recall: MemoryRecall<PausedClock>,
    decisions: MemoryDecisions,
    limit: u32,
}

impl Busy {
    fn new(limit: u32) -> Self {
        let clock = PausedClock::now();
        let recall = MemoryRecall::new(clock);
        recall.put_calendar(a_calendar());
        Self {
            clock,
            recall,
            decisions: MemoryDecisions::new(),
            limit,
        }
    }

    /// A meeting that is due to have its bot scheduled.
    fn put(&self, name: &str, starts_at: Timestamp) {
        let event: CalendarEvent = an_event().with(|event| {
            event.id = EventId::parse(name).expect("an id");
            event.ical_uid = IcalUid::parse(name).expect("an ical_uid");
            (event.starts_at, event.ends_at) = (starts_at, plus(starts_at, MINUTE * 30));
            event.meeting = Some(Meeting {
                url: format!("https://meet.example/{name}"),
            });
        });
        let row: Decision = a_decision().with(|row| {
            row.key = event.key();
            (row.starts_at, row.ends_at) = (event.starts_at, event.ends_at);
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.deduplication_key = DeduplicationKey::parse(name).expect("a key");
                bot.starts_at = event.starts_at;
            }
        });
        self.recall.put_event(event);
        self.decisions.put(row);
    }

    fn import(&self, count: u32) {
        for number in 0..count {
            let ahead = SignedDuration::from_hours(24) + SignedDuration::from_secs(number.into());
            self.put(&format!("imported-{number}"), plus(at("09:30"), ahead));
        }
    }

    async fn run(&self, seconds: i64) -> RunReport {
        let scheduler = Scheduler {
            recall: Intercepted::new(self.recall.clone(), &Delay::millis(25, 425)),
            decisions: Intercepted::new(self.decisions.clone(), &Delay::millis(5, 15)),
            state: Intercepted::new(MemoryState::new(), &Delay::millis(5, 15)),
            clock: self.clock,
            jitter: EvenJitter(0.5),
            settings: SchedulerSettings {
                schedule: RateLimit::per_minute(self.limit, 1),
                most_in_flight: 200,
                ..drain_settings()
            },
        };
        let until = plus(self.clock.now(), SignedDuration::from_secs(seconds));
        scheduler.run(until).await.expect("a finished run")
    }

    /// When scheduling calls arrived, in order.
    fn arrivals(&self) -> Vec<Timestamp> {
        let calls = self.recall.calls().into_iter();
        let mut arrivals: Vec<_> = calls
            .filter(|call| call.operation == Operation::ScheduleBot)
            .map(|call| call.at)
            .collect();
        arrivals.sort();
        arrivals
    }

    fn most_in_a_minute(&self) -> usize {
        let arrivals = self.arrivals();
        let within = |(index, from): (usize, &Timestamp)| {
            let end = plus(*from, MINUTE);
            arrivals[index..].partition_point(|call| *call < end)
        };
        arrivals.iter().enumerate().map(within).max().unwrap_or(0)
    }
}

#[test_case(60, 600; "as a small workspace has it")]
#[test_case(600, 300; "as it is published")]
#[test_case(6_000, 66; "ten times as fast")]
#[tokio::test(start_paused = true)]
async fn a_backlog_is_worked_off_at_the_limit(limit: u32, seconds: u32) {
    let busy = Busy::new(limit);
    busy.import(limit * seconds / 60 + limit / 4);
    busy.run(seconds.into()).await;
    assert!(
        busy.most_in_a_minute() <= limit as usize,
        "{}",
        busy.most_in_a_minute()
    );
    // The first call is made alone, and calls that arrive after the end do not count.
    let from = plus(at("09:30"), SignedDuration::from_secs(3));
    let calls = busy.arrivals().into_iter().filter(|call| *call >= from);
    let calls = u32::try_from(calls.count()).expect("few");
    let span = f64::from(seconds - 3);
    let share = f64::from(calls) * 60.0 / span / f64::from(limit);
    assert!(share >= 0.98, "{share:.4} of the limit");
}

#[test_case(60, 100; "as a small workspace has it")]
#[test_case(600, 3_000; "an import of three thousand")]
#[test_case(6_000, 10_000; "ten times as fast")]
#[tokio::test(start_paused = true)]
async fn an_urgent_meeting_overtakes_a_backlog(limit: u32, backlog: u32) {
    let busy = Busy::new(limit);
    busy.import(backlog);
    let is_moved = async {
        // Between two permits, and between two reads of the due rows.
        tokio::time::sleep(Duration::from_millis(20_130)).await;
        let now = busy.clock.now();
        busy.put("urgent", plus(now, MINUTE * 4));
        now
    };
    let (_, moved_at) = join(busy.run(30), is_moved).await;
    let calls = busy.recall.calls();
    let call = calls.iter().find(|call| call.subject == "urgent");
    let took = call.expect("it was called").at.duration_since(moved_at);
    assert!(took <= SignedDuration::from_secs(2), "it took {took}");
}
