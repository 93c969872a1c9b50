//! Signing keys: one for each host application, and one for the command line.
//!
//! They are one secret, an object or a list of objects:
//! `{"name":"crm","roles":["owner","participant"],"secret":"…"}`. A rotation adds a key of another
//! name, and removes the old one when no token of it is left.

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, KeyInit as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::role::Role;

pub(crate) type Signer = Hmac<Sha256>;

/// The fewest bytes of a secret: as many as those of the hash.
const SHORTEST_SECRET: usize = 32;
/// The longest name of a key, which is logged and stored with each change.
const LONGEST_NAME: usize = 50;

/// A text without valid signing keys. The error does not repeat it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeys {
    /// The text is not JSON of the expected form.
    #[error(
        "expected a signing key or a list of them, each {{\"name\":…,\"roles\":[…],\"secret\":…}}"
    )]
    OtherForm,
    /// There is no key.
    #[error("there is no signing key")]
    None,
    /// A name cannot be logged.
    #[error("the name of a signing key has 1 to 50 letters, digits, '-', '_' or '.'")]
    Name,
    /// No key has the name.
    #[error("there is no signing key \"{0}\"")]
    Unknown(String),
    /// It is the only key.
    #[error("\"{0}\" is the only signing key: add another one first")]
    Only(String),
    /// Two keys have one name.
    #[error("two signing keys have the name \"{0}\"")]
    SameName(String),
    /// A key has no role, or one that does not exist.
    #[error("the signing key \"{0}\" needs roles: participant, owner, reader or operator")]
    Roles(String),
    /// A secret could be guessed.
    #[error("the secret of the signing key \"{0}\" has fewer than 32 bytes")]
    ShortSecret(String),
}

/// The stored form of a key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    name: String,
    roles: Vec<String>,
    secret: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredKeys {
    Several(Vec<StoredKey>),
    One(StoredKey),
}

/// A signing key. Its `Debug` hides the secret.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    roles: BTreeSet<Role>,
    secret: String,
    signer: Signer,
}

/// The valid signing keys.
#[derive(Debug, Clone)]
pub struct SigningKeys(Vec<SigningKey>);

impl SigningKey {
    /// A key of this name that may sign these roles. The secret is text of at least 32 bytes.
    ///
    /// # Errors
    /// If the name cannot be logged, there is no role, or the secret is too short.
    pub fn new(
        name: &str,
        roles: impl IntoIterator<Item = Role>,
        secret: &str,
    ) -> Result<Self, InvalidKeys> {
        let is_named = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_named) {
            return Err(InvalidKeys::Name);
        }
        let roles: BTreeSet<_> = roles.into_iter().collect();
        if roles.is_empty() {
            return Err(InvalidKeys::Roles(name.to_owned()));
        }
        if secret.len() < SHORTEST_SECRET {
            return Err(InvalidKeys::ShortSecret(name.to_owned()));
        }
        let signer = Hmac::new_from_slice(secret.as_bytes());
        Ok(Self {
            name: name.to_owned(),
            roles,
            secret: secret.to_owned(),
            signer: signer.map_err(|_| InvalidKeys::ShortSecret(name.to_owned()))?,
        })
    }

    /// Its name: the `kid` of its tokens, which is logged.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The roles that it may sign.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.roles.iter().copied()
    }

    /// Whether it may sign tokens of this role.
    #[must_use]
    pub fn may_sign(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    pub(crate) fn signer(&self) -> Signer {
        self.signer.clone()
    }

    fn of(stored: StoredKey) -> Result<Self, InvalidKeys> {
        let roles = stored.roles.iter().map(|role| role.parse());
        let roles: Result<Vec<Role>, _> = roles.collect();
        let roles = roles.map_err(|_| InvalidKeys::Roles(stored.name.clone()))?;
        Self::new(&stored.name, roles, &stored.secret)
    }

    fn stored(&self) -> StoredKey {
        StoredKey {
            name: self.name.clone(),
            roles: self.roles.iter().map(ToString::to_string).collect(),
            secret: self.secret.clone(),
        }
    }
}

impl SigningKeys {
    /// Reads the text of the secret.
    ///
    /// # Errors
    /// If there is no key, or one of them is invalid.
    pub fn parse(text: &str) -> Result<Self, InvalidKeys> {
        let stored = serde_json::from_str(text).map_err(|_| InvalidKeys::OtherForm)?;
        let stored = match stored {
            StoredKeys::Several(keys) => keys,
            StoredKeys::One(key) => vec![key],
        };
        let keys: Vec<_> = stored
            .into_iter()
            .map(SigningKey::of)
            .collect::<Result<_, _>>()?;
        let mut names = BTreeSet::new();
        if let Some(double) = keys.iter().find(|key| !names.insert(key.name())) {
            return Err(InvalidKeys::SameName(double.name.clone()));
        }
        if keys.is_empty() {
            return Err(InvalidKeys::None);
        }
        Ok(Self(keys))
    }

