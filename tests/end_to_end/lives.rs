//! Whole lives of bots, by webhooks and, if none come, by reads.

use callsheet_domain::{Outcome, OutcomeClass, Phase};
use callsheet_tests::assert_eventually;
use recall_simulator::{
    EventView, LifeKind, LifePlan, LifeReports, Operation, Platform, WebhookFaults,
};

use crate::command::callsheet;
use crate::tenant::{TIMEOUT, Tenant};

pub(crate) const LATE: &str = "was scheduled late";
/// A second of a life takes a thousandth of one.
pub(crate) const PACE: f64 = 0.001;

/// How each kind of life ends, and in which words.
const ENDS: [(LifeKind, Phase, OutcomeClass, &str); 13] = {
    use {LifeKind as Kind, OutcomeClass as Class};
    const HAS: &str = "It has recorded the meeting, and left: ";
    const NOT: &str = "It has not recorded the meeting, because ";
    [
        (Kind::Recorded, Phase::Done, Class::NormalEnd, HAS),
        (Kind::RecordedAfterLobby, Phase::Done, Class::NormalEnd, HAS),
        (
            Kind::RemovedAfterRecording,
            Phase::Done,
            Class::Removed,
            HAS,
        ),
        (Kind::NobodyCame, Phase::NotRecorded, Class::NobodyCame, NOT),
        (
            Kind::NeverAdmitted,
            Phase::NotRecorded,
            Class::NeverAdmitted,
            NOT,
        ),
        (Kind::Removed, Phase::NotRecorded, Class::Removed, NOT),
        (
            Kind::PermissionDenied,
            Phase::NotRecorded,
            Class::PermissionDenied,
            NOT,
        ),
        (Kind::LinkOrRoom, Phase::NotRecorded, Class::LinkOrRoom, NOT),
        (Kind::SignIn, Phase::NotRecorded, Class::SignIn, NOT),
        (
            Kind::Credentials,
            Phase::NotRecorded,
            Class::Credentials,
            NOT,
        ),
        (
            Kind::PlatformFault,
            Phase::NotRecorded,
            Class::PlatformFault,
            NOT,
        ),
        (Kind::Blocked, Phase::NotRecorded, Class::Blocked, NOT),
        (Kind::Unknown, Phase::NotRecorded, Class::Unknown, NOT),
    ]
};

/// Webhooks that come late, twice and in any order.
fn disordered() -> WebhookFaults {
    WebhookFaults {
        duplicate: 0.5,
        delay: 0.8,
        delay_ms: 3_000,
        ..WebhookFaults::default()
    }
}

impl Tenant {
    /// A meeting that began so many minutes ago, whose bot lives as `plan` says.
    pub(crate) async fn running(
        &self,
        number: usize,
        minutes: i64,
        plan: impl FnOnce(&EventView) -> LifePlan,
    ) -> EventView {
        let (mut draft, start) = self.starting_in(-60 * minutes);
        draft.end = callsheet_domain::plus(start, jiff::SignedDuration::from_hours(2));
        let room = format!("{}-life-{number}", self.calendars[0].id);
        let draft = draft.meeting_url(format!("https://meet.example/{room}"));
        let event = self.create(draft).await;
        let added = self.stack.recall.add_lives(&plan(&event)).await;
        added.expect("the simulator");
        event
    }

    /// Waits until the bot of each event has ended in this phase, for a reason of this class.
    async fn assert_ended(&self, expected: &[(EventView, Phase, OutcomeClass)]) {
        let calendar = self.calendar_id(0);
        let observe = async || self.stack.decisions_of(&calendar).await;
        assert_eventually(TIMEOUT, "each bot has ended", observe, |rows| {
            expected.iter().all(|(event, phase, class)| {
                let id = event.id.to_string();
                let row = rows.iter().find(|row| row.key.event_id.as_str() == id);
                row.and_then(|row| row.bot_outcome())
                    .is_some_and(|outcome: &Outcome| {
                        outcome.is_final()
                            && (outcome.phase(), outcome.class()) == (*phase, Some(*class))
                    })
            })
        })
        .await;
    }
}

#[tokio::test]
async fn each_kind_of_life_ends_in_its_phase_and_class_and_words() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.announces(LATE);
    let mut expected = Vec::new();
    for (number, (kind, phase, class, _)) in ENDS.into_iter().enumerate() {
        let plan = |event: &EventView| LifePlan {
            reports: LifeReports {
                faults: disordered(),
                is_older_form: number % 2 == 1,
            },
            ..LifePlan::of_event(event.id, kind, PACE)
        };
        let event = tenant.running(number, 1, plan).await;
        expected.push((event, phase, class));
    }
    tenant.assert_ended(&expected).await;
    for ((event, _, class), (.., words)) in expected.iter().zip(ENDS) {
        let explained = callsheet(&["explain", &event.id.to_string()], "").succeeded();
        let sentence = format!("{words}{}", class.because());
        assert!(explained.output.contains(&sentence), "{}", explained.output);
    }
}

