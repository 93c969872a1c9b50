//! To which meetings a bot is sent, and what is said.

use callsheet_api::send::SendingStep;
use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_domain::{
    Applied, BotStatus, Decision, OverrideChoice, RuleName, SyncJob, Verdict, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_applied_bot, an_event, at, id,
};
use test_case::test_case;

use super::*;
use crate::render::{Render as _, assert_published};

struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

impl Harness {
    async fn with(row: Decision) -> Self {
        let harness = Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queue: MemoryQueue::new(),
        };
        let record = a_calendar_record();
        harness.state.write_record(&record).await.expect("memory");
        harness.decisions.write(&row).await.expect("memory");
        harness
    }

    async fn send(&self, now: &str) -> Result<SentBot, CliError> {
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let event = EventName::Id(an_event().id.to_string());
        send(ports, &event, &an_actor(), at(now)).await
    }

    async fn has_override(&self) -> bool {
        let owner = a_calendar_record().calendar.owner();
        let overrides = self.state.overrides(&owner).await.expect("memory");
        let mut stored = overrides.by_scope.into_values();
        stored.any(|stored| stored.choice == OverrideChoice::Record)
    }

    fn row(&self) -> Decision {
        self.decisions.all().pop().expect("it is stored")
    }
}

/// A decision whose bot is at Recall, with these statuses, each a second after the last.
fn with_bot(statuses: &[(&str, Option<&str>)]) -> Decision {
    a_decision().with(|row| {
        let Wanted::Bot(wanted) = &row.wanted else {
            return;
        };
        let bot = an_applied_bot(wanted).with(|bot| bot.bot_id = Some(id("bot-1")));
        row.applied = Applied::Bot(Box::new(bot));
        let statuses = statuses.iter().enumerate().map(|(second, status)| {
            let second = at(&format!("10:00:{second:02}"));
            BotStatus::new(status.0, status.1, second).expect("a code")
        });
        let statuses: Vec<_> = statuses.collect();
        *row = row.clone().with_statuses(&id("bot-1"), &statuses, true);
    })
}

const REMOVED: &[(&str, Option<&str>)] =
    &[("call_ended", Some("bot_kicked_from_call")), ("done", None)];

#[tokio::test]
async fn another_bot_is_sent_in_place_of_one_that_has_ended() {
    let harness = Harness::with(with_bot(REMOVED)).await;
    let sent = harness.send("10:05").await.expect("it is sent");
    assert_published("send", &sent);
    let event = an_event().id;
    let expected = format!(
        "A bot is sent to \"Kick-off\", which ends 2090-03-06 11:00 UTC, in place of one that has \
         ended: retry 1.\nRecall is called as soon as a permit is free.\nIt is kept as an override of \
         lead@acme.example: `callsheet override event {event} skip` takes the bot out again. \
         `callsheet explain {event}` shows what becomes of it."
    );
    assert_eq!((sent.text(), sent.exit_code()), (expected, 0));
    let row = harness.row();
    assert!(row.is_due());
    assert_eq!(
        row.wanted_key()
            .map(callsheet_domain::DeduplicationKey::retry),
        Some(1)
    );
    assert!(harness.has_override().await);
}

#[tokio::test]
async fn a_meeting_that_was_not_to_be_recorded_is_synced_first() {
    let skipped = a_decision().with(|row| {
        row.wanted = Wanted::Nothing;
        row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule applies");
    });
    let harness = Harness::with(skipped).await;
    let sent = harness.send("10:05").await.expect("it is sent");
    assert_eq!((sent.by, sent.retry), (SendingStep::Sync, 0));
    let jobs = harness.queue.sent();
    assert!(matches!(jobs.as_slice(), [SyncJob::Event(_)]), "{jobs:?}");
    assert!(harness.has_override().await);
}

#[test_case(with_bot(&[]), "10:05", "reported nothing of it yet"; "a bot of which nothing is known")]
#[test_case(with_bot(&[("in_call_recording", None)]), "10:05", "it is recording"; "a bot that records")]
#[test_case(with_bot(&[("call_ended", None)]), "10:05", "it has left the call"; "a bot that shuts down")]
#[test_case(with_bot(REMOVED), "09:55", "has not begun"; "a meeting to come")]
#[test_case(with_bot(REMOVED), "11:00", "is over"; "a meeting that is over")]
#[tokio::test]
async fn no_bot_is_sent(row: Decision, now: &str, expected: &str) {
    let harness = Harness::with(row.clone()).await;
    let error = harness.send(now).await.expect_err("it is refused");
    assert!(error.report().contains(expected), "{}", error.report());
    assert_eq!(error.exit_code(), 1);
    assert!(!harness.has_override().await);
    assert_eq!(harness.row().wanted, row.wanted);
}

#[tokio::test]
async fn no_bot_is_sent_to_a_locked_meeting() {
    let row = a_decision().with(|row| {
        row.verdict = Verdict::skip(RuleName::named("legal-hold"), "why");
        if let Verdict::Skip(reason) = &mut row.verdict {
            reason.is_locked = true;
        }
        row.wanted = Wanted::Nothing;
        row.offer = None;
    });
    let harness = Harness::with(row).await;
    let sent = harness.send("10:05").await.expect("the wish is stored");
    assert_eq!(sent.exit_code(), 1);
    let text = sent.text();
    let expected =
        "No bot is sent. \"Kick-off\" is not recorded: the policy locks its rule \"legal-hold\"";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(harness.row().wanted, Wanted::Nothing);
}

#[tokio::test]
async fn a_person_who_sends_twice_sends_one_bot() {
    let harness = Harness::with(with_bot(REMOVED)).await;
    harness.send("10:05").await.expect("it is sent");
    let once = harness.row();
    let again = harness.send("10:06").await.expect("it is on its way");
    assert_eq!(again.retry, 1);
    // The later wish counts: a bot that people put out in between does not keep this one away.
    let twice = harness.row();
    assert!(twice.life.wished_at > once.life.wished_at);
    assert_eq!(
        (twice.wanted, twice.generation),
        (once.wanted, once.generation)
    );
}
