//! Holds this build to the messages that released builds have sent.
//!
//! While a deployment goes on, and from the dead-letter queue for two weeks, a function gets
//! messages of the build before. `released/<version>/messages.jsonl` has one of each kind as
//! that version wrote it. The files of a version never change once it is released.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::envelope::{MessageV1, job_text, parse_job};

fn released() -> Vec<(String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("released");
    let versions = fs::read_dir(folder).expect("the folder of released messages");
    let versions = versions.map(|entry| {
        let path = entry.expect("an entry").path();
        let version = path.file_name().expect("a name").to_string_lossy();
        let text = fs::read_to_string(path.join("messages.jsonl")).expect("messages");
        let lines = text.lines().map(str::to_owned).collect();
        (version.into_owned(), lines)
    });
    versions.collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn each_message_of_a_released_build_is_read_and_says_the_same() {
    for (version, messages) in released() {
        for text in messages {
            let job = parse_job(&text);
            let job = job.unwrap_or_else(|error| panic!("{version}: {error}: {text}"));
            let (sent, again) = (json(&text), json(&job_text(&job)));
            let sent = sent.as_object().expect("a message");
            for (name, value) in sent {
                assert_eq!(again.get(name), Some(value), "{version}: {name} of {text}");
            }
        }
    }
}

/// The kinds of messages, as serde names them when it meets another one.
fn kinds() -> BTreeSet<String> {
    let unknown = serde_json::from_str::<MessageV1>(r#"{"kind":"?"}"#);
    let error = unknown.err().expect("there is no such kind").to_string();
    let (_, expected) = error.split_once("expected one of").expect("the kinds");
    let names = expected.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

#[test]
fn the_version_of_this_build_has_a_message_of_each_kind() {
    let version = env!("CARGO_PKG_VERSION");
    let found = released().into_iter().find(|(name, _)| name == version);
    let (_, messages) = found.expect("messages of this version: add them in released/");
    let kept = messages.iter().map(|text| {
        let kind = &json(text)["kind"];
        kind.as_str().expect("a kind").to_owned()
    });
    assert_eq!(kept.collect::<BTreeSet<_>>(), kinds());
}
