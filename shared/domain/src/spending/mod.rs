//! How many bots, and hours of them, are counted for a day and a month, and the caps that a
//! policy sets on them.
//!
//! A bot is counted once, by its deduplication key, however many copies of the meeting want it.
//! Who asks first is counted first: a counted bot is never taken away for a later one. A bot
//! that stands already, and one that a person asks for, is counted even beyond the caps.
//!
//! | | |
//! |---|---|
//! | [`Account`] | a day or a month, of the whole workspace or of one named policy |
//! | [`Spent`] | what is counted on an account |
//! | [`CountedBot`] | a bot, and what it is counted with |
//! | [`SpendingCaps`] | the most that an account may hold |
//! | [`SpendingClaim`] | a bot that is to be counted |
//! | [`count`], [`uncount`] | what is to be stored for it |

mod account;
mod caps;
mod claim;
#[cfg(test)]
mod properties;

pub use account::{Account, CountedBot, Period, Spent};
pub use caps::{CapReached, Limits, Most, SpendingCaps};
pub use claim::{SpendingChange, SpendingClaim, Uncounted, count, uncount};
