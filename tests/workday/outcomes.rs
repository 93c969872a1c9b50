//! Outcomes: bots join running meetings, and each meeting ends in *recorded*, or in the reason why
//! it was not. One of the bots fails, and another one is sent in its place.
//!
//! This comes after the decisions were compared with the bots at Recall: the bots of these
//! meetings are gone at the end.

use std::time::Duration;

use callsheet_domain::{Decision, MeetingResult, Outcome, OutcomeClass, Phase};
use comfy_table::Table;
use recall_simulator::{EventDraft, EventId, LifeKind, LifePlan};

use crate::demo::{ControlResult, Demo};
use crate::people::Person::{self, Sales1};
use crate::table::table;
use crate::week::minutes;

/// Whose meetings these are.
const OWNER: Person = Sales1;
/// A second of a bot's life takes so many seconds.
const PACE: f64 = 0.004;
/// Longest wait for the ends of all bots.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A meeting, and the lives of its bots, the first one first.
struct Story {
    title: &'static str,
    told: &'static str,
    lives: &'static [LifeKind],
    expected: Expected,
}

/// What comes of a meeting: its bot, or the last of them, ends so.
type Expected = (Phase, OutcomeClass);

const STORIES: [Story; 5] = [
    Story {
        title: "Pitch",
        told: "the bot waits in the lobby and is admitted",
        lives: &[LifeKind::RecordedAfterLobby],
        expected: (Phase::Done, OutcomeClass::NormalEnd),
    },
    Story {
        title: "Due diligence",
        told: "the bot waits in the lobby, and nobody admits it",
        lives: &[LifeKind::NeverAdmitted],
        expected: (Phase::NotRecorded, OutcomeClass::NeverAdmitted),
    },
    Story {
        title: "Negotiation",
        told: "somebody removes the bot: no other one comes",
        lives: &[LifeKind::Removed],
        expected: (Phase::NotRecorded, OutcomeClass::Removed),
    },
    Story {
        title: "Proposal",
        told: "the platform fails, and a second bot is sent",
        lives: &[LifeKind::PlatformFault, LifeKind::Recorded],
        expected: (Phase::Done, OutcomeClass::NormalEnd),
    },
    Story {
        title: "Training",
        told: "nobody else joins",
        lives: &[LifeKind::NobodyCame],
        expected: (Phase::NotRecorded, OutcomeClass::NobodyCame),
    },
];

/// Has five meetings run, prints what became of their bots, and gives their decisions.
pub(crate) async fn run(demo: &mut Demo) -> ControlResult<Vec<Decision>> {
    let mut events = Vec::new();
    for story in &STORIES {
        events.push(begin(demo, story).await?);
    }
    let has_ended = async || {
        let decisions = demo.decisions().await;
        let stories = STORIES.iter().zip(&events);
        let mut ends =
            stories.map(|(story, event)| end(&decisions, *event) == Some(story.expected));
        ends.all(|is_as_expected| is_as_expected)
    };
    let is_as_expected = callsheet_tests::wait_until(TIMEOUT, has_ended).await;
    let mut decisions = demo.decisions().await;
    println!("{}", stories(&decisions, &events).trim_fmt());
    if !is_as_expected {
        demo.add_problem("outcomes: a bot has not ended as expected, see the table");
    }
    decisions.retain(|decision| {
        let id = decision.key.event_id.as_str();
        events.iter().any(|event| event.to_string() == id)
    });
    Ok(decisions)
}

/// Creates a meeting that began a minute ago.
async fn begin(demo: &Demo, story: &Story) -> ControlResult<EventId> {
    let start = demo.stack.now() - minutes(1);
    let room = story.title.to_lowercase().replace(' ', "-");
    let draft = EventDraft::new(story.title, start, start + minutes(90))
        .attendee("buyer@globex.example")
        .meeting_url(format!("https://meet.example/{room}"));
    let calendar = demo.calendar(OWNER);
    let created = demo
        .stack
        .recall
        .create_events(calendar, vec![draft])
        .await?;
    let event = created[0].id;
    let plan = LifePlan {
        events: vec![event],
        kinds: story.lives.to_vec(),
        pace: PACE,
        ..LifePlan::random()
    };
    demo.stack.recall.add_lives(&plan).await?;
    Ok(event)
}

fn decision_of(decisions: &[Decision], event: EventId) -> Option<&Decision> {
    let id = event.to_string();
    let mut decisions = decisions.iter();
    decisions.find(|decision| decision.key.event_id.as_str() == id)
}

/// How the last bot of an event has ended, if it has.
fn end(decisions: &[Decision], event: EventId) -> Option<Expected> {
    let outcome = decision_of(decisions, event)?.bot_outcome()?;
    outcome
        .is_final()
        .then_some((outcome.phase(), outcome.class()?))
}

fn stories(decisions: &[Decision], events: &[EventId]) -> Table {
    let mut table = table(["meeting", "what happens", "bots", "so Callsheet says"]);
    for (story, event) in STORIES.iter().zip(events) {
        let decision = decision_of(decisions, *event);
        let (bots, says) = decision.map_or((0, "nothing yet".to_owned()), says);
        table.add_row([
            story.title.to_owned(),
            story.told.to_owned(),
            bots.to_string(),
            says,
        ]);
    }
    table
}

/// The number of bots of a meeting, and what came of it.
fn says(decision: &Decision) -> (usize, String) {
    let outcomes: Vec<&Outcome> = decision.meeting_outcomes().collect();
    let because = decision.bot_outcome().and_then(Outcome::class);
    let because = because.map_or("it has not ended", OutcomeClass::because);
    let result = match MeetingResult::of(decision) {
        MeetingResult::Recorded => "recorded".to_owned(),
        MeetingResult::Lost(_) => format!("not recorded, because {because}"),
        MeetingResult::NotWanted => "not to be recorded".to_owned(),
    };
    (outcomes.len(), result)
}
