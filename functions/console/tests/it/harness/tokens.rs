//! Signing keys, and tokens of each role.

use std::sync::{Arc, Mutex};

use callsheet_auth::{Grant, NewToken, Role, SigningKey, SigningKeys};
use callsheet_console::Keys;
use callsheet_domain::Timestamp;
use callsheet_testkit::{at, id};
use jiff::SignedDuration;
use serde_json::json;

use super::OWN;

pub(crate) const SECRET: &str = "a secret of the tests, which has more than 32 bytes";

/// Keys that may be rotated. Counts how often they were loaded again.
#[derive(Debug, Clone)]
pub(crate) struct TestKeys {
    loaded: Arc<Mutex<(SigningKeys, Timestamp)>>,
    stored: Arc<Mutex<SigningKeys>>,
    loads: Arc<Mutex<u32>>,
}

impl TestKeys {
    /// These keys, loaded at 09:10.
    pub(crate) fn of(keys: SigningKeys) -> Self {
        Self {
            loaded: Arc::new(Mutex::new((keys.clone(), at("09:10")))),
            stored: Arc::new(Mutex::new(keys)),
            loads: Arc::default(),
        }
    }

    /// Changes what is stored.
    pub(crate) fn store(&self, keys: SigningKeys) {
        *self.stored.lock().expect("no panic") = keys;
    }

    /// How often they were loaded again.
    pub(crate) fn loads(&self) -> u32 {
        *self.loads.lock().expect("no panic")
    }
}

impl Keys for TestKeys {
    async fn current(&self) -> (SigningKeys, Timestamp) {
        self.loaded.lock().expect("no panic").clone()
    }

    async fn refresh(&self, now: Timestamp) -> Option<SigningKeys> {
        *self.loads.lock().expect("no panic") += 1;
        let stored = self.stored.lock().expect("no panic").clone();
        *self.loaded.lock().expect("no panic") = (stored.clone(), now);
        Some(stored)
    }
}

/// A key that may sign every role.
pub(crate) fn a_key() -> SigningKey {
    SigningKey::new("console", Role::ALL, SECRET).expect("a key")
}

pub(crate) fn keys() -> SigningKeys {
    let spare = json!({"name": "spare", "roles": ["reader"], "secret": SECRET});
    let spare = SigningKeys::parse(&spare.to_string()).expect("a key");
    spare.with(a_key()).expect("another name")
}

/// The role's grant: an owner's of [`OWN`], a participant's of `event-1`.
pub(crate) fn grant(role: Role) -> Grant {
    match role {
        Role::Participant => Grant::Participant {
            event: id("event-1"),
        },
        Role::Owner => Grant::Owner {
            calendars: vec![id(OWN)],
        },
        Role::Reader => Grant::Reader,
        Role::Operator => Grant::Operator,
    }
}

pub(crate) fn token(grant: Grant) -> String {
    token_of("sales@acme.example", grant)
}

pub(crate) fn token_of(subject: &str, grant: Grant) -> String {
    signed(subject, grant, at("09:00"))
}

/// A token that was issued at another time.
pub(crate) fn token_at(grant: Grant, issued_at: Timestamp) -> String {
    signed("sales@acme.example", grant, issued_at)
}

fn signed(subject: &str, grant: Grant, issued_at: Timestamp) -> String {
    let new = NewToken {
        subject: id(subject),
        grant,
        zone: None,
        issued_at,
        life: SignedDuration::from_mins(50),
    };
    a_key().sign(&new).expect("a token")
}
