//! Sends dead letters back to the sync queue.
//!
//! Each message is received, sent and deleted. An interruption between these
//! steps at worst sends a message twice, which costs a sync, and loses none. SQS
//! can move messages itself (`StartMessageMoveTask`), but it would also move those
//! that no version of Callsheet wrote, and they would become dead letters again.

use std::collections::{BTreeMap, HashSet};

use crate::PortError;
use crate::ports::{DeadLetter, DeadLetters, Queue, Receipt};
use crate::use_case_error::UseCaseError;

/// Number of messages that are received together.
const BATCH: usize = 10;

/// What is done with dead letters.
#[derive(Debug, Clone, Copy)]
pub struct RedriveOptions {
    /// Whether nothing is changed.
    pub is_dry_run: bool,
    /// Number of messages at most.
    pub most: usize,
    /// Whether messages that cannot be read are deleted.
    pub drops_unreadable: bool,
}

/// The dead letters, and the outcome of each.
#[derive(Debug, Clone)]
pub struct HandledLetters {
    /// Those that were sent first come first.
    pub letters: Vec<(DeadLetter, LetterOutcome)>,
    /// Whether these are all messages in the queue.
    pub is_all: bool,
    /// Approximate number of further messages, if these are not all and the number is known.
    pub more: Option<u64>,
}

/// What happened to a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterOutcome {
    /// It was sent to the sync queue.
    SentBack,
    /// It would be sent to the sync queue if it were no dry run.
    WouldBeSentBack,
    /// It stays in the dead-letter queue.
    Stays,
    /// It was deleted.
    Deleted,
}

/// Sends dead letters back, as `options` say.
///
/// # Errors
/// If a queue fails.
pub async fn redrive<L, Q>(
    (dead_letters, queue): (&L, &Q),
    options: RedriveOptions,
) -> Result<HandledLetters, UseCaseError>
where
    L: DeadLetters,
    Q: Queue,
{
    let mut redriver = Redriver {
        dead_letters,
        queue,
        options,
        received: BTreeMap::new(),
        handled: Vec::new(),
    };
    let result = redriver.run().await;
    for receipt in redriver.received.values() {
        // If this fails, the message is visible again in a few minutes.
        let _ = dead_letters.put_back(receipt).await;
    }
    let is_all = result.map_err(|error| redriver.interrupted(error))?;
    let mut letters = redriver.handled;
    letters.sort_by(|(one, _), (other, _)| {
        (one.sent_at, &one.message_id).cmp(&(other.sent_at, &other.message_id))
    });
    let more = if is_all {
        None
    } else {
        // A failure here must not hide the outcomes.
        dead_letters.count().await.ok()
    };
    Ok(HandledLetters {
        letters,
        is_all,
        more,
    })
}

/// One pass over the dead-letter queue.
struct Redriver<'a, L, Q> {
    dead_letters: &'a L,
    queue: &'a Q,
    options: RedriveOptions,
    /// Receipts by message id, of messages that are to be put back.
    received: BTreeMap<String, Receipt>,
    handled: Vec<(DeadLetter, LetterOutcome)>,
}

impl<L: DeadLetters, Q: Queue> Redriver<'_, L, Q> {
    /// Handles one message after the other. True if the queue holds no more.
    async fn run(&mut self) -> Result<bool, PortError> {
        let most = self.options.most;
        let mut seen = HashSet::new();
        while self.handled.len() < most {
            let count = BATCH.min(most - self.handled.len());
            let batch = self.dead_letters.take(count).await?;
            for letter in &batch {
                let receipt = letter.receipt.clone();
                self.received.insert(letter.message_id.clone(), receipt);
            }
            // A message that is received again was visible again before this run ended.
            let fresh = batch
                .iter()
                .filter(|letter| seen.insert(letter.message_id.clone()));
            let fresh: Vec<_> = fresh.collect();
            if fresh.is_empty() {
                return Ok(true);
            }
            for letter in fresh {
                let outcome = self.handle(letter).await?;
                self.handled.push((letter.clone(), outcome));
            }
        }
        Ok(false)
    }

    async fn handle(&mut self, letter: &DeadLetter) -> Result<LetterOutcome, PortError> {
        let outcome = match &letter.job {
            Some(_) if self.options.is_dry_run => return Ok(LetterOutcome::WouldBeSentBack),
            None if !self.options.drops_unreadable => return Ok(LetterOutcome::Stays),
            Some(job) => {
                self.queue.send(job).await?;
                LetterOutcome::SentBack
            }
            None => LetterOutcome::Deleted,
        };
        self.dead_letters.remove(&letter.receipt).await?;
        self.received.remove(&letter.message_id);
        Ok(outcome)
    }

    fn interrupted(&self, error: PortError) -> UseCaseError {
        if self.handled.is_empty() {
            return error.into();
        }
        let sent = self.handled.iter();
        let sent = sent.filter(|(_, outcome)| *outcome == LetterOutcome::SentBack);
        let sent = sent.count();
        UseCaseError::RedriveInterrupted { sent, error }
    }
}
