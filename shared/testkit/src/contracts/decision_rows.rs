//! Rows of decisions with every part that a row may have.

use callsheet_domain::{
    Abandonment, Alert, AlertKind, Alerts, Applied, Attempts, BotConfig, BotReads, BotStatus,
    CalendarRevision, CallRecord, Cause, Decision, DecisionInputs, EarlierOutcomes, Generation,
    History, MeetingRevision, Operation, Outcome, OverrideRevision, PastVerdict, PastVerdicts,
    PolicyRevision, RecordedResult, RuleName, Verdict, Wanted, WantedBot,
};
use serde_json::json;

use crate::{With, a_decision, an_applied_bot, at, id};

/// The default decision, on the event of this id.
pub(super) fn a_row(event: &str) -> Decision {
    a_decision().with(|row| row.key.event_id = id(event))
}

fn the_wanted_bot() -> WantedBot {
    match a_decision().wanted {
        Wanted::Bot(bot) => *bot,
        Wanted::Nothing => unreachable!("the usual decision wants a bot"),
    }
}

/// Every combination of the optional parts of a row.
pub(super) fn plain_shapes() -> Vec<Decision> {
    let wanted = [Wanted::Nothing, a_decision().wanted];
    let bot = an_applied_bot(&the_wanted_bot());
    let applied = [
        Applied::Nothing,
        Applied::Bot(Box::new(bot.clone())),
        Applied::Bot(Box::new(bot.clone().with(|bot| bot.bot_id = None))),
        Applied::Uncertain(Box::new(bot.clone())),
        Applied::TooMany(Box::new(bot.clone())),
        Applied::Dispatched(Box::new(bot)),
    ];
    let attempts = [
        Attempts::default(),
        Attempts {
            count: 3,
            not_before: Some(at("09:59:59.999999")),
            last_error: Some("no bot was free".to_owned()),
        },
    ];
    let abandonment = Abandonment {
        generation: Generation(1),
        reason: "the meeting is over".to_owned(),
    };
    let mut rows = Vec::new();
    for wanted in &wanted {
        for applied in &applied {
            for attempts in &attempts {
                for abandoned in [None, Some(abandonment.clone())] {
                    let name = format!("plain-{}", rows.len());
                    rows.push(a_row(&name).with(|row| {
                        row.wanted = wanted.clone();
                        row.applied = applied.clone();
                        row.attempts = attempts.clone();
                        row.abandoned = abandoned;
                    }));
                }
            }
        }
    }
    rows
}

