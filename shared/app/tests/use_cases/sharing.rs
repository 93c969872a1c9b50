//! A meeting with copies in several calendars, and the bot that they share.

use callsheet_app::ports::{BotReply, Queue as _};
use callsheet_app::{Handled, Ports, SyncHandler};
use callsheet_domain::{
    Applied, CalendarEvent, CalendarId, CalendarStatus, Decision, DeduplicationScheme, EventId,
    LinkComparison, Meeting, Operation, ResponseStatus, SyncJob, SyncReason, SyncRequest, Wanted,
};
use callsheet_testkit::{
    Delay, Fault, Intercepted, With as _, a_calendar, a_decision, an_applied_bot, an_email,
    an_event, at,
};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

mod several_meetings;

/// How long an owner check waits for the index.
const LAG: SignedDuration = SignedDuration::from_secs(30);

/// The owner of each copy; the second one is the organizer.
const OWNERS: [&str; 3] = ["sales", "lead", "support"];

pub(crate) fn calendar(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{}", OWNERS[number])).expect("an id")
}

/// The copy in the `number`th calendar, with a title of its own.
pub(crate) fn copy(number: usize) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.calendar_id = calendar(number);
        event.facts.title = Some(format!("As {} has it", OWNERS[number]));
        event.facts.organizer = Some(an_email("lead@acme.example"));
        event.facts.own_response = Some(ResponseStatus::Accepted);
    })
}

/// A harness with three calendars, whose bots are named by the title.
pub(crate) async fn harness(scheme: DeduplicationScheme) -> Harness {
    let harness = Harness::new();
    harness
        .push(|document| {
            document.deduplication = scheme;
            document
                .bot
                .insert("bot_name".to_owned(), "{{ title }}".into());
        })
        .await;
    for (number, owner) in OWNERS.iter().enumerate() {
        harness.recall.put_calendar(a_calendar().with(|connected| {
            connected.id = calendar(number);
            connected.email = Some(an_email(&format!("{owner}@acme.example")));
        }));
    }
    harness
}

impl Harness {
    /// Syncs a calendar. Calls of the table of decisions take time.
    async fn delayed_sync(&self, number: usize, delay: &Delay) -> Handled {
        let request = SyncRequest {
            calendar_id: calendar(number),
            reason: SyncReason::CalendarChanged,
            sent_at: self.after(-1),
        };
        let sent = self.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
        let sync = self.sync();
        let delayed = SyncHandler {
            ports: Ports {
                recall: sync.ports.recall,
                decisions: Intercepted::new(sync.ports.decisions, delay),
                state: sync.ports.state,
                queue: sync.ports.queue,
                clock: sync.ports.clock,
            },
            policy_cache: sync.policy_cache,
            settings: sync.settings,
        };
        delayed
            .handle(&self.queue.deliver(1), self.deadline())
            .await
    }

    /// The names of all bots at Recall.
    pub(crate) fn bot_names(&self) -> Vec<String> {
        let bots = self.recall.bots().into_values();
        let json = bots.map(|bot| serde_json::from_str(&bot.config).expect("JSON"));
        json.map(|json: serde_json::Value| json["bot_name"].as_str().expect("a text").to_owned())
            .collect()
    }
}

#[test_case([0, 1, 2]; "the organizer's in between")]
#[test_case([1, 2, 0]; "the organizer's first")]
#[test_case([2, 0, 1]; "the organizer's last")]
#[tokio::test]
async fn the_shared_bot_is_the_organizers_whichever_copy_comes_last(order: [usize; 3]) {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in order {
        harness.see(copy(number)).await;
        harness.drained().await.expect("memory");
    }
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    harness.assert_as_wanted();
    assert_eq!(
        harness.recall.count(Operation::ScheduleBot),
        3,
        "one call for each copy"
    );
}

#[tokio::test]
async fn without_the_organizers_copy_the_smallest_id_owns_the_bot() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in [2, 0] {
        harness.see(copy(number)).await;
        harness.drained().await.expect("memory");
    }
    assert_eq!(harness.bot_names(), ["As sales has it"]);
}

#[tokio::test]
async fn a_bot_passes_to_another_copy_when_its_owner_disconnects() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    harness
        .see_calendar(a_calendar().with(|lost| {
            lost.id = calendar(1);
            lost.status = CalendarStatus::Disconnected;
            lost.email = Some(an_email("lead@acme.example"));
            lost.updated_at = harness.after(0);
        }))
        .await;
    harness.clock.advance(LAG);
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As sales has it"]);
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_new_title_of_the_owner_costs_one_call() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    let before = harness.recall.count(Operation::ScheduleBot);
    harness
        .see(copy(1).with(|event| {
            event.facts.title = Some("Renamed".to_owned());
            event.updated_at = harness.after(0);
        }))
        .await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["Renamed"]);
    assert_eq!(harness.recall.count(Operation::ScheduleBot), before + 1);
    harness.assert_as_wanted();
}

#[test_case(DeduplicationScheme::Meeting, 1; "one a meeting")]
#[test_case(DeduplicationScheme::Domain, 1; "one a company domain, and all are of one")]
#[test_case(DeduplicationScheme::Calendar, 3; "one a calendar")]
#[tokio::test]
async fn the_scheme_says_how_many_bots_there_are(scheme: DeduplicationScheme, bots: usize) {
    let harness = harness(scheme).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.bots().len(), bots);
}

