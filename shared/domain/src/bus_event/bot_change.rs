//! What a write of a row tells of the bot at Recall.

use crate::bot::AppliedBot;
use crate::bus_event::content::BusBot;
use crate::decision::Applied;
use crate::id::BotId;

/// What is known of the bot at Recall.
enum Known<'a> {
    /// There is none.
    None,
    /// This one is there.
    There(&'a AppliedBot),
    /// This one may be there, or another one, or several.
    Unclear(&'a AppliedBot),
}

impl<'a> Known<'a> {
    fn of(applied: Option<&'a Applied>) -> Self {
        match applied {
            None | Some(Applied::Nothing) => Self::None,
            Some(Applied::Bot(bot) | Applied::Dispatched(bot)) => Self::There(bot),
            Some(Applied::Uncertain(bot) | Applied::TooMany(bot)) => Self::Unclear(bot),
        }
    }
}

/// A change of the bot at Recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BotChange {
    Scheduled {
        bot: BusBot,
        replaces: Option<BotId>,
    },
    Moved {
        bot: BusBot,
        before: BusBot,
    },
    Removed {
        bot: BusBot,
    },
}

impl BotChange {
    /// What the write that left `after` in place of `before` tells; none if it changed nothing
    /// that is known.
    ///
    /// Nothing is told as long as the bot is unclear. Once it is clear again, the bot is told as
    /// it is, although it may be as it was: what was told before is not part of the row.
    pub(super) fn of(before: Option<&Applied>, after: &Applied) -> Option<Self> {
        match (Known::of(before), Known::of(Some(after))) {
            (_, Known::Unclear(_)) | (Known::None, Known::None) => None,
            (Known::None, Known::There(bot)) => Some(Self::scheduled(bot, None)),
            (Known::There(before), Known::There(bot)) => {
                let is_same = before.starts_at == bot.starts_at && before.bot_id == bot.bot_id;
                (!is_same).then(|| Self::moved_or_replaced(before, bot))
            }
            (Known::Unclear(before), Known::There(bot)) => Some(if before.bot_id == bot.bot_id {
                Self::moved_or_replaced(before, bot)
            } else {
                Self::scheduled(bot, before.bot_id.as_ref())
            }),
            (Known::There(before) | Known::Unclear(before), Known::None) => {
                Some(Self::Removed { bot: before.into() })
            }
        }
    }

    fn moved_or_replaced(before: &AppliedBot, bot: &AppliedBot) -> Self {
        if before.starts_at == bot.starts_at {
            return Self::scheduled(bot, before.bot_id.as_ref());
        }
        Self::Moved {
            bot: bot.into(),
            before: before.into(),
        }
    }

