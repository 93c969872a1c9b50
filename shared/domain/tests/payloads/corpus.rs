//! Reads the events and the policies of `tests/payloads`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarStatus, Email, EventId, Facts, IcalUid, Meeting,
    Overrides, Platform, PlatformEventId, Policy, PolicyDocument, Timestamp, Verdict, decide,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// When every event is decided about: before its start.
const NOW: &str = "2090-03-01T00:00:00Z";
const START: &str = "2090-03-10T10:00:00Z";
const END: &str = "2090-03-10T11:00:00Z";

/// One event, as a platform sends it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The fact about real calendars that the event stands for.
    pub(crate) stands_for: String,
    pub(crate) platform: String,
    /// The calendar's address; none if it is not known.
    pub(crate) owner: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    /// The time zone that the policy names, if it is asked for facts with one.
    pub(crate) time_zone: Option<String>,
    pub(crate) raw: Value,
    /// Words that a policy finds in the title.
    #[serde(default)]
    pub(crate) title_has: Vec<String>,
    /// Words that it does not find there.
    #[serde(default)]
    pub(crate) title_lacks: Vec<String>,
    /// Facts by their names, `unknown` for those that the payload cannot tell.
    pub(crate) expected: Map<String, Value>,
}

/// The events of one file.
pub(crate) struct Topic {
    pub(crate) name: String,
    pub(crate) cases: Vec<Case>,
}

impl Topic {
    pub(crate) fn snapshot(&self) -> PathBuf {
        folder()
            .join("snapshots")
            .join(format!("{}.txt", self.name))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/payloads")
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All topics, in the order of their names.
pub(crate) fn topics() -> &'static [Topic] {
    static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(read_topics);
    &TOPICS
}

fn read_topics() -> Vec<Topic> {
    let files = std::fs::read_dir(folder()).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let is_topic = |path: &PathBuf| {
        let is_yaml = path
            .extension()
            .is_some_and(|extension| extension == "yaml");
        is_yaml && !path.ends_with("policies.yaml")
    };
    let mut paths: Vec<PathBuf> = paths.filter(is_topic).collect();
    paths.sort();
    let topic = |path: &PathBuf| Topic {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        cases: read(path),
    };
    paths.iter().map(topic).collect()
}

/// The five policies by their names.
pub(crate) fn policies() -> &'static [(String, Policy)] {
    static POLICIES: LazyLock<Vec<(String, Policy)>> = LazyLock::new(read_policies);
    &POLICIES
}

fn read_policies() -> Vec<(String, Policy)> {
    let written: BTreeMap<String, PolicyDocument> = read(&folder().join("policies.yaml"));
    let compiled = written.into_iter().map(|(name, document)| {
        let policy = Policy::compile(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, policy)
    });
    let built_in = ("built-in".to_owned(), Policy::built_in());
    std::iter::once(built_in).chain(compiled).collect()
}

fn compiled(document: &Value) -> Policy {
    Policy::compile(&PolicyDocument::parse(&document.to_string()).unwrap()).unwrap()
}

/// The policy of this name.
pub(crate) fn policy(name: &str) -> &'static Policy {
    let found = policies().iter().find(|(known, _)| known == name);
    &found.unwrap().1
}

impl Case {
    pub(crate) fn event(&self) -> CalendarEvent {
        let at = |text: &Option<String>, default: &str| -> Timestamp {
            text.as_deref().unwrap_or(default).parse().unwrap()
        };
        let platform = self.platform();
        let updated_at = NOW.parse().unwrap();
        CalendarEvent {
            id: EventId::parse("event-1").unwrap(),
            calendar_id: CalendarId::parse("calendar-1").unwrap(),
            ical_uid: IcalUid::parse("meeting-1@acme.example").unwrap(),
            platform,
            platform_id: PlatformEventId::parse("platform-event-1").ok(),
            starts_at: at(&self.start, START),
            ends_at: at(&self.end, END),
            created_at: Some(updated_at),
            updated_at,
            is_deleted: false,
            meeting: Some(Meeting {
                url: "https://meet.example/abc-defg".to_owned(),
            }),
            has_unreadable_link: false,
            meeting_platform: Some("google_meet".to_owned()),
            bots: Vec::new(),
            has_unreadable_bots: false,
            facts: Facts::from_payload(platform, &self.raw),
        }
    }

    /// The policy that is asked for the facts.
    pub(crate) fn zoned(&self) -> Policy {
        compiled(&json!({"version": 1, "default": "skip", "time_zone": self.time_zone}))
    }

    /// Whether a policy finds `word` in the title.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        let rule = json!({"name": "word", "when": {"title_has": [word]}, "then": "record"});
        let policy = compiled(&json!({"version": 1, "default": "skip", "rules": [rule]}));
        matches!(self.verdict(&policy), Verdict::Record(_))
    }

    pub(crate) fn platform(&self) -> Platform {
        self.platform.parse().unwrap()
    }

    pub(crate) fn calendar(&self) -> Calendar {
        let email = self.owner.as_deref();
        Calendar {
            id: CalendarId::parse("calendar-1").unwrap(),
            platform: self.platform(),
            status: CalendarStatus::Connected,
            email: email.map(|email| Email::parse(email).unwrap()),
            disconnect_reason: None,
            metadata: callsheet_domain::CalendarMetadata::default(),
            created_at: None,
            updated_at: NOW.parse().unwrap(),
        }
    }

    /// The verdict of `policy`, without overrides.
    pub(crate) fn verdict(&self, policy: &Policy) -> Verdict {
        let (event, calendar) = (self.event(), self.calendar());
        let now = NOW.parse().unwrap();
        let verdict = decide(&event, &calendar, policy, &Overrides::default(), now);
        if let Some(again) = policy.explain_again(verdict.reason(), &calendar) {
            assert_eq!(again, verdict, "by what its explanation keeps");
        }
        verdict
    }
}
