//! Settings out of the environment, read once at the start.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// A setting that is missing or cannot be used. Values are not repeated: some
/// are secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct InvalidSetting {
    name: &'static str,
    problem: String,
}

/// The environment's variables.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The process's own.
    #[must_use]
    pub fn of_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        let variables = std::env::vars();
        Self(variables.collect())
    }

    /// What must be set.
    ///
    /// # Errors
    /// If it is missing or blank.
    pub fn required(&self, name: &'static str) -> Result<&str, InvalidSetting> {
        self.optional(name).ok_or_else(|| InvalidSetting {
            name,
            problem: "is not set".to_owned(),
        })
    }

    /// What may be set; blank is not set.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// What must be set, in its own type.
    ///
    /// # Errors
    /// If it is missing, or is no such thing.
    pub fn parsed<T>(&self, name: &'static str) -> Result<T, InvalidSetting>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.read(name, str::parse)
    }

    /// What must be set, as `read` reads it.
    ///
    /// # Errors
    /// If it is missing, or `read` refuses it.
    pub fn read<T, E: Display>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, InvalidSetting> {
        read(self.required(name)?).map_err(|error| InvalidSetting {
            name,
            problem: format!("cannot be used: {error}"),
        })
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(
            variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_setting_is_missing_or_wrong_and_not_what_it_was() {
        let environment = Environment::from([("LIMIT", "sixty"), ("BLANK", "  ")]);
        let wrong = environment
            .parsed::<u32>("LIMIT")
            .expect_err("no number")
            .to_string();
        assert!(
            wrong.starts_with("LIMIT cannot be used") && !wrong.contains("sixty"),
            "{wrong}"
        );
        let missing = environment
            .required("BLANK")
            .expect_err("blank")
            .to_string();
        assert_eq!(missing, "BLANK is not set");
    }

    #[test]
    fn reads_a_setting_in_its_own_type() {
        let environment = Environment::from([("LIMIT", " 60 ")]);
        assert_eq!(environment.parsed::<u32>("LIMIT"), Ok(60));
    }
}