/// Rows with values that are long, unusual or at an end of their range.
pub(super) fn odd_shapes() -> Vec<Decision> {
    let titled = |name: &str, title: Option<&str>| {
        a_row(name).with(|row| row.title = title.map(str::to_owned))
    };
    let config = json!({
        "bot_name": "Ünïcode \u{1F9FE}",
        "transcript": {"languages": ["de", null], "threshold": 0.1 + 0.2},
        "odd": [1e-7, 123_456_789.123_456_79, -0.5, u64::MAX, i64::MIN, true, {}, ""],
    });
    let config = BotConfig::new(config).expect("a valid configuration");
    let long_link = format!("https://meet.example/{}?pwd=äöü", "x".repeat(3_000));
    vec![
        titled("title-none", None),
        titled("title-empty", Some("")),
        titled(
            "title-unicode",
            Some("Q3 \u{2013} Übergabe \u{1F680} \"zitiert\"\n日本語"),
        ),
        a_row("skipped").with(|row| {
            row.verdict =
                Verdict::skip(RuleName::named("declined"), "the calendar's owner declined");
            row.wanted = Wanted::Nothing;
        }),
        a_row("a-rule-of-its-own").with(|row| {
            row.verdict = Verdict::record(RuleName::named("rule 7"), "");
        }),
        a_row("a-long-link").with(|row| {
            let wanted = WantedBot {
                deduplication_key: id("é".repeat(2_000)),
                meeting_url: long_link,
                config,
                ..the_wanted_bot()
            };
            row.applied = Applied::Bot(Box::new(an_applied_bot(&wanted).with(|bot| {
                bot.bot_id = Some(id("b".repeat(128)));
            })));
            row.wanted = Wanted::Bot(Box::new(wanted));
        }),
        a_row("recorded").with(|row| row.outcome = Some(an_outcome())),
        a_row("with-earlier-bots").with(|row| {
            let of = |bot: &str| Outcome {
                bot_id: id(bot),
                ..an_outcome()
            };
            row.life.reads = BotReads::default().after(false, at("10:05"));
            row.life.last_key = Some(id("10:00-https://meet.example/abc"));
            row.life.called_key = Some(id("10:00-https://meet.example/abc-retry-1"));
            row.life.wished_at = Some(at("10:04:00.000001"));
            row.life.alerts = Alerts::kept(AlertKind::ALL.map(|kind| Alert {
                kind,
                bot_id: id("bot-1"),
                at: at("10:06"),
            }));
            row.life.earlier = EarlierOutcomes::kept(["bot-2", "bot-3", "bot-4"].map(of));
        }),
        a_row("with-an-unknown-status").with(|row| {
            let code = "ü".repeat(100);
            let status = BotStatus::new(&code, Some(&code), at("10:00:00.000001"));
            row.outcome = status.map(|status| Outcome::of(id("bot-1"), status));
        }),
        a_row("with-calls").with(|row| row.history = History::kept(calls())),
        a_row("with-past-verdicts").with(|row| {
            let verdict = |is_recorded: bool, overrides| PastVerdict {
                at: at("09:30:00.000001"),
                is_recorded,
                rule: RuleName::named("external"),
                policy: PolicyRevision(4),
                overrides: OverrideRevision(overrides),
            };
            row.verdicts = PastVerdicts::kept([verdict(false, 0), verdict(true, 7)]);
        }),
        a_row("odd-instants").with(|row| {
            row.starts_at = at("2090-03-06T10:00:00.000001Z");
            row.ends_at = at("2090-03-06T10:00:00.999999Z");
            row.inputs.event = at("1969-12-31T23:59:59.999999Z");
            row.attempts.not_before = Some(at("2090-03-06T10:00:00.123456Z"));
        }),
        a_row("large-numbers").with(|row| {
            row.inputs = DecisionInputs {
                event: at("09:00"),
                calendar: CalendarRevision(u64::MAX),
                policy: PolicyRevision(u64::MAX),
                overrides: OverrideRevision(u64::MAX),
                meeting: MeetingRevision(u64::MAX),
            };
            row.generation = Generation(u64::MAX);
            row.attempts.count = u32::MAX;
        }),
        a_row(&"e".repeat(128)).with(|row| {
            row.key.ical_uid = id("ü".repeat(480));
        }),
    ]
}

/// An outcome with every part.
fn an_outcome() -> Outcome {
    let status = |code, sub_code, time: &str| {
        BotStatus::new(code, sub_code, at(time)).expect("it has a code")
    };
    [
        status("recording_permission_allowed", Some("by_host"), "10:00:01"),
        status("in_call_recording", None, "10:00:02.000001"),
        status("call_ended", Some("call_ended_by_host"), "10:59"),
        status("done", None, "11:00"),
        status("analysis_done", None, "11:01"),
    ]
    .into_iter()
    .fold(
        Outcome::of(id("bot-1"), status("joining_call", None, "10:00")),
        Outcome::seen,
    )
}

/// A call of each operation, for each cause, with each result.
fn calls() -> Vec<CallRecord> {
    let reason = || "no bot was free so shortly before the start".to_owned();
    let call = |operation, cause, outcome, is_late| CallRecord {
        at: at("09:30:00.000001"),
        operation,
        cause,
        outcome,
        is_late,
    };
    let (schedule, unschedule) = (Operation::ScheduleBot, Operation::UnscheduleBot);
    vec![
        call(schedule, Cause::New, RecordedResult::Again(reason()), true),
        call(
            schedule,
            Cause::Moved,
            RecordedResult::Refused(reason()),
            true,
        ),
        call(schedule, Cause::Changed, RecordedResult::Done, false),
        call(schedule, Cause::Uncertain, RecordedResult::Done, false),
        call(
            unschedule,
            Cause::Unwanted,
            RecordedResult::Dispatched,
            false,
        ),
        call(
            Operation::GetEvent,
            Cause::Unwanted,
            RecordedResult::Done,
            false,
        ),
        call(
            Operation::LeaveCall,
            Cause::Unwanted,
            RecordedResult::Done,
            false,
        ),
        call(
            unschedule,
            Cause::TooMany,
            RecordedResult::Blocked(reason()),
            false,
        ),
    ]
}
