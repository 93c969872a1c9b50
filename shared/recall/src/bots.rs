//! Schedules bots, takes them away, and sends them out of calls.

use callsheet_app::PortError;
use callsheet_app::ports::{BotReply, Bots, LeaveReply, ScheduleRequest};
use callsheet_domain::{BotEntry, BotId, EventId};
use reqwest::Method;
use serde_json::json;
use url::Url;

use crate::RecallClient;
use crate::http_reply::HttpReply;
use crate::wire::EventBotsJson;

/// Honoured for an hour on POST; a DELETE takes none.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

impl Bots for RecallClient {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        let body = json!({
            "deduplication_key": request.bot.deduplication_key.as_str(),
            "bot_config": request.bot.config.json(),
        });
        let call = self
            .request(Method::POST, self.bot_of(request.event_id))
            .header(IDEMPOTENCY_KEY, &request.idempotency_key.0)
            .json(&body);
        read(&self.send(call).await?)
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        let call = self.request(Method::DELETE, self.bot_of(event_id));
        read(&self.send(call).await?)
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let url = self
            .base
            .at(&format!("/api/v2/calendar-events/{event_id}/"));
        let answer = self.send(self.request(Method::GET, url)).await?;
        match answer.status.as_u16() {
            200 => Ok(Some(bots(&answer)?)),
            404 => Ok(None),
            _ => Err(answer.bot_failure()),
        }
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        let url = self.base.at(&format!("/api/v1/bot/{bot_id}/leave_call/"));
        let answer = self.send(self.request(Method::POST, url)).await?;
        match answer.status.as_u16() {
            // What the body says is no matter.
            200 => Ok(LeaveReply::Left),
            400 | 405 | 409 => Ok(LeaveReply::Refused(answer.message())),
            404 => Ok(LeaveReply::NoSuchBot),
            _ => Err(answer.bot_failure()),
        }
    }
}

impl RecallClient {
    fn bot_of(&self, event_id: &EventId) -> Url {
        self.base
            .at(&format!("/api/v2/calendar-events/{event_id}/bot/"))
    }
}

/// What the statuses of a bot operation mean.
fn read(answer: &HttpReply) -> Result<BotReply, PortError> {
    match answer.status.as_u16() {
        200 => Ok(BotReply::Done(bots(answer)?)),
        400 => Ok(BotReply::Refused(answer.message())),
        404 => Ok(BotReply::NoSuchEvent),
        405 => Ok(BotReply::Dispatched),
        409 => Ok(BotReply::Busy),
        507 => Ok(BotReply::NoneFree(answer.told_to_wait())),
        _ => Err(answer.bot_failure()),
    }
}

/// The bots that an event lists; nothing else of the event need be readable.
fn bots(answer: &HttpReply) -> Result<Vec<BotEntry>, PortError> {
    answer.json::<EventBotsJson>().map(Vec::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const BOT: &str = r#"{"bot_id": "bot-1", "start_time": "2026-03-06T10:00:00Z",
        "deduplication_key": "key", "meeting_url": "\ud83d", "x": 1e999}"#;

    #[test_case(&format!(r#"{{"id": "event-1", "bots": [{BOT}]}}"#), &["bot-1"]; "a bot")]
    #[test_case(&format!(r#"{{"id": "event-1", "bots": [null, {{"bot_id": 7}}, 1e999, {BOT}, {{"bot_id": "../"}}]}}"#), &["bot-1"]; "entries that cannot be read")]
    #[test_case(&format!(r#"{{"id": 1e999, "start_time": [], "raw": {{"summary": "\ud83d"}}, "bots": [{BOT}]}}"#), &["bot-1"]; "an event that cannot be read")]
    #[test_case(r#"{"id": "event-1"}"#, &[]; "no list")]
    fn reads_the_bots_of_an_event(body: &str, expected: &[&str]) {
        let answer = HttpReply::of(200, body.as_bytes());
        let Ok(BotReply::Done(bots)) = read(&answer) else {
            panic!("the bots are listed");
        };
        let ids: Vec<_> = bots.iter().map(|bot| bot.bot_id.as_str()).collect();
        assert_eq!(ids, expected);
    }

    #[test_case("{}"; "no event")]
    #[test_case("<html>"; "a page of HTML")]
    #[test_case(r#"{"id": "event-1", "bots": "#; "half a response")]
    fn another_body_is_no_list_of_bots(body: &str) {
        assert!(read(&HttpReply::of(200, body.as_bytes())).is_err());
    }
}
