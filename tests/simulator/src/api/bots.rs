//! Scheduling and unscheduling bots, and sending one out of its call.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::call::Call;
use super::{Answer, events};
use crate::world::{Refusal, World};

pub(super) fn schedule(world: &mut World, call: &Call, now: Timestamp) -> Answer {
    let Some(event) = call.event.filter(|event| world.events.contains_key(event)) else {
        return Answer::not_found();
    };
    let (key, config) = match read(call) {
        Ok(wanted) => wanted,
        Err(wrong) => return Answer::invalid("invalid", "Invalid input.", &wrong),
    };
    match world.schedule(event, key, config, now) {
        Ok(()) => events::show(world, Some(event)),
        Err(refusal) => refusal.into(),
    }
}

pub(super) fn unschedule(world: &mut World, call: &Call, now: Timestamp) -> Answer {
    let done = call
        .event
        .ok_or(Refusal::NoEvent)
        .and_then(|event| world.unschedule(event, now));
    match done {
        Ok(()) => events::show(world, call.event),
        Err(refusal) => refusal.into(),
    }
}

pub(super) fn leave_call(world: &mut World, call: &Call, now: Timestamp) -> Answer {
    let left = call
        .bot
        .ok_or(Refusal::NoBot)
        .and_then(|bot| world.leave_call(bot, now));
    match left {
        Ok(()) => {
            let id = call.bot.map(|bot| bot.to_string());
            Answer::json(200, serde_json::json!({"id": id}))
        }
        Err(refusal) => refusal.into(),
    }
}

/// The key and the configuration, or everything that is wrong with them.
fn read(call: &Call) -> Result<(&str, Map<String, Value>), Vec<String>> {
    let mut wrong = Vec::new();
    match call.field("deduplication_key") {
        None => wrong.push(String::from("deduplication_key: This field is required.")),
        Some(Value::String(key)) if key.is_empty() => {
            wrong.push(String::from(
                "deduplication_key: This field may not be blank.",
            ));
        }
        Some(Value::String(key)) if key.chars().count() > 2_000 => wrong.push(String::from(
            "deduplication_key: Ensure this field has no more than 2000 characters.",
        )),
        Some(Value::String(_)) => {}
        Some(_) => wrong.push(String::from("deduplication_key: Not a valid string.")),
    }
    match call.field("bot_config") {
        None => wrong.push(String::from("bot_config: This field is required.")),
        Some(Value::Object(config)) => check_config(config, &mut wrong),
        Some(_) => wrong.push(String::from("bot_config: Expected an object.")),
    }
    match (call.deduplication_key(), call.field("bot_config")) {
        (Some(key), Some(Value::Object(config))) if wrong.is_empty() => Ok((key, config.clone())),
        _ => Err(wrong),
    }
}

fn check_config(config: &Map<String, Value>, wrong: &mut Vec<String>) {
    if let Some(name) = config.get("bot_name")
        && name.as_str().is_none_or(|name| name.chars().count() > 100)
    {
        wrong.push(String::from(
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
                    wrong.push(format!(
                        "bot_config.metadata.{name}: Text of at most 500 characters."
                    ));
                }
            }
        }
        Some(_) => wrong.push(String::from("bot_config.metadata: Expected an object.")),
    }
}
