//! A thousand meetings, of whose webhooks half are dropped.

use std::collections::BTreeMap;

use callsheet_domain::{BotStatus, Operation, Outcome, Timestamp, plus};
use jiff::SignedDuration;

use super::{FAILED, RECORDED, Status, statuses, told};
use crate::harness::Harness;

/// The call lasts longer than its meeting.
const OVERRUN: &[Status] = &[
    (0, "joining_call", None),
    (20, "in_call_recording", None),
    (3_000, "call_ended", Some("timeout_exceeded_everyone_left")),
    (3_010, "done", None),
];
const NEVER_ADMITTED: &[Status] = &[
    (0, "joining_call", None),
    (5, "in_waiting_room", None),
    (1_205, "call_ended", Some("timeout_exceeded_waiting_room")),
    (1_215, "done", None),
];
const LATE: &[Status] = &[
    (0, "joining_call", None),
    (5, "in_waiting_room", None),
    (700, "in_call_recording", None),
    (1_780, "call_ended", Some("bot_kicked_from_call")),
    (1_790, "done", None),
];

const LIVES: [&[Status]; 5] = [RECORDED, OVERRUN, NEVER_ADMITTED, LATE, FAILED];

/// A thousand meetings, of whose webhooks half are dropped: each row ends as its bot did, and
/// soon. The reads are few.
#[tokio::test]
async fn every_meeting_ends_right_with_half_of_the_webhooks_dropped() {
    const MEETINGS: i64 = 1_000;
    let harness = Harness::new();
    let rows = harness.meetings(MEETINGS, 3).await;
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    let mut events: BTreeMap<Timestamp, Vec<(usize, BotStatus)>> = BTreeMap::new();
    let mut ends = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        let life = statuses(row, LIVES[number % LIVES.len()]);
        let bot = row.known_bot().expect("it is at Recall").clone();
        let (first, rest) = life.split_first().expect("not empty");
        let whole = Outcome::of(bot, first.clone());
        let whole = rest.iter().cloned().fold(whole, Outcome::seen);
        for status in life {
            ends.insert(row.key.clone(), (status.at(), whole.clone()));
            let at = events.entry(status.at()).or_default();
            at.push((number, status));
        }
    }
    let last = *events.keys().last().expect("some");
    let (mut dropped, mut reported) = (0, 0);
    let mut late: BTreeMap<_, SignedDuration> = BTreeMap::new();
    while harness.after(0) < plus(last, SignedDuration::from_mins(60)) {
        let next = harness.after(60);
        while let Some(entry) = events
            .first_entry()
            .filter(|entry| *entry.key() <= harness.after(0))
        {
            for (number, status) in entry.remove() {
                let bot = rows[number].known_bot().expect("it is at Recall");
                harness.recall.put_status(bot, status.clone());
                chance ^= chance << 13;
                chance ^= chance >> 7;
                chance ^= chance << 17;
                if chance.is_multiple_of(2) {
                    dropped += 1;
                } else {
                    reported += 1;
                    harness.report_status(bot, &rows[number], status).await;
                }
            }
        }
        harness.read_silent().await;
        let now = harness.after(0);
        for row in &rows {
            let (ended_at, whole) = &ends[&row.key];
            if !late.contains_key(&row.key)
                && let Some(row) = harness.decisions.get(&row.key)
                && told(row.bot_outcome()) == told(Some(whole))
                && row.bot_outcome().is_some_and(Outcome::is_final)
            {
                late.insert(row.key.clone(), ended_at.duration_until(now));
            }
        }
        if now < next {
            harness.clock.advance(now.duration_until(next));
        }
    }
    for row in &rows {
        let after = harness.decisions.get(&row.key).expect("it is stored");
        let (_, whole) = &ends[&row.key];
        assert_eq!(
            told(after.bot_outcome()),
            told(Some(whole)),
            "{}",
            row.key.event_id
        );
    }
    let mut of_bot: BTreeMap<String, usize> = BTreeMap::new();
    let calls = harness.recall.calls();
    let reads: Vec<_> = calls
        .iter()
        .filter(|call| call.operation == Operation::GetBot)
        .collect();
    for read in &reads {
        *of_bot.entry(read.subject.clone()).or_default() += 1;
    }
    let most = of_bot.values().max().copied().unwrap_or(0);
    let latest = late.values().max().copied().unwrap_or_default();
    let is_half = (reported * 9..reported * 11).contains(&(dropped * 10));
    assert!(is_half, "{dropped} dropped, {reported} reported");
    assert!(of_bot.len() < rows.len(), "some are told by webhooks alone");
    assert!(2 * reads.len() < 5 * rows.len(), "{} reads", reads.len());
    assert!(most <= 5, "{most} reads of one bot");
    assert!(latest <= SignedDuration::from_mins(21), "{latest}");
    let busiest = reads.iter().map(|read| {
        let until = plus(read.at, SignedDuration::from_secs(60));
        reads
            .iter()
            .filter(|other| (read.at..until).contains(&other.at))
            .count()
    });
    assert!(busiest.max().unwrap_or(0) <= 300);
}
