//! Settings from environment variables, read once at the start.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// A setting that is missing or cannot be used. The error does not repeat its
/// value: some are secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct InvalidSetting {
    name: &'static str,
    problem: String,
}

/// Environment variables.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The variables of the process.
    #[must_use]
    pub fn of_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the only place that reads the environment"
        )]
        let variables = std::env::vars();
        Self(variables.collect())
    }

    /// A required setting.
    ///
    /// # Errors
    /// If it is missing or blank.
    pub fn required(&self, name: &'static str) -> Result<&str, InvalidSetting> {
        self.optional(name).ok_or_else(|| InvalidSetting {
            name,
            problem: "is not set".to_owned(),
        })
    }

    /// An optional setting; a blank one counts as missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A required setting, parsed as its type.
    ///
    /// # Errors
    /// If it is missing, or cannot be parsed.
    pub fn parsed<T>(&self, name: &'static str) -> Result<T, InvalidSetting>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.parsed_by(name, str::parse)
    }

    /// A required setting, parsed by `parse`.
    ///
    /// # Errors
    /// If it is missing, or `parse` refuses it.
    pub fn parsed_by<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, InvalidSetting> {
        parse(self.required(name)?).map_err(|error| InvalidSetting {
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
    fn an_error_names_the_setting_and_not_its_value() {
        let environment = Environment::from([("LIMIT", "sixty"), ("BLANK", "  ")]);
        let wrong = environment
            .parsed::<u32>("LIMIT")
            .expect_err("not a number")
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
    fn a_setting_is_parsed_as_its_type() {
        let environment = Environment::from([("LIMIT", " 60 ")]);
        assert_eq!(environment.parsed::<u32>("LIMIT"), Ok(60));
    }
}
