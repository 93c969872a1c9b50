//! Throughput: the rate limit is used up, and an urgent meeting is called first.
//!
//! Time passes as the ports take it: Recall 450 ms on average, of which up to
//! 400 ms vary before the call arrives, the tables some 20 ms. Calls are counted
//! when they arrive, as Recall counts.

use std::time::Duration;

use callsheet_app::ports::Clock as _;
use callsheet_app::{RunReport, Scheduler, SchedulerSettings};
use callsheet_domain::{
    CalendarEvent, Decision, DeduplicationKey, EventId, IcalUid, Meeting, Operation, RateLimit,
    Timestamp, Wanted, plus,
};
use callsheet_testkit::{
    Call, Delay, EvenJitter, Intercepted, MemoryDecisions, MemoryRecall, MemoryState, PausedClock,
    With as _, a_calendar, a_decision, an_event, at,
};
use futures_util::future::join;
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::drain_settings;

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
        let clock = PausedClock::at(at("09:30"));
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
        self.put_copy(name, name, starts_at);
    }

    /// A meeting in so many calendars, each of which is due to claim its bot.
    fn put_copies(&self, meeting: &str, copies: u32, starts_at: Timestamp) {
        for copy in 0..copies {
            self.put_copy(&format!("{meeting}-{copy}"), meeting, starts_at);
        }
    }

    fn put_copy(&self, name: &str, meeting: &str, starts_at: Timestamp) {
        let event: CalendarEvent = an_event().with(|event| {
            event.id = EventId::parse(name).expect("an id");
            event.ical_uid = IcalUid::parse(meeting).expect("an ical_uid");
            (event.starts_at, event.ends_at) = (starts_at, plus(starts_at, MINUTE * 30));
            event.meeting = Some(Meeting {
                url: format!("https://meet.example/{meeting}"),
            });
        });
        let row: Decision = a_decision().with(|row| {
            row.key = event.key();
            (row.starts_at, row.ends_at) = (event.starts_at, event.ends_at);
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.deduplication_key = DeduplicationKey::parse(meeting).expect("a key");
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

/// How long after the start of a run the first claim on this bot arrived.
fn first_claim(busy: &Busy, meeting: &str) -> SignedDuration {
    let calls = busy.recall.calls();
    let is_claim = |call: &&Call| call.subject.starts_with(meeting);
    let call = calls.iter().find(is_claim).expect("it was called");
    call.at.duration_since(at("09:30"))
}

#[test_case(200; "of two hundred people")]
#[test_case(5_000; "of five thousand people")]
#[tokio::test(start_paused = true)]
async fn copies_of_one_meeting_hide_no_other(copies: u32) {
    let busy = Busy::new(600);
    let start = plus(at("09:30"), MINUTE * 15);
    busy.put_copies("all-hands", copies, start);
    busy.put("urgent", plus(start, MINUTE));
    busy.run(10).await;
    let took = first_claim(&busy, "urgent");
    assert!(took <= SignedDuration::from_secs(5), "it took {took}");
}

#[tokio::test(start_paused = true)]
async fn further_claims_on_a_bot_follow_the_first_claims_of_the_next_hour() {
    let busy = Busy::new(600);
    let start = plus(at("09:30"), MINUTE * 15);
    for number in 0..100 {
        busy.put_copies(&format!("shared-{number}"), 20, start);
    }
    busy.put("within-the-hour", plus(start, MINUTE * 59));
    busy.put("later", plus(start, MINUTE * 61));
    busy.run(60).await;
    let calls = busy.recall.calls();
    let place = |name: &str| calls.iter().position(|call| call.subject == name);
    let within = place("within-the-hour").expect("it was called");
    assert!((100..=110).contains(&within), "{within}");
    assert_eq!(place("later"), None, "further claims go before it");
    assert!(calls.len() > 500, "{}", calls.len());
}

#[tokio::test(start_paused = true)]
async fn an_urgent_meeting_overtakes_the_further_claims_on_many_bots() {
    let busy = Busy::new(600);
    let start = plus(at("09:30"), MINUTE * 15);
    for number in 0..100 {
        busy.put_copies(&format!("shared-{number}"), 20, start);
    }
    let is_put = async {
        tokio::time::sleep(Duration::from_millis(20_130)).await;
        let now = busy.clock.now();
        busy.put("urgent", plus(start, MINUTE));
        now
    };
    let (_, put_at) = join(busy.run(30), is_put).await;
    let took = first_claim(&busy, "urgent") - put_at.duration_since(at("09:30"));
    assert!(took <= SignedDuration::from_secs(2), "it took {took}");
}
