//! Takes the bots that a row has left off the books, once no copy wants them: the caps on
//! spending have room for others then.

use callsheet_domain::{Decision, LeftBot, Timestamp};

use crate::PortError;
use crate::first_copy::first_copy;
use crate::ports::{Decisions, Spending};
use crate::spending::{Left, SpendingBooks};

/// Takes bots off the books.
#[derive(Debug)]
pub(super) struct LeftBots<'a, D, S> {
    pub(super) decisions: &'a D,
    pub(super) spending: &'a S,
}

impl<D: Decisions, S: Spending> LeftBots<'_, D, S> {
    /// Takes the bots that `row` has left off the books; gives those for which it is too early.
    ///
    /// The index of bots has caught up with every copy that was written before the check. One
    /// that has asked for the bot and is not written yet has noted that on the books, and keeps
    /// the bot on them.
    pub(super) async fn uncount(
        &self,
        row: &Decision,
        now: Timestamp,
    ) -> Result<Vec<LeftBot>, PortError> {
        let books = SpendingBooks {
            spending: self.spending,
        };
        let mut early = Vec::new();
        let check = row.owner_check.iter();
        for left in check.flat_map(|check| &check.left) {
            let bot = &left.deduplication_key;
            if row.wanted_key() == Some(bot) || !books.is_counted(bot).await? {
                continue;
            }
            let wants_it = |copy: &Decision| copy.wanted_key() == Some(bot);
            if first_copy(self.decisions, bot, wants_it).await?.is_some() {
                continue;
            }
            if books.leave(bot, now).await? == Left::Later {
                early.push(left.clone());
            }
        }
        Ok(early)
    }
}
