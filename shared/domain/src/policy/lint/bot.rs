//! Keys of the bot's body that Recall's Create Bot does not have.
//!
//! The lists are those of the documentation of Create Bot. Recall may add keys at any time,
//! so one that is not listed is only a warning: it is passed on as it is.

use serde_json::{Map, Value};

use crate::policy::expression::nearest;
use crate::policy::problem::Place;

/// The keys of each object of the body, by its path.
const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "bot_name",
            "recording_config",
            "output_media",
            "automatic_video_output",
            "automatic_audio_output",
            "chat",
            "automatic_leave",
            "variant",
            "zoom",
            "google_meet",
            "breakout_room",
            "metadata",
        ],
    ),
    (
        "recording_config",
        &[
            "transcript",
            "realtime_endpoints",
            "retention",
            "video_mixed_layout",
            "video_mixed_mp4",
            "participant_events",
            "meeting_metadata",
            "video_mixed_participant_video_when_screenshare",
            "start_recording_on",
            "include_bot_in_recording",
            "metadata",
            "audio_mixed_raw",
            "audio_mixed_mp3",
            "video_separate_mp4",
            "audio_separate_raw",
            "audio_separate_mp3",
            "video_mixed_flv",
            "video_separate_png",
        ],
    ),
    (
        "automatic_leave",
        &[
            "waiting_room_timeout",
            "noone_joined_timeout",
            "everyone_left_timeout",
            "in_call_not_recording_timeout",
            "in_call_recording_timeout",
            "recording_permission_denied_timeout",
            "silence_detection",
            "bot_detection",
        ],
    ),
    (
        "automatic_leave.silence_detection",
        &["timeout", "activate_after"],
    ),
    (
        "automatic_leave.everyone_left_timeout",
        &["timeout", "activate_after"],
    ),
    (
        "automatic_leave.bot_detection",
        &["using_participant_names", "using_participant_events"],
    ),
    ("chat", &["on_bot_join", "on_participant_join"]),
    (
        "automatic_video_output",
        &["in_call_recording", "in_call_not_recording"],
    ),
    (
        "automatic_audio_output",
        &["in_call_recording", "in_call_not_recording"],
    ),
    ("output_media", &["camera", "screenshare"]),
    (
        "zoom",
        &["obf_token_url", "zak_url", "join_token_url", "user_email"],
    ),
    ("google_meet", &["google_login_group_id", "login_required"]),
    (
        "variant",
        &["zoom", "google_meet", "microsoft_teams", "webex"],
    ),
];

/// Keys that an earlier version of Recall's API had, and their place now.
const MOVED: [(&str, &str); 6] = [
    ("transcription_options", "recording_config.transcript"),
    (
        "real_time_transcription",
        "recording_config.realtime_endpoints",
    ),
    ("real_time_media", "recording_config.realtime_endpoints"),
    ("recording_mode", "recording_config.video_mixed_layout"),
    ("recording_mode_options", "recording_config"),
    (
        "include_bot_in_recording",
        "recording_config.include_bot_in_recording",
    ),
];

/// Metadata that Callsheet sets itself.
const OWN_METADATA: [&str; 4] = ["event_id", "calendar_id", "ical_uid", "series_id"];

/// Checks the body of a bot.
pub(super) fn check(body: &Map<String, Value>, place: &mut Place<'_>) {
    object(body, "", place);
    if body
        .get("bot_name")
        .is_some_and(|name| name.as_str().is_some_and(|name| name.trim().is_empty()))
    {
        place.at("bot_name").report(
            "a bot without a name is refused by Recall; leave it out for Recall's own name",
        );
    }
    for key in OWN_METADATA {
        if body
            .get("metadata")
            .is_some_and(|metadata| metadata.get(key).is_some())
        {
            place.at("metadata").at(key).report(format!(
                "Callsheet sets `{key}` itself, so this is replaced; choose another name"
            ));
        }
    }
    retention(body, place);
    signed_in(body, place);
    texts(&Value::Object(body.clone()), place);
}

/// Recordings are kept for ever, unless something says for how long. The built-in policy, too,
/// leaves that to the account: how long a company may keep recordings is not ours to guess.
fn retention(body: &Map<String, Value>, place: &mut Place<'_>) {
    let config = body.get("recording_config");
    let is_set = config.is_some_and(|config| config.get("retention").is_some());
    if !body.is_empty() && !is_set {
        place.report(
            "without `recording_config.retention` Recall keeps recordings as the account has it, which is for ever for accounts made since June 2025; write how long they are kept, such as `recording_config: { retention: { type: timed, hours: 720 } }`",
        );
    }
}

