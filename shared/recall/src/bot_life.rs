//! Reads a bot: the statuses that it had so far.

use callsheet_app::PortError;
use callsheet_app::ports::BotReader;
use callsheet_domain::{BotId, BotStatus, Operation};
use reqwest::Method;
use serde_json::Value;

use crate::RecallClient;
use crate::http_reply::HttpReply;

impl BotReader for RecallClient {
    async fn statuses_of(&self, bot_id: &BotId) -> Result<Option<Vec<BotStatus>>, PortError> {
        let url = self.base.at(&format!("/api/v1/bot/{bot_id}/"));
        statuses_in(
            &self
                .send(Operation::GetBot, self.request(Method::GET, url))
                .await?,
        )
    }
}

/// The statuses in the response to a read of a bot. One that cannot be read is left out: codes
/// are open sets, and the others still tell where the bot is.
fn statuses_in(reply: &HttpReply) -> Result<Option<Vec<BotStatus>>, PortError> {
    match reply.status.as_u16() {
        200 => {}
        404 => return Ok(None),
        _ => return Err(reply.bot_failure()),
    }
    let bot: Value = serde_json::from_slice(&reply.body)
        .map_err(|_| reply.unreadable("the response is not a bot"))?;
    let changes = bot["status_changes"].as_array();
    let changes = changes.ok_or_else(|| reply.unreadable("the bot has no list of statuses"))?;
    Ok(Some(changes.iter().filter_map(status_in).collect()))
}

fn status_in(change: &Value) -> Option<BotStatus> {
    let at = change["created_at"].as_str()?.parse().ok()?;
    BotStatus::new(change["code"].as_str()?, change["sub_code"].as_str(), at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const JOINING: &str = r#"{"code":"joining_call","sub_code":null,"created_at":"2026-03-06T10:00:00Z","message":null}"#;
    const FATAL: &str = r#"{"code":"fatal","sub_code":"meeting_full","created_at":"2026-03-06T10:00:05.123456+00:00","message":"m"}"#;

    #[test_case(&format!(r#"{{"id":"b","status_changes":[{JOINING},{FATAL}]}}"#), &[("joining_call", None), ("fatal", Some("meeting_full"))]; "two statuses")]
    #[test_case(&format!(r#"{{"status_changes":[null,7,{{"code":"done"}},{{"code":"","created_at":"2026-03-06T10:00:00Z"}},{{"code":"done","created_at":"soon"}},{JOINING}]}}"#), &[("joining_call", None)]; "statuses that cannot be read")]
    #[test_case(r#"{"status_changes":[]}"#, &[]; "none yet")]
    fn the_readable_statuses_of_a_bot_are_read(body: &str, expected: &[(&str, Option<&str>)]) {
        let read = statuses_in(&HttpReply::of(200, body.as_bytes()));
        let read = read.expect("it is readable").expect("there is a bot");
        let codes: Vec<_> = read
            .iter()
            .map(|status| (status.code(), status.sub_code()))
            .collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn an_unknown_bot_is_no_error() {
        let reply = HttpReply::of(404, br#"{"detail":"Not found."}"#);
        assert_eq!(statuses_in(&reply).expect("a result"), None);
    }

    #[test_case(200, "<html>"; "a page")]
    #[test_case(200, r#"{"id":"b"}"#; "no list")]
    #[test_case(503, ""; "an outage")]
    #[test_case(401, ""; "a denial")]
    fn any_other_response_is_an_error(status: u16, body: &str) {
        assert!(statuses_in(&HttpReply::of(status, body.as_bytes())).is_err());
    }
}