    /// The key of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.name == name)
    }

    /// The first key that may sign tokens of this role.
    #[must_use]
    pub fn signing(&self, role: Role) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.may_sign(role))
    }

    /// These keys with another one.
    ///
    /// # Errors
    /// If one of them has its name.
    pub fn with(mut self, key: SigningKey) -> Result<Self, InvalidKeys> {
        if self.named(&key.name).is_some() {
            return Err(InvalidKeys::SameName(key.name));
        }
        self.0.push(key);
        Ok(self)
    }

    /// These keys without the one of this name.
    ///
    /// # Errors
    /// If there is none, or it is the only one.
    pub fn without(mut self, name: &str) -> Result<Self, InvalidKeys> {
        if self.named(name).is_none() {
            return Err(InvalidKeys::Unknown(name.to_owned()));
        }
        self.0.retain(|key| key.name != name);
        if self.0.is_empty() {
            return Err(InvalidKeys::Only(name.to_owned()));
        }
        Ok(self)
    }

    /// The keys, in the order in which they are stored.
    pub fn iter(&self) -> impl Iterator<Item = &SigningKey> {
        self.0.iter()
    }

    /// The text of the secret, which [`parse`](Self::parse) reads.
    ///
    /// # Panics
    /// Never: texts can be written as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let stored: Vec<_> = self.0.iter().map(SigningKey::stored).collect();
        serde_json::to_string(&stored).expect("texts can be written as JSON")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("name", &self.name)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    const SECRET: &str = "a secret of thirty-two bytes, or more";

    fn key_text(name: &str, roles: &str, secret: &str) -> String {
        format!(r#"{{"name":"{name}","roles":[{roles}],"secret":"{secret}"}}"#)
    }

    #[test_case("{}", &InvalidKeys::OtherForm; "an object without fields")]
    #[test_case("secret", &InvalidKeys::OtherForm; "no JSON")]
    #[test_case("[]", &InvalidKeys::None; "an empty list")]
    #[test_case(&key_text("", r#""owner""#, SECRET), &InvalidKeys::Name; "no name")]
    #[test_case(&key_text("a b", r#""owner""#, SECRET), &InvalidKeys::Name; "a blank in a name")]
    #[test_case(&key_text(&"n".repeat(51), r#""owner""#, SECRET), &InvalidKeys::Name; "a long name")]
    #[test_case(&key_text("crm", "", SECRET), &InvalidKeys::Roles("crm".to_owned()); "no role")]
    #[test_case(&key_text("crm", r#""admin""#, SECRET), &InvalidKeys::Roles("crm".to_owned()); "an unknown role")]
    #[test_case(&key_text("crm", r#""owner""#, "short"), &InvalidKeys::ShortSecret("crm".to_owned()); "a short secret")]
    fn an_invalid_text_is_refused_without_its_content(text: &str, expected: &InvalidKeys) {
        let error = SigningKeys::parse(text).expect_err("it is invalid");
        assert_eq!(&error, expected);
        assert!(!error.to_string().contains(SECRET));
    }

    #[test]
    fn two_keys_of_one_name_are_refused() {
        let key = key_text("crm", r#""owner""#, SECRET);
        let error = SigningKeys::parse(&format!("[{key},{key}]")).expect_err("one name");
        assert_eq!(error, InvalidKeys::SameName("crm".to_owned()));
        let keys = SigningKeys::parse(&key).expect("one key");
        let again = SigningKey::new("crm", [Role::Owner], SECRET).expect("a key");
        assert!(keys.with(again).is_err());
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        let one = SigningKeys::parse(&key_text("console", r#""operator","reader""#, SECRET));
        let crm = SigningKey::new("crm", [Role::Owner], SECRET).expect("a key");
        let keys = one.expect("one key").with(crm).expect("another name");
        let read = SigningKeys::parse(&keys.to_text()).expect("as written");
        let names = |role| read.signing(role).map(SigningKey::name);
        assert_eq!(names(Role::Operator), Some("console"));
        assert_eq!(names(Role::Owner), Some("crm"));
        assert_eq!(names(Role::Participant), None);
        assert!(read.named("crm").is_some_and(|key| key.secret == SECRET));
    }

    #[test]
    fn a_key_is_removed_by_name_but_never_the_only_one() {
        let crm = SigningKey::new("crm", [Role::Owner], SECRET).expect("a key");
        let keys = SigningKeys::parse(&key_text("console", r#""reader""#, SECRET));
        let keys = keys.expect("one key").with(crm).expect("another name");
        let unknown = keys.clone().without("erp").expect_err("there is none");
        assert_eq!(unknown, InvalidKeys::Unknown("erp".to_owned()));
        let rest = keys.without("console").expect("another one is left");
        assert_eq!(
            rest.iter().map(SigningKey::name).collect::<Vec<_>>(),
            ["crm"]
        );
        let only = rest.without("crm").expect_err("it is the only one");
        assert_eq!(only, InvalidKeys::Only("crm".to_owned()));
    }

    #[test]
    fn debug_hides_the_secret() {
        let keys = SigningKeys::parse(&key_text("crm", r#""owner""#, SECRET)).expect("a key");
        let shown = format!("{keys:?}");
        assert!(shown.contains("crm") && !shown.contains(SECRET), "{shown}");
    }
}