    fn scheduled(bot: &AppliedBot, before: Option<&BotId>) -> Self {
        Self::Scheduled {
            bot: bot.into(),
            replaces: before
                .filter(|id| Some(*id) != bot.bot_id.as_ref())
                .cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;
    use crate::bot_config::ConfigDigest;
    use crate::id::DeduplicationKey;

    fn bot(id: u8, minute: i64) -> AppliedBot {
        AppliedBot {
            bot_id: (id > 0).then(|| BotId::parse(format!("bot-{id}")).expect("an id")),
            deduplication_key: DeduplicationKey::parse("a key").expect("a key"),
            starts_at: Timestamp::from_second(60 * minute).expect("in range"),
            meeting_url: "https://meet.example/a".to_owned(),
            config: ConfigDigest::kept("a digest"),
        }
    }

    fn there(id: u8, minute: i64) -> Applied {
        Applied::Bot(Box::new(bot(id, minute)))
    }

    fn unclear(id: u8, minute: i64) -> Applied {
        Applied::Uncertain(Box::new(bot(id, minute)))
    }

    fn dispatched(id: u8, minute: i64) -> Applied {
        Applied::Dispatched(Box::new(bot(id, minute)))
    }

    #[test_case(Applied::Nothing, there(1, 0), "scheduled bot-1 at 0"; "a first bot")]
    #[test_case(there(1, 0), there(1, 5), "moved bot-1 at 5 from bot-1 at 0"; "another start")]
    #[test_case(there(1, 0), there(2, 5), "moved bot-2 at 5 from bot-1 at 0"; "another start and bot")]
    #[test_case(there(1, 0), there(2, 0), "scheduled bot-2 at 0 for bot-1"; "another bot at the same start")]
    #[test_case(there(0, 0), there(1, 0), "scheduled bot-1 at 0"; "its id becomes known")]
    #[test_case(there(1, 0), there(1, 0), ""; "the same bot")]
    #[test_case(there(1, 0), dispatched(1, 0), ""; "a bot that is dispatched")]
    #[test_case(there(1, 0), unclear(1, 0), ""; "a bot that becomes uncertain")]
    #[test_case(unclear(1, 0), there(1, 0), "scheduled bot-1 at 0"; "an uncertain bot that is there")]
    #[test_case(unclear(0, 5), there(2, 5), "scheduled bot-2 at 5"; "an uncertain bot without an id")]
    #[test_case(unclear(1, 0), there(1, 5), "moved bot-1 at 5 from bot-1 at 0"; "an uncertain bot at another start")]
    #[test_case(there(1, 0), Applied::Nothing, "removed bot-1"; "a bot that is removed")]
    #[test_case(unclear(0, 0), Applied::Nothing, "removed a bot"; "an uncertain bot that is removed")]
    #[test_case(Applied::Nothing, unclear(0, 0), ""; "a call of unknown result")]
    #[test_case(Applied::Nothing, Applied::Nothing, ""; "no bot")]
    fn a_change_of_the_bot_is_told(before: Applied, after: Applied, told: &str) {
        let change = BotChange::of(Some(&before), &after);
        assert_eq!(change.as_ref().map_or_else(String::new, text), told);
    }

    fn text(change: &BotChange) -> String {
        let id = |id: &Option<BotId>| id.as_ref().map_or("a bot".to_owned(), BotId::to_string);
        let at = |bot: &BusBot| {
            let minute = bot.joins_at.as_second() / 60;
            format!("{} at {minute}", id(&bot.bot_id))
        };
        match change {
            BotChange::Scheduled { bot, replaces } => {
                let replaced = replaces.as_ref().map(|id| format!(" for {id}"));
                format!("scheduled {}{}", at(bot), replaced.unwrap_or_default())
            }
            BotChange::Moved { bot, before } => format!("moved {} from {}", at(bot), at(before)),
            BotChange::Removed { bot } => format!("removed {}", id(&bot.bot_id)),
        }
    }

    fn any_applied() -> impl Strategy<Value = Applied> {
        let bot = || (0_u8..3, 0_i64..3).prop_map(|(id, minute)| Box::new(bot(id, minute)));
        prop_oneof![
            Just(Applied::Nothing),
            bot().prop_map(Applied::Bot),
            bot().prop_map(Applied::Dispatched),
            bot().prop_map(Applied::Uncertain),
            bot().prop_map(Applied::TooMany),
        ]
    }

    proptest! {
        #[test]
        fn who_follows_the_changes_knows_the_bot_whenever_it_is_clear(
            states in prop::collection::vec(any_applied(), 1..20),
        ) {
            let (mut before, mut believed) = (None, None);
            for after in &states {
                match BotChange::of(before, after) {
                    Some(BotChange::Scheduled { bot, .. } | BotChange::Moved { bot, .. }) => {
                        believed = Some(bot);
                    }
                    Some(BotChange::Removed { .. }) => believed = None,
                    None => {}
                }
                match Known::of(Some(after)) {
                    Known::None => prop_assert_eq!(&believed, &None),
                    Known::There(bot) => prop_assert_eq!(&believed, &Some(bot.into())),
                    Known::Unclear(_) => {}
                }
                before = Some(after);
            }
        }

        #[test]
        fn a_write_that_leaves_a_clear_bot_as_it_is_tells_nothing(applied in any_applied()) {
            let change = BotChange::of(Some(&applied), &applied);
            prop_assert_eq!(change, None);
        }
    }
}