/// Each webhook is dropped, and each life is over at once. The bots started ten minutes ago, so the next resync reads them.
#[tokio::test]
async fn bots_of_which_no_webhook_tells_are_read_by_a_resync() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.announces(LATE);
    let mut expected = Vec::new();
    for (number, (kind, phase, class, _)) in ENDS.into_iter().enumerate().step_by(4) {
        let plan = |event: &EventView| LifePlan {
            reports: LifeReports {
                faults: WebhookFaults {
                    drop: 1.0,
                    ..WebhookFaults::default()
                },
                is_older_form: false,
            },
            ..LifePlan::of_event(event.id, kind, 0.0)
        };
        let event = tenant.running(number, 10, plan).await;
        expected.push((event, phase, class));
    }
    tenant.assert_ended(&expected).await;
    let stats = tenant.stack.recall.stats().await.expect("the simulator");
    assert!(stats.operations.contains_key(&Operation::GetBot));
    assert_eq!((stats.violations, stats.simulator_violations), (0, 0));
}

/// What the decision about an event shows of its bots: how many ended, and how the last one did.
type Ends = (usize, Option<(Phase, OutcomeClass)>);

impl Tenant {
    async fn ends(&self, event: &EventView) -> Ends {
        let rows = self.stack.decisions_of(&self.calendar_id(0)).await;
        let id = event.id.to_string();
        let row = rows.iter().find(|row| row.key.event_id.as_str() == id);
        let Some(row) = row else {
            return (0, None);
        };
        let ended = |outcome: &&Outcome| outcome.is_final();
        let last = row.bot_outcome().filter(ended);
        let last = last.and_then(|outcome| Some((outcome.phase(), outcome.class()?)));
        (row.meeting_outcomes().filter(ended).count(), last)
    }

    /// The bots at Recall that were sent for an event, those that left included.
    async fn bots_sent(&self, event: &EventView) -> usize {
        let bots = self.stack.recall.bots().await.expect("the simulator");
        let sent = bots.iter().filter(|bot| bot.events.contains(&event.id));
        sent.count()
    }
}

#[tokio::test]
async fn a_bot_that_fails_is_followed_by_another_one_and_one_that_is_removed_by_none() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.announces(LATE);
    let lives = |event: &EventView, kinds: &[LifeKind]| LifePlan {
        events: vec![event.id],
        kinds: kinds.to_vec(),
        pace: PACE,
        ..LifePlan::random()
    };
    let fault = [LifeKind::PlatformFault, LifeKind::Recorded];
    let failed = tenant.running(1, 1, |event| lives(event, &fault)).await;
    let removed = tenant
        .running(2, 1, |event| lives(event, &[LifeKind::Removed]))
        .await;
    let observe = async || (tenant.ends(&failed).await, tenant.ends(&removed).await);
    let recorded = Some((Phase::Done, OutcomeClass::NormalEnd));
    let put_out = Some((Phase::NotRecorded, OutcomeClass::Removed));
    let expected = ((2, recorded), (1, put_out));
    assert_eventually(TIMEOUT, "both have ended", observe, |ends| {
        *ends == expected
    })
    .await;
    assert_eq!(tenant.bots_sent(&failed).await, 2);
    assert_eq!(tenant.bots_sent(&removed).await, 1);
    let explained = callsheet(&["explain", &failed.id.to_string()], "").succeeded();
    let told = [
        "It is retry 1, in place of a bot that has ended.",
        "It has recorded the meeting, and left",
        "because the platform or the bot failed",
        "since the one before had ended",
    ];
    for sentence in told {
        assert!(explained.output.contains(sentence), "{}", explained.output);
    }
    // A person has the last word.
    let sent = callsheet(&["send", &removed.id.to_string()], "").succeeded();
    assert!(sent.output.contains("retry 1"), "{}", sent.output);
    let observe = async || tenant.bots_sent(&removed).await;
    assert_eventually(TIMEOUT, "another one is sent", observe, |sent| *sent == 2).await;
    let stats = tenant.stack.recall.stats().await.expect("the simulator");
    assert_eq!((stats.violations, stats.simulator_violations), (0, 0));
}