#[tokio::test]
async fn deduplication_keys_have_the_form_of_recalls_guide() {
    for (scheme, suffix) in [
        (DeduplicationScheme::Meeting, ""),
        (DeduplicationScheme::Domain, "-acme.example"),
        (DeduplicationScheme::Calendar, "-event-0"),
    ] {
        let harness = harness(scheme).await;
        harness.see(copy(0)).await;
        let Wanted::Bot(bot) = harness.decision(&copy(0).id).wanted else {
            panic!("it is recorded");
        };
        assert_eq!(
            bot.deduplication_key.as_str(),
            format!("2090-03-06T10:00:00Z-https://meet.example/abc-defg{suffix}")
        );
    }
}

/// Copies of one meeting, whose links differ in what does not name it.
#[test_case(LinkComparison::Meeting, 1; "by what names the meeting")]
#[test_case(LinkComparison::Text, 3; "by their text")]
#[tokio::test]
async fn links_are_compared_as_the_policy_says(links: LinkComparison, bots: usize) {
    let harness = harness(DeduplicationScheme::Meeting).await;
    harness
        .push(|document| document.compare_links = Some(links))
        .await;
    let shown = [
        "https://us02web.zoom.us/j/84512345678?pwd=a#success",
        "https://ZOOM.us/j/84512345678?pwd=a",
        "https://acme.zoom.us/w/84512345678?tk=of-an-invitee",
    ];
    for (number, url) in shown.into_iter().enumerate() {
        harness
            .see(copy(number).with(|event| {
                let url = url.to_owned();
                event.meeting = Some(Meeting { url });
            }))
            .await;
    }
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.bots().len(), bots);
    harness.assert_as_wanted();
    if links == LinkComparison::Meeting {
        let Wanted::Bot(bot) = harness.decision(&copy(1).id).wanted else {
            panic!("it is recorded");
        };
        assert_eq!(
            bot.deduplication_key.as_str(),
            "2090-03-06T10:00:00Z-https://zoom.us/j/84512345678"
        );
        assert_eq!(
            bot.meeting_url, shown[1],
            "the bot joins by the event's link"
        );
    }
}

/// The usual row after its bot was scheduled.
fn with_its_bot(row: &mut Decision) {
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
}

fn abandoned(row: &mut Decision) {
    *row = row.clone().abandon("Recall refused it");
}

#[test_case(|_| (), "10:30", true; "a row whose call is to be made")]
#[test_case(with_its_bot, "10:30", true; "a row whose bot is there")]
#[test_case(|row| row.wanted = Wanted::Nothing, "10:30", false; "a row that wants none")]
#[test_case(with_its_bot, "11:00", false; "a row of a meeting that is over")]
#[test_case(abandoned, "10:30", false; "a row whose call was refused for good")]
#[test_case(|row| { with_its_bot(row); abandoned(row); }, "10:30", true; "a row whose bot is there, and only its change was refused")]
fn a_row_wants_a_bot_that_it_holds_or_is_about_to_schedule(
    change: fn(&mut Decision),
    now: &str,
    expected: bool,
) {
    let Wanted::Bot(bot) = a_decision().wanted else {
        panic!("the usual decision wants a bot");
    };
    let row = a_decision().with(change);
    assert_eq!(row.wants(&bot.deduplication_key, at(now)), expected);
}

/// The other copy wants the bot, but Recall refused its call for good. It would not be
/// recorded anyway, so it keeps no bot in the call of a person who said no.
#[tokio::test]
async fn a_copy_whose_call_was_refused_does_not_keep_the_bot_of_a_person_who_declines() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    harness.see(copy(0)).await;
    harness.drained().await.expect("a finished run");
    let refused = BotReply::Refused("the calendar has no access".to_owned());
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    harness.see(copy(2)).await;
    harness.drained().await.expect("a finished run");
    assert!(harness.decision(&copy(2).id).is_abandoned());
    harness.clock.advance_to(at("10:05"));
    let declined = copy(0).with(|event| {
        event.facts.own_response = Some(ResponseStatus::Declined);
        event.updated_at = harness.after(0);
    });
    harness.see(declined).await;
    harness.drained().await.expect("a finished run");
    assert!(harness.recall.bots().is_empty());
}

/// Two syncs that have both loaded the meeting before either of them writes.
#[tokio::test(start_paused = true)]
async fn copies_that_two_syncs_write_at_once_get_the_owners_configuration() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in [0, 1] {
        harness.recall.put_event(copy(number));
    }
    let delay = Delay::millis(20, 20);
    let syncs = [0, 1].map(|number| harness.delayed_sync(number, &delay));
    let handled = futures_util::future::join_all(syncs).await;
    assert_eq!(handled, [Handled::default(), Handled::default()]);
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    harness.assert_as_wanted();
}

/// Its call was the last one before it left.
#[tokio::test]
async fn a_copy_that_leaves_does_not_leave_its_configuration_behind() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    harness.see(copy(0)).await;
    harness.drained().await.expect("memory");
    let own = harness.decision(&copy(0).id);
    harness.see(copy(1)).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    // As if neither sync had read the other copy.
    let unsettled = own.with(|row| row.version = harness.decision(&row.key.event_id).version);
    harness.decisions.put(unsettled);
    let declined = copy(1).with(|event| {
        event.facts.own_response = Some(ResponseStatus::Declined);
        event.updated_at = harness.after(0);
    });
    harness.see(declined).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As sales has it"]);
    harness.assert_as_wanted();
}
