//! Schedules and unschedules bots, and makes them leave calls.

use callsheet_app::PortError;
use callsheet_app::ports::{BotReply, Bots, LeaveReply, ScheduleRequest};
use callsheet_domain::{BotEntry, BotId, EventId, Operation};
use reqwest::Method;
use serde_json::json;
use url::Url;

use crate::RecallClient;
use crate::http_reply::HttpReply;
use crate::wire::EventText;

/// Recall honours it for an hour on POST, and ignores it on DELETE.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The code with which Recall refuses to unschedule a bot that is dispatched. It comes
/// with status 405, and with 400.
const DISPATCHED: &str = "cannot_delete_bot";
/// The code with which Recall refuses to remove a finished bot from its call.
const FINISHED: &str = "cannot_command_completed_bot";
/// The code with which Recall refuses to remove a bot from a call that it has not joined.
const NOT_STARTED: &str = "cannot_command_unstarted_bot";

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
        bot_reply(&self.send(Operation::ScheduleBot, call).await?)
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        let call = self.request(Method::DELETE, self.url_of_bot(event_id));
        unschedule_reply(&self.send(Operation::UnscheduleBot, call).await?)
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let url = self
            .base
            .at(&format!("/api/v2/calendar-events/{event_id}/"));
        let call = self.request(Method::GET, url);
        let reply = self.send(Operation::GetEvent, call).await?;
        match reply.status.as_u16() {
            200 => Ok(Some(listed_bots(&reply)?)),
            404 => Ok(None),
            _ => Err(reply.bot_failure()),
        }
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        let url = self.base.at(&format!("/api/v1/bot/{bot_id}/leave_call/"));
        let call = self.request(Method::POST, url);
        leave_reply(&self.send(Operation::LeaveCall, call).await?)
    }
}

impl RecallClient {
    fn url_of_bot(&self, event_id: &EventId) -> Url {
        self.base
            .at(&format!("/api/v2/calendar-events/{event_id}/bot/"))
    }
}

/// The meaning of the response to unscheduling.
fn unschedule_reply(reply: &HttpReply) -> Result<BotReply, PortError> {
    if reply.has_code(DISPATCHED) {
        return Ok(BotReply::Dispatched);
    }
    bot_reply(reply)
}

/// The meaning of the response to removing a bot from its call.
fn leave_reply(reply: &HttpReply) -> Result<LeaveReply, PortError> {
    if reply.has_code(FINISHED) {
        return Ok(LeaveReply::Finished);
    }
    match reply.status.as_u16() {
        // The body is ignored.
        200 => Ok(LeaveReply::Left),
        404 => Ok(LeaveReply::NoSuchBot),
        400 | 405 | 409 => Ok(LeaveReply::Refused(reply.message())),
        _ if reply.has_code(NOT_STARTED) => Ok(LeaveReply::Refused(reply.message())),
        _ => Err(reply.bot_failure()),
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
    let bots = EventText::of(&reply.body).bots();
    bots.ok_or_else(|| reply.unreadable("the response is not an event"))
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

    #[test_case(405, "", BotReply::Dispatched; "405 without a body")]
    #[test_case(405, "<html>405</html>", BotReply::Dispatched; "405 with a page")]
    #[test_case(405, r#"{"code": "cannot_delete_bot", "detail": "Too late."}"#, BotReply::Dispatched; "405 with the code")]
    #[test_case(400, r#"{"code": "cannot_delete_bot", "message": "Too late.", "errors": []}"#, BotReply::Dispatched; "400 with the code")]
    #[test_case(409, r#"{"code": "cannot_delete_bot"}"#, BotReply::Dispatched; "409 with the code")]
    #[test_case(422, r#"{"code": "cannot_delete_bot"}"#, BotReply::Dispatched; "a new status with the code")]
    #[test_case(400, r#"{"code": "invalid", "errors": [{"code": "cannot_delete_bot", "detail": "Too late."}]}"#, BotReply::Dispatched; "the code of an error")]
    #[test_case(400, r#"{"errors": {"bot": ["cannot_delete_bot"]}}"#, BotReply::Dispatched; "the code as an error")]
    #[test_case(400, r#"{"detail": "cannot_delete_bot"}"#, BotReply::Dispatched; "the code as the detail")]
    #[test_case(400, r#"{"error": {"code": "cannot_delete_bot", "message": "\ud83d"}}"#, BotReply::Dispatched; "the code beside text that is not valid Unicode")]
    #[test_case(400, r#"{"code": "calendar_event_ended", "message": "the code is cannot_delete_bot"}"#, BotReply::Refused("the code is cannot_delete_bot".to_owned()); "another code")]
    #[test_case(400, r#"{"code": "invalid", "bot_config": {"bot_name": "cannot_delete_bot"}}"#, BotReply::Refused("invalid".to_owned()); "a bot of that name")]
    #[test_case(400, "<html>cannot_delete_bot</html>", BotReply::Refused("refused without a reason".to_owned()); "a page with the code")]
    #[test_case(409, r#"{"code": "conflict"}"#, BotReply::Busy; "409 with another code")]
    #[test_case(409, "<html>409</html>", BotReply::Busy; "409 with a page")]
    fn a_bot_that_cannot_be_unscheduled_is_dispatched_by_its_code_whatever_the_status(
        status: u16,
        body: &str,
        expected: BotReply,
    ) {
        let reply = HttpReply::of(status, body.as_bytes());
        assert_eq!(unschedule_reply(&reply).expect("a reply"), expected);
    }

    #[test]
    fn an_event_that_quotes_the_code_is_unscheduled() {
        let body = r#"{"id": "event-1", "bots": [], "raw": {"code": "cannot_delete_bot"}}"#;
        let reply = unschedule_reply(&HttpReply::of(200, body.as_bytes()));
        assert_eq!(reply.expect("a reply"), BotReply::Done(Vec::new()));
    }

    #[test_case(400, "cannot_command_completed_bot", true; "a finished bot with 400")]
    #[test_case(405, "cannot_command_completed_bot", true; "a finished bot with 405")]
    #[test_case(409, "cannot_command_completed_bot", true; "a finished bot with 409")]
    #[test_case(422, "cannot_command_completed_bot", true; "a finished bot with a new status")]
    #[test_case(400, "cannot_command_unstarted_bot", false; "a bot that has not started with 400")]
    #[test_case(405, "cannot_command_unstarted_bot", false; "a bot that has not started with 405")]
    #[test_case(422, "cannot_command_unstarted_bot", false; "a bot that has not started with a new status")]
    #[test_case(400, "new_code", false; "a new code")]
    fn a_bot_leaves_by_the_code_whatever_the_status(status: u16, code: &str, finished: bool) {
        for body in [
            format!(r#"{{"code": "{code}", "detail": "No."}}"#),
            format!(r#"{{"code": "invalid", "message": "No.", "errors": [{{"code": "{code}"}}]}}"#),
        ] {
            let reply = leave_reply(&HttpReply::of(status, body.as_bytes())).expect("a reply");
            let refused = LeaveReply::Refused("No.".to_owned());
            assert_eq!(
                reply,
                if finished {
                    LeaveReply::Finished
                } else {
                    refused
                }
            );
        }
    }

    #[test_case("{}"; "no event")]
    #[test_case("<html>"; "a page of HTML")]
    #[test_case(r#"{"id": "event-1", "bots": "#; "half a response")]
    fn a_body_without_an_event_is_an_error(body: &str) {
        assert!(bot_reply(&HttpReply::of(200, body.as_bytes())).is_err());
    }
}
