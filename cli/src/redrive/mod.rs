//! Sends messages that were given up on back to the queue they came from.
//!
//! Message by message: taken in hand, sent, removed. A crash in between repeats
//! a message at worst, which costs a look, and loses none. SQS can move them by
//! itself too (`StartMessageMoveTask`); it would also move what no version of
//! ours wrote, which would only come back.

#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, HashSet};

use callsheet_app::PortError;
use callsheet_app::ports::{DeadLetter, DeadLetters, Queue, Receipt};
use callsheet_domain::{SyncJob, SyncReason, Timestamp};
use serde::Serialize;

use crate::arguments::RedriveArguments;
use crate::error::CliError;

/// Messages taken in hand together.
const AT_ONCE: usize = 10;

/// What lay there, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Redriven {
    pub(crate) now: Timestamp,
    pub(crate) is_dry_run: bool,
    /// Earliest first.
    pub(crate) letters: Vec<LetterShown>,
    /// Whether those were all.
    pub(crate) is_all: bool,
    /// About how many more lie there, if those were not all and the queue tells.
    pub(crate) more: Option<u64>,
}

/// A message that was given up on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LetterShown {
    pub(crate) message_id: String,
    /// What it asks for, by the name it has in the message; none if no version of ours wrote it.
    pub(crate) job: Option<&'static str>,
    pub(crate) calendar: Option<String>,
    /// When it was first sent.
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) outcome: Outcome,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is on the queue again.
    SentBack,
    /// It would be.
    WouldBeSentBack,
    /// It is left where it is.
    Stays,
    /// It was deleted.
    Deleted,
}

/// Sends letters back, as `arguments` say.
pub(crate) async fn redrive<L, Q>(
    (letters, queue): (&L, &Q),
    arguments: &RedriveArguments,
    now: Timestamp,
) -> Result<Redriven, CliError>
where
    L: DeadLetters,
    Q: Queue,
{
    let mut round = Round {
        letters,
        queue,
        arguments,
        in_hand: BTreeMap::new(),
        shown: Vec::new(),
    };
    let ended = round.run().await;
    for receipt in round.in_hand.values() {
        // If that fails it is there again by itself in a few minutes.
        let _ = letters.put_back(receipt).await;
    }
    let is_all = ended.map_err(|error| round.broken_off(error))?;
    let mut shown = round.shown;
    shown.sort_by(|one, other| {
        (one.sent_at, &one.message_id).cmp(&(other.sent_at, &other.message_id))
    });
    let more = if is_all {
        None
    } else {
        // What was done is told also if this cannot be.
        letters.count().await.ok()
    };
    Ok(Redriven {
        now,
        is_dry_run: arguments.dry_run,
        letters: shown,
        is_all,
        more,
    })
}

/// One pass over what lies there.
struct Round<'a, L, Q> {
    letters: &'a L,
    queue: &'a Q,
    arguments: &'a RedriveArguments,
    /// By message; they are to be put back.
    in_hand: BTreeMap<String, Receipt>,
    shown: Vec<LetterShown>,
}

impl<L: DeadLetters, Q: Queue> Round<'_, L, Q> {
    /// Attends to one letter after the other; says whether that were all.
    async fn run(&mut self) -> Result<bool, PortError> {
        let most = usize::try_from(self.arguments.most).unwrap_or(usize::MAX);
        let mut seen = HashSet::new();
        while self.shown.len() < most {
            let asked = AT_ONCE.min(most - self.shown.len());
            let taken = self.letters.take(asked).await?;
            for letter in &taken {
                let receipt = letter.receipt.clone();
                self.in_hand.insert(letter.message_id.clone(), receipt);
            }
            // One that comes round again was not held for as long as this took.
            let fresh = taken
                .iter()
                .filter(|letter| seen.insert(letter.message_id.clone()));
            let fresh: Vec<_> = fresh.collect();
            if fresh.is_empty() {
                return Ok(true);
            }
            for letter in fresh {
                let outcome = self.attend(letter).await?;
                self.shown.push(LetterShown::of(letter, outcome));
            }
        }
        Ok(false)
    }

    async fn attend(&mut self, letter: &DeadLetter) -> Result<Outcome, PortError> {
        let outcome = match &letter.job {
            Some(_) if self.arguments.dry_run => return Ok(Outcome::WouldBeSentBack),
            None if !self.arguments.drop_unreadable => return Ok(Outcome::Stays),
            Some(job) => {
                self.queue.send(job).await?;
                Outcome::SentBack
            }
            None => Outcome::Deleted,
        };
        self.letters.remove(&letter.receipt).await?;
        self.in_hand.remove(&letter.message_id);
        Ok(outcome)
    }

    fn broken_off(&self, error: PortError) -> CliError {
        if self.shown.is_empty() {
            return error.into();
        }
        let sent = self.shown.iter();
        let sent = sent.filter(|letter| letter.outcome == Outcome::SentBack);
        CliError::Cannot(format!(
            "{error}\n{} sent back before that; the others lie there still, and none is lost",
            crate::render::counted(sent.count(), "message was", "messages were")
        ))
    }
}

impl LetterShown {
    fn of(letter: &DeadLetter, outcome: Outcome) -> Self {
        let (job, calendar) = match &letter.job {
            None => (None, None),
            Some(SyncJob::Resync | SyncJob::ResyncNow { .. }) => (Some("resync"), None),
            Some(SyncJob::Request(request)) => {
                let kind = match request.reason {
                    SyncReason::EventsChanged { .. } => "events_changed",
                    SyncReason::CalendarChanged => "calendar_changed",
                    SyncReason::FullSync => "full_sync",
                };
                (Some(kind), Some(request.calendar_id.to_string()))
            }
        };
        Self {
            message_id: letter.message_id.clone(),
            job,
            calendar,
            sent_at: letter.sent_at,
            outcome,
        }
    }
}
