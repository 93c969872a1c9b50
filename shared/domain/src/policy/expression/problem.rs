//! A problem in the source of an expression: where, what, and what was probably meant.

/// A problem in the source of an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}{}", question(suggestion.as_deref()))]
pub struct ExpressionProblem {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The problem.
    pub message: String,
    /// What was probably meant at that place.
    pub suggestion: Option<String>,
}

fn question(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"))
}

impl ExpressionProblem {
    /// A problem at the byte `offset` of `source`.
    pub(super) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            suggestion: None,
        }
    }

    /// The problem with a suggestion of what was meant.
    pub(super) fn meaning(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

/// The one of `names` that `word` is most likely a misspelling of.
pub(in crate::policy) fn nearest<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let (distance, name) = names
        .into_iter()
        .map(|name| {
            let other = name.to_lowercase();
            (strsim::damerau_levenshtein(&word, &other), name)
        })
        .min_by_key(|(distance, _)| *distance)?;
    // A third of the letters may be wrong, and one always.
    (distance <= (length / 3).max(1) && distance < length).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(0, (1, 1); "the start")]
    #[test_case(3, (1, 3); "behind a letter of two bytes")]
    #[test_case(5, (2, 2); "on the second line")]
    #[test_case(99, (2, 3); "behind the end")]
    fn counts_lines_and_characters(offset: usize, expected: (usize, usize)) {
        let problem = ExpressionProblem::at("éa\nbc", offset, "");
        assert_eq!((problem.line, problem.column), expected);
    }

    #[test_case("tilte", Some("title"); "two letters swapped")]
    #[test_case("Title", Some("title"); "another case")]
    #[test_case("organiser", Some("organizer"); "another spelling")]
    #[test_case("budget", None; "nothing like it")]
    #[test_case("x", None; "one letter")]
    fn finds_what_was_meant(word: &str, expected: Option<&str>) {
        assert_eq!(
            nearest(word, ["title", "organizer", "y"]).as_deref(),
            expected
        );
    }

    #[test]
    fn it_says_where_what_and_what_was_meant() {
        let problem = ExpressionProblem::at("1 + tilte", 4, "there is no fact \"tilte\"")
            .meaning(Some("title".to_owned()));
        assert_eq!(
            problem.to_string(),
            "line 1, column 5: there is no fact \"tilte\"; did you mean \"title\"?"
        );
    }
}
