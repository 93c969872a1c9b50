//! Text of a bot that is sent.

use callsheet_api::send::{SendingStep, SentBot};

use crate::delivery::sentence;
use crate::overrides::{locked, obstacle_text};
use crate::render::{Render, in_one_line};
use crate::screen::Screen;
use crate::unreadable::problems_paragraph;

impl Render for SentBot {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = vec![sent(self, screen)];
        parts.extend(problems_paragraph(&self.set.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(
            !self.set.unreadable.is_empty()
                || self.set.obstacle.is_some()
                || self.set.rule.is_some(),
        )
    }
}

fn sent(sent: &SentBot, screen: &Screen) -> String {
    let title = sent.title.as_deref().map(in_one_line);
    let title = title.map_or("a meeting without a title".to_owned(), |title| {
        format!("\"{title}\"")
    });
    if let Some(obstacle) = sent.set.obstacle {
        return format!("No bot is sent to {title}. {}", obstacle_text(obstacle));
    }
    if let Some(rule) = &sent.set.rule {
        return format!("No bot is sent. {}", locked(&sent.set, rule));
    }
    let ends_at = screen.instant(sent.ends_at);
    let mut lines = vec![match sent.retry {
        0 => format!("A bot is sent to {title}, which ends {ends_at}."),
        retry => format!(
            "A bot is sent to {title}, which ends {ends_at}, in place of one that has ended: retry {retry}."
        ),
    }];
    lines.push(match sent.by {
        SendingStep::Call => "Recall is called as soon as a permit is free.".to_owned(),
        SendingStep::Sync => {
            let effect = "A sync of the event was requested, after which Recall is called.";
            sentence(&sent.set.sync_request, effect)
        }
    });
    let (by, event) = (in_one_line(&sent.set.by), &sent.event_id);
    lines.push(format!(
        "It is kept as an override of {by}: `callsheet override event {event} skip` takes the bot out \
         again. `callsheet explain {event}` shows what becomes of it."
    ));
    lines.join("\n")
}
