//! Asks the operator for confirmation.

use std::io::{self, BufRead, IsTerminal as _};

use crate::error::CliError;
use crate::screen::wrapped;
use crate::terminal::print_error;

/// Asks on a terminal of `width` columns, unless `is_confirmed`. Without a terminal the command
/// is refused.
pub(super) fn on_terminal(
    question: &str,
    is_confirmed: bool,
    width: usize,
) -> Result<(), CliError> {
    if is_confirmed {
        return Ok(());
    }
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(CliError::Refused(format!(
            "{question}\nThis needs confirmation, and there is no terminal to ask on: add --yes"
        )));
    }
    // Standard output is for the result, which may be JSON.
    let question = wrapped(question, width);
    print_error(&format!("{question}\nContinue? Type yes: "));
    expect_yes(&mut stdin.lock())
}

/// Reads a line, and refuses unless it is a yes.
fn expect_yes(answers: &mut impl BufRead) -> Result<(), CliError> {
    let mut answer = String::new();
    answers
        .read_line(&mut answer)
        .map_err(|error| CliError::Failed(format!("the terminal: {error}")))?;
    match answer.trim().to_lowercase().as_str() {
        "yes" | "y" => Ok(()),
        _ => Err(CliError::Refused(
            "not confirmed: nothing was changed".to_owned(),
        )),
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
    fn only_yes_confirms(answer: &str, expected: bool) {
        assert_eq!(expect_yes(&mut answer.as_bytes()).is_ok(), expected);
    }

    #[test]
    fn a_confirmed_command_does_not_ask() {
        on_terminal("Continue?", true, 80).expect("it is confirmed");
    }
}
