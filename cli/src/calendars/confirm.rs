//! Asks a person whether something is meant.

use std::io::{self, BufRead, IsTerminal as _, Write as _};

use crate::error::CliError;

/// Asks on the terminal, unless it `is_sure`. Nobody is asked where nobody could
/// answer: then it is refused.
pub(super) fn on_terminal(question: &str, is_sure: bool) -> Result<(), CliError> {
    if is_sure {
        return Ok(());
    }
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(CliError::Refused(format!(
            "{question}\nNobody is there to be asked whether it is meant: say so with --yes"
        )));
    }
    // Standard output is for the answer, which may be JSON.
    let mut terminal = io::stderr();
    let asked = write!(terminal, "{question}\nGo on? Type yes: ").and_then(|()| terminal.flush());
    asked.map_err(|error| CliError::Cannot(format!("the terminal: {error}")))?;
    agreed(&mut stdin.lock())
}

/// Whether the next line says yes.
fn agreed(answers: &mut impl BufRead) -> Result<(), CliError> {
    let mut answer = String::new();
    answers
        .read_line(&mut answer)
        .map_err(|error| CliError::Cannot(format!("the terminal: {error}")))?;
    match answer.trim().to_lowercase().as_str() {
        "yes" | "y" => Ok(()),
        _ => Err(CliError::Refused("nothing was changed".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("yes\n", true; "yes")]
    #[test_case(" Y \n", true; "a short yes")]
    #[test_case("no\n", false; "no")]
    #[test_case("\n", false; "a line end")]
    #[test_case("", false; "an end of input")]
    #[test_case("yesterday\n", false; "another word")]
    fn only_a_yes_is_one(answer: &str, expected: bool) {
        assert_eq!(agreed(&mut answer.as_bytes()).is_ok(), expected);
    }

    #[test]
    fn who_is_sure_is_not_asked() {
        on_terminal("Go?", true).expect("it is meant");
    }
}
