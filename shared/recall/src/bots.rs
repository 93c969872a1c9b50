//! Schedules and unschedules bots, and makes them leave calls.

use callsheet_app::PortError;
use callsheet_app::ports::{BotReply, Bots, LeaveReply, ScheduleRequest};
use callsheet_domain::{BotEntry, BotId, EventId};
use reqwest::Method;
use serde_json::json;
use url::Url;

use crate::RecallClient;
use crate::http_reply::HttpReply;
use crate::wire::EventBotsJson;

/// Recall honours it for an hour on POST, and ignores it on DELETE.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

impl Bots for RecallClient {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        let body = json!({
            "deduplication_key": request.bot.deduplication_key.as_str(),
            "bot_config": request.bot.config.json(),
        });
        let call = self
            .request(Method::POST, self.url_of_bot(request.event_id))
            .header(IDEMPOTENCY_KEY, &request.idempotency_key.0)
            .json(&body);
        bot_reply(&self.send(call).await?)
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        let call = self.request(Method::DELETE, self.url_of_bot(event_id));
        bot_reply(&self.send(call).await?)
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let url = self
            .base
            .at(&format!("/api/v2/calendar-events/{event_id}/"));
        let reply = self.send(self.request(Method::GET, url)).await?;
        match reply.status.as_u16() {
            200 => Ok(Some(listed_bots(&reply)?)),
            404 => Ok(None),
            _ => Err(reply.bot_failure()),
        }
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        let url = self.base.at(&format!("/api/v1/bot/{bot_id}/leave_call/"));
        let reply = self.send(self.request(Method::POST, url)).await?;
        match reply.status.as_u16() {
            // The body is ignored.
            200 => Ok(LeaveReply::Left),
            400 | 405 | 409 => Ok(LeaveReply::Refused(reply.message())),
            404 => Ok(LeaveReply::NoSuchBot),
            _ => Err(reply.bot_failure()),
        }
    }
}

impl RecallClient {
    fn url_of_bot(&self, event_id: &EventId) -> Url {
        self.base
            .at(&format!("/api/v2/calendar-events/{event_id}/bot/"))
    }
}

/// The meaning of a status of a schedule or unschedule call.
fn bot_reply(reply: &HttpReply) -> Result<BotReply, PortError> {
    match reply.status.as_u16() {
        200 => Ok(BotReply::Done(listed_bots(reply)?)),
        400 => Ok(BotReply::Refused(reply.message())),
        404 => Ok(BotReply::NoSuchEvent),
        405 => Ok(BotReply::Dispatched),
        409 => Ok(BotReply::Busy),
        507 => Ok(BotReply::NoneFree(reply.requested_wait())),
        _ => Err(reply.bot_failure()),
    }
}

/// The bots that an event lists; the rest of the event may be unreadable.
fn listed_bots(reply: &HttpReply) -> Result<Vec<BotEntry>, PortError> {
    reply.json::<EventBotsJson>().map(Vec::from)
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
    fn the_readable_bots_of_an_event_are_listed(body: &str, expected: &[&str]) {
        let reply = HttpReply::of(200, body.as_bytes());
        let Ok(BotReply::Done(bots)) = bot_reply(&reply) else {
            panic!("the bots are listed");
        };
        let ids: Vec<_> = bots.iter().map(|bot| bot.bot_id.as_str()).collect();
        assert_eq!(ids, expected);
    }

    #[test_case("{}"; "no event")]
    #[test_case("<html>"; "a page of HTML")]
    #[test_case(r#"{"id": "event-1", "bots": "#; "half a response")]
    fn a_body_without_an_event_is_an_error(body: &str) {
        assert!(bot_reply(&HttpReply::of(200, body.as_bytes())).is_err());
    }
}
