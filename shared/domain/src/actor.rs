//! The person who set an override or a pause, or pushed a policy.

use std::fmt;

/// The longest name, in characters.
const LONGEST: usize = 200;

/// The name of the person who did something, and the signing key of the console whose holder
/// vouched for it. Its `Debug` hides the name, which is personal and never logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    name: String,
    key: Option<String>,
}

/// A text that is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a person's name has 1 to 200 characters")]
pub struct InvalidActor;

impl Actor {
    /// Takes a name of 1 to 200 characters.
    ///
    /// # Errors
    /// If it is shorter or longer.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidActor> {
        let text = text.into();
        if (1..=LONGEST).contains(&text.chars().count()) {
            Ok(Self {
                name: text,
                key: None,
            })
        } else {
            Err(InvalidActor)
        }
    }

    /// The name that stands for a person who was forgotten.
    ///
    /// # Panics
    /// Never: it is short enough.
    #[must_use]
    pub fn forgotten() -> Self {
        Self::parse("a forgotten person").expect("it is short enough")
    }

    /// The same person, named by an access token that the signing key of this name signed.
    #[must_use]
    pub fn signed_with(self, key: Option<String>) -> Self {
        Self { key, ..self }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Name of the signing key of the access token; none for the command line.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Actor(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("sales@acme.example", true; "an address")]
    #[test_case("", false; "empty")]
    #[test_case(&"ü".repeat(200), true; "the longest")]
    #[test_case(&"ü".repeat(201), false; "longer")]
    fn a_name_has_1_to_200_characters(text: &str, accepted: bool) {
        assert_eq!(Actor::parse(text).is_ok(), accepted);
    }

    #[test]
    fn debug_hides_the_name() {
        let actor = Actor::parse("sales@acme.example").expect("a name");
        assert_eq!(format!("{actor:?}"), "Actor(…)");
    }
}
