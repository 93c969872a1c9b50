//! Operations on bots: schedule, unschedule, leave the call, get.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::events;
use crate::call::Call;
use crate::clock::precise;
use crate::model::BotPhase;
use crate::response::ApiResponse;
use crate::workspace::{Rejection, Workspace};

pub(super) fn schedule(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    let Some(event) = call
        .event
        .filter(|event| workspace.events.contains_key(event))
    else {
        return ApiResponse::not_found();
    };
    let (key, config) = match parse_body(call) {
        Ok(body) => body,
        Err(errors) => return ApiResponse::invalid("invalid", "Invalid input.", &errors),
    };
    match workspace.schedule(event, key, config, now) {
        Ok(()) => events::get(workspace, Some(event)),
        Err(rejection) => rejection.into(),
    }
}

pub(super) fn unschedule(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    let result = call
        .event
        .ok_or(Rejection::NoEvent)
        .and_then(|event| workspace.unschedule(event, now));
    match result {
        Ok(()) => events::get(workspace, call.event),
        Err(rejection) => rejection.into(),
    }
}

pub(super) fn leave_call(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    let result = call
        .bot
        .ok_or(Rejection::NoBot)
        .and_then(|bot| workspace.leave_call(bot, now));
    match result {
        Ok(()) => {
            let id = call.bot.map(|bot| bot.to_string());
            ApiResponse::json(200, serde_json::json!({"id": id}))
        }
        Err(rejection) => rejection.into(),
    }
}

/// The bot with its statuses, also those since the last tick of the lives.
pub(super) fn get(workspace: &mut Workspace, call: &Call, now: Timestamp) -> ApiResponse {
    workspace.live(now);
    let Some(bot) = call.bot.and_then(|id| workspace.bots.get(&id)) else {
        return ApiResponse::not_found();
    };
    let has_joined = workspace.phase(bot, now) != BotPhase::Scheduled;
    let changes = bot.life.iter().flat_map(|life| &life.changes);
    let changes = changes.map(|change| {
        json!({
            "code": change.code,
            "sub_code": change.sub_code.as_deref().unwrap_or_default(),
            "created_at": precise(change.created_at),
            "message": "",
        })
    });
    let empty = json!({});
    let body = json!({
        "id": bot.id,
        "meeting_url": bot.meeting_url,
        "bot_name": bot.config.get("bot_name").unwrap_or(&json!("Meeting Notetaker")),
        "join_at": (!has_joined).then(|| precise(bot.start_time)),
        "metadata": bot.config.get("metadata").unwrap_or(&empty),
        "status_changes": changes.collect::<Vec<_>>(),
    });
    ApiResponse::json(200, body)
}

/// The deduplication key and the bot configuration, or every error in them.
fn parse_body(call: &Call) -> Result<(&str, Map<String, Value>), Vec<String>> {
    let mut errors = Vec::new();
    match call.field("deduplication_key") {
        None => errors.push(String::from("deduplication_key: This field is required.")),
        Some(Value::String(key)) if key.is_empty() => {
            errors.push(String::from(
                "deduplication_key: This field may not be blank.",
            ));
        }
        Some(Value::String(key)) if key.chars().count() > 2_000 => errors.push(String::from(
            "deduplication_key: Ensure this field has no more than 2000 characters.",
        )),
        Some(Value::String(_)) => {}
        Some(_) => errors.push(String::from("deduplication_key: Not a valid string.")),
    }
    match call.field("bot_config") {
        None => errors.push(String::from("bot_config: This field is required.")),
        Some(Value::Object(config)) => check_config(config, &mut errors),
        Some(_) => errors.push(String::from("bot_config: Expected an object.")),
    }
    match (call.deduplication_key(), call.field("bot_config")) {
        (Some(key), Some(Value::Object(config))) if errors.is_empty() => Ok((key, config.clone())),
        _ => Err(errors),
    }
}

fn check_config(config: &Map<String, Value>, errors: &mut Vec<String>) {
    if let Some(name) = config.get("bot_name")
        && name.as_str().is_none_or(|name| name.chars().count() > 100)
    {
        errors.push(String::from(
            "bot_config.bot_name: Text of at most 100 characters.",
        ));
    }
    match config.get("metadata") {
        None => {}
        Some(Value::Object(metadata)) => {
            for (name, value) in metadata {
                if value
                    .as_str()
                    .is_none_or(|value| value.chars().count() > 500)
                {
                    errors.push(format!(
                        "bot_config.metadata.{name}: Text of at most 500 characters."
                    ));
                }
            }
        }
        Some(_) => errors.push(String::from("bot_config.metadata: Expected an object.")),
    }
}