/// A bot that is signed in has the name of its account. On Zoom it keeps its own; for Teams
/// the sign-in is set in Recall's dashboard, where a policy does not see it.
fn signed_in(body: &Map<String, Value>, place: &mut Place<'_>) {
    let Some(meet) = body.get("google_meet") else {
        return;
    };
    let has_group = meet
        .get("google_login_group_id")
        .is_some_and(|id| !id.is_null());
    let is_required = meet.get("login_required") == Some(&Value::Bool(true));
    if body.contains_key("bot_name") && (has_group || is_required) {
        place.at("bot_name").report(
            "a bot that signs in to Google Meet has the name of its Google account, so people do not see this one there; name the account so",
        );
    }
}

fn object(fields: &Map<String, Value>, path: &str, place: &mut Place<'_>) {
    let known = KEYS.iter().find(|(of, _)| *of == path);
    for (key, value) in fields {
        let mut place = place.at(key);
        if let Some((_, known)) = known
            && !known.contains(&key.as_str())
            // These have problems of their own.
            && !["meeting_url", "join_at"].contains(&key.as_str())
        {
            place.report(unknown(key, path, known));
        }
        if let Value::Object(fields) = value {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            limits(fields, &path, &mut place);
            object(fields, &path, &mut place);
        }
    }
}

fn unknown(key: &str, path: &str, known: &[&str]) -> String {
    let of = if path.is_empty() {
        "Create Bot".to_owned()
    } else {
        format!("`{path}` of Create Bot")
    };
    if path.is_empty() {
        if key == "deduplication_key" {
            return "Callsheet sets the key itself; `deduplication` of the policy says how many bots a meeting gets".to_owned();
        }
        if let Some((_, now)) = MOVED.iter().find(|(old, _)| *old == key) {
            return format!("`{key}` is of an earlier version of Recall's API; it is `{now}` now");
        }
    }
    if let Some(meant) = nearest(key, known.iter().copied()) {
        return format!("Recall's {of} has no key `{key}`; did you mean `{meant}`?");
    }
    let elsewhere = KEYS
        .iter()
        .find(|(other, keys)| *other != path && keys.contains(&key));
    match elsewhere {
        Some(("", _)) => format!("Recall's {of} has no key `{key}`; it belongs into `bot` itself"),
        Some((place, _)) => format!("Recall's {of} has no key `{key}`; it belongs into `{place}`"),
        None => format!(
            "Callsheet knows no key `{key}` of Recall's {of}, and passes it on as it is; look it up, or delete it"
        ),
    }
}

/// Values that Recall refuses, or that keep a bot in a room of bots.
fn limits(fields: &Map<String, Value>, path: &str, place: &mut Place<'_>) {
    if !path.starts_with("automatic_leave.") {
        return;
    }
    let number = |key: &str| fields.get(key).and_then(Value::as_i64);
    if number("activate_after") == Some(0) {
        place
            .at("activate_after")
            .report("Recall refuses 0; write 1 or more seconds");
    }
    if path.starts_with("automatic_leave.bot_detection.") {
        if number("timeout").is_some_and(|seconds| seconds < 10) {
            place
                .at("timeout")
                .report("Recall refuses less than 10 seconds");
        }
        let matches = fields.get("matches").and_then(Value::as_array);
        if matches.is_some_and(Vec::is_empty) {
            place.at("matches").report("an empty list detects no bot, so bots stay in a call of bots; list words of their names, such as `notetaker`");
        }
        if path.ends_with(".using_participant_names") && !fields.contains_key("matches") {
            place.report("without `matches` no name is that of a bot, so bots stay in a call of bots; list words of their names, such as `matches: [notetaker]`");
        }
    }
}

/// Texts that look as if they had a placeholder, and have none.
fn texts(value: &Value, place: &mut Place<'_>) {
    match value {
        Value::String(text) => {
            if let Some(problem) = placeholder(text) {
                place.report(problem);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &mut place.item(index));
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                texts(value, &mut place.at(key));
            }
        }
        _ => {}
    }
}

fn placeholder(text: &str) -> Option<String> {
    use crate::fact::Fact;
    if text.contains("{{") || text.contains("{%") {
        return None;
    }
    let named = Fact::ALL.iter().map(|fact| fact.name()).find(|name| {
        [
            format!("{{{name}}}"),
            format!("{{ {name} }}"),
            format!("${{{name}}}"),
            format!("%{name}%"),
            format!("<{name}>"),
        ]
        .iter()
        .any(|form| text.contains(form.as_str()))
    })?;
    Some(format!(
        "this is no placeholder, so it is shown as it is; did you mean `{{{{ {named} }}}}`?"
    ))
}
