//! Bots live: from its start on, a bot goes through the statuses of a life.
//!
//! Without a plan that applies to one of its events, a bot has no life: it has no statuses, and
//! its phase follows from the times of its meeting.

use jiff::Timestamp;

use super::Workspace;
use super::bot::Bot;
use crate::ids::BotId;
use crate::life::Life;

impl Workspace {
    /// Begins the lives of bots whose start is past, and goes on with those in progress.
    pub(crate) fn live(&mut self, now: Timestamp) {
        if self.life_plans.is_empty() {
            return;
        }
        let is_present = |bot: &&Bot| {
            let has_begun = bot.life.as_ref().is_some_and(|life| !life.is_over());
            has_begun || (bot.life.is_none() && bot.start_time <= now)
        };
        let present: Vec<_> = self
            .bots
            .values()
            .filter(is_present)
            .map(|bot| bot.id)
            .collect();
        for id in present {
            self.begin_life(id, now);
            self.go_on_with_life(id, now);
        }
    }

    fn begin_life(&mut self, id: BotId, now: Timestamp) {
        let Some(bot) = self.bots.get_mut(&id) else {
            return;
        };
        if bot.life.is_some() {
            return;
        }
        let planned = self.life_plans.begin(|event| bot.events.contains(event));
        if let Some(planned) = planned {
            let start = bot.start_time.max(now);
            bot.life = Some(Life::new(start, planned, &mut self.random));
        }
    }
}
