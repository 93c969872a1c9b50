//! The storm itself, and when it has blown over.

use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::{Change, EventChange, EventId};
use tokio::time::{MissedTickBehavior, interval};

use crate::dataset::Dataset;
use crate::rig::{Done, Rig, progress};
use crate::storm::PATIENCE;

/// So long it blows.
const LASTS: Duration = Duration::from_secs(30);
/// Its length at the smallest size.
const BRIEFLY: Duration = Duration::from_secs(1);
/// So many meetings of a calendar move at one instant, and so share a webhook.
const TOGETHER: usize = 2;

/// What happened, and what came of it.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) changes: usize,
    pub(crate) first_change: Timestamp,
    pub(crate) last_change: Timestamp,
    /// When everything was seen to be decided as it is.
    pub(crate) right_at: Option<Timestamp>,
    /// When Recall was seen to hold what is wanted.
    pub(crate) bots_at: Option<Timestamp>,
    /// How many meetings are not decided as they are.
    pub(crate) wrong: usize,
    /// How many previews were made beside until then, if any was asked for.
    pub(crate) previews: Option<usize>,
}

/// Moves every meeting once, by a quarter of an hour: two of a calendar at a
/// time, the calendars in turn, evenly over half a minute.
pub(crate) async fn blow(rig: &Rig, dataset: &mut Dataset) -> Done<Played> {
    let pairs = pairs(dataset);
    let mut ticks = interval(rig.sized(LASTS, BRIEFLY) / u32::try_from(pairs.len())?);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let first_change = rig.stack.now();
    let mut changes = 0;
    for pair in pairs {
        ticks.tick().await;
        let moves: Vec<_> = pair
            .iter()
            .map(|id| later(*id, dataset.meetings[id]))
            .collect();
        changes += moves.len();
        let events = rig.stack.recall.update_events(moves).await?;
        dataset.take(&events);
    }
    let last_change = rig.stack.now();
    let took = last_change.duration_since(first_change).as_secs_f64();
    progress(format!("{changes} meetings moved in {took:.1} s"));
    Ok(Played {
        changes,
        first_change,
        last_change,
        right_at: None,
        bots_at: None,
        wrong: changes,
        previews: None,
    })
}

/// Meetings of a calendar in twos, the calendars in turn.
fn pairs(dataset: &Dataset) -> Vec<Vec<EventId>> {
    let each = dataset.of_calendars();
    let rounds = each.iter().map(|ids| ids.len().div_ceil(TOGETHER)).max();
    let round = |round: usize| {
        each.iter()
            .filter_map(move |ids| ids.chunks(TOGETHER).nth(round).map(<[EventId]>::to_vec))
    };
    (0..rounds.unwrap_or(0)).flat_map(round).collect()
}

fn later(event: EventId, start: Timestamp) -> EventChange {
    let start = plus(start, SignedDuration::from_mins(15));
    let end = plus(start, SignedDuration::from_mins(30));
    EventChange {
        event,
        change: Change::SetTimes { start, end },
    }
}

impl Played {
    /// Waits until `wrong` counts nothing any more, and notes when.
    pub(crate) async fn comes_right(&mut self, rig: &Rig, wrong: impl AsyncFn() -> usize) {
        let left = async || {
            let left = wrong().await;
            progress(format!("{left} meetings are not right"));
            left == 0
        };
        if rig.until(PATIENCE, left).await {
            self.right_at = Some(rig.stack.now());
        }
        self.wrong = wrong().await;
    }

    /// How many webhooks told of it.
    pub(crate) async fn webhooks(&self, rig: &Rig) -> Done<usize> {
        let webhooks = rig.stack.recall.webhooks().await?;
        let ours = webhooks
            .iter()
            .filter(|one| one.created_at >= self.first_change);
        Ok(ours.count())
    }
}
