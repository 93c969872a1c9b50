//! What becomes of a meeting, in a badge and a few words about its bot.

use callsheet_domain::Timestamp;
use maud::{Markup, html};

use crate::page::icon::Icon;
use crate::page::texts;

/// What is known of a meeting and its bot, by the names of the API's documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct State<'a> {
    pub(super) is_recorded: bool,
    /// The rule by which the policy locks that it is skipped.
    pub(super) lock: Option<&'a str>,
    pub(super) is_over: bool,
    /// The state of the bot.
    pub(super) bot: &'a str,
    /// Where the bot is in its life.
    pub(super) outcome: Option<&'a str>,
    /// Whether a person has changed something since this was decided.
    pub(super) is_outdated: bool,
}

/// The meanings of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Record,
    Skip,
    Lock,
    Attention,
    Done,
}

impl State<'_> {
    /// Whether nothing is left to be done for what was last decided.
    pub(super) fn is_settled(self) -> bool {
        !self.is_outdated && !["due", "retrying", "uncertain"].contains(&self.bot)
    }

    fn meaning(self) -> (Meaning, &'static str) {
        match (self.outcome, self.is_recorded) {
            (Some("joining"), _) => (Meaning::Record, texts::JOINING),
            (Some("waiting_room"), _) => (Meaning::Attention, texts::WAITING_ROOM),
            (Some("in_call"), _) => (Meaning::Record, texts::IN_CALL),
            (Some("recording"), _) => (Meaning::Record, texts::RECORDING),
            (Some("done"), _) => (Meaning::Done, texts::RECORDED),
            (Some("not_recorded"), true) => (Meaning::Attention, texts::NOT_RECORDED),
            (_, true) if self.bot == "abandoned" => (Meaning::Attention, texts::ABANDONED),
            (_, true) if self.is_over => (Meaning::Skip, texts::OVER),
            (_, true) => (Meaning::Record, texts::TO_RECORD),
            (_, false) if self.lock.is_some() => (Meaning::Lock, texts::SKIPPED),
            (_, false) => (Meaning::Skip, texts::SKIPPED),
        }
    }

    /// The badge, and the state of the bot where the badge does not say it.
    pub(super) fn badge(self) -> Markup {
        let (meaning, word) = self.meaning();
        let (class, icon) = match meaning {
            Meaning::Record => ("record", Icon::Record),
            Meaning::Skip => ("skip", Icon::Skip),
            Meaning::Lock => ("lock", Icon::Lock),
            Meaning::Attention => ("attention", Icon::Attention),
            Meaning::Done => ("done", Icon::Done),
        };
        html! {
            span class={ "badge " (class) } {
                (icon.markup())
                (word)
                @if let (Meaning::Lock, Some(rule)) = (meaning, self.lock) {
                    ": " (texts::BY_RULE) " " (rule) ", " (texts::LOCKED)
                }
            }
            @if let Some(bot) = self.bot_words() { " " span.bot { (bot) } }
        }
    }

    fn bot_words(self) -> Option<&'static str> {
        if self.is_outdated {
            return Some(texts::SAVED);
        }
        if self.outcome.is_some_and(|outcome| outcome != "scheduled") {
            return None;
        }
        match (self.bot, self.is_recorded) {
            ("due", true) => Some(texts::BOT_DUE),
            ("due" | "retrying" | "uncertain", false) => Some(texts::BOT_LEAVES),
            ("retrying", true) => Some(texts::BOT_RETRYING),
            ("uncertain", true) => Some(texts::BOT_UNCERTAIN),
            ("scheduled", true) => Some(texts::BOT_SCHEDULED),
            ("scheduled", false) => Some(texts::BOT_STAYS),
            ("dispatched", _) => Some(texts::BOT_DISPATCHED),
            _ => None,
        }
    }
}

/// Whether a meeting that ends at an instant is over.
pub(super) fn is_over(ends_at: Timestamp, now: Timestamp) -> bool {
    ends_at <= now
}
