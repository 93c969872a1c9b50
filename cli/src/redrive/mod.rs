//! Sends dead letters back to the sync queue.
//!
//! Each message is received, sent and deleted. An interruption between these
//! steps at worst sends a message twice, which costs a sync, and loses none. SQS
//! can move messages itself (`StartMessageMoveTask`), but it would also move those
//! that no version of Callsheet wrote, and they would become dead letters again.

#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, HashSet};

use callsheet_api::redrive::{Outcome, Redriven, RedrivenMessage};
use callsheet_app::PortError;
use callsheet_app::ports::{DeadLetter, DeadLetters, Queue, Receipt};
use callsheet_domain::Timestamp;

use crate::arguments::RedriveArguments;
use crate::error::CliError;
use crate::workspace::Workspace;

/// Number of messages that are received together.
const BATCH: usize = 10;

/// Sends dead letters back, as `arguments` say.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &RedriveArguments,
    now: Timestamp,
) -> Result<Redriven, CliError> {
    let dead_letters = workspace.dead_letters().await?;
    let queue = workspace.required_queue().await?;
    redrive((&dead_letters, &queue), arguments, now).await
}

async fn redrive<L, Q>(
    (dead_letters, queue): (&L, &Q),
    arguments: &RedriveArguments,
    now: Timestamp,
) -> Result<Redriven, CliError>
where
    L: DeadLetters,
    Q: Queue,
{
    let mut redriver = Redriver {
        dead_letters,
        queue,
        arguments,
        received: BTreeMap::new(),
        handled: Vec::new(),
    };
    let result = redriver.run().await;
    for receipt in redriver.received.values() {
        // If this fails, the message is visible again in a few minutes.
        let _ = dead_letters.put_back(receipt).await;
    }
    let is_all = result.map_err(|error| redriver.interrupted(error))?;
    let mut messages = redriver.handled;
    messages.sort_by(|one, other| {
        (one.sent_at, &one.message_id).cmp(&(other.sent_at, &other.message_id))
    });
    let more = if is_all {
        None
    } else {
        // A failure here must not hide the outcomes.
        dead_letters.count().await.ok()
    };
    Ok(Redriven {
        now,
        is_dry_run: arguments.dry_run,
        messages,
        is_all,
        more,
    })
}

/// One pass over the dead-letter queue.
struct Redriver<'a, L, Q> {
    dead_letters: &'a L,
    queue: &'a Q,
    arguments: &'a RedriveArguments,
    /// Receipts by message id, of messages that are to be put back.
    received: BTreeMap<String, Receipt>,
    handled: Vec<RedrivenMessage>,
}

impl<L: DeadLetters, Q: Queue> Redriver<'_, L, Q> {
    /// Handles one message after the other. True if the queue holds no more.
    async fn run(&mut self) -> Result<bool, PortError> {
        let most = usize::try_from(self.arguments.most).unwrap_or(usize::MAX);
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
                self.handled.push(RedrivenMessage::of(letter, outcome));
            }
        }
        Ok(false)
    }

    async fn handle(&mut self, letter: &DeadLetter) -> Result<Outcome, PortError> {
        let outcome = match &letter.job {
            Some(_) if self.arguments.dry_run => return Ok(Outcome::WouldBeSentBack),
            None if !self.arguments.drop_unreadable => return Ok(Outcome::Stays),
            Some(job) => {
                self.queue.send(job).await?;
                Outcome::SentBack
            }
            None => Outcome::Deleted,
        };
        self.dead_letters.remove(&letter.receipt).await?;
        self.received.remove(&letter.message_id);
        Ok(outcome)
    }

    fn interrupted(&self, error: PortError) -> CliError {
        if self.handled.is_empty() {
            return error.into();
        }
        let sent = self.handled.iter();
        let sent = sent.filter(|message| message.outcome == Outcome::SentBack);
        CliError::Failed(format!(
            "{error}\n{} sent back before the failure. The others are still in the dead-letter queue, and none \
             is lost: run this again",
            crate::render::counted(sent.count(), "message was", "messages were")
        ))
    }
}
