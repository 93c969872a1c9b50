//! Why a calendar is disconnected, by the code that Recall gives.

use std::fmt;

/// The longest code, in bytes.
const LONGEST: usize = 60;

/// The code with which Recall says why a calendar was disconnected: an error of OAuth 2.0, of
/// Microsoft's sign-in, or of Recall itself. The set is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisconnectReason(String);

impl DisconnectReason {
    /// The code in a text that may be one; none if it is a sentence, an address or too long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let is_code = (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain);
        is_code.then(|| Self(text.to_owned()))
    }

    /// The first known code in a sentence, such as a platform's error message. Nothing else of
    /// the sentence is kept: it may name people.
    #[must_use]
    pub fn find(sentence: &str) -> Option<Self> {
        let is_of_a_code = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let mut words = sentence.split(|char| !is_of_a_code(char));
        let code = words.find(|word| meaning(word).is_some() || is_of_microsoft(word))?;
        Self::parse(code)
    }

    /// The code as Recall gives it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the code means, and what helps, as a part of a sentence; none for an unknown code.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        meaning(&self.0)
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meaning() {
            Some(meaning) => write!(formatter, "{meaning} ({})", self.0),
            None => formatter.write_str(&self.0),
        }
    }
}

/// Whether a word is a code of Microsoft's sign-in.
fn is_of_microsoft(word: &str) -> bool {
    let digits = word.strip_prefix("AADSTS").unwrap_or_default();
    (4..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_grant" | "bad_refresh_token" | "AADSTS70000" => {
            "the platform refuses the refresh token: the owner revoked access or changed the password, or the token expired; the owner connects the calendar again"
        }
        "AADSTS70008" | "AADSTS700082" => {
            "the refresh token expired; the owner connects the calendar again"
        }
        "AADSTS50173" => {
            "the owner's password was changed or their sessions were revoked; the owner connects the calendar again"
        }
        "access_denied" | "AADSTS65001" | "AADSTS65004" => {
            "the consent to read the calendar is missing; the owner or an administrator gives it"
        }
        "invalid_client"
        | "unauthorized_client"
        | "deleted_client"
        | "AADSTS700016"
        | "AADSTS7000215"
        | "AADSTS7000222" => {
            "the platform refuses the OAuth client: it was deleted, or its secret is wrong or expired; this concerns every calendar of that client"
        }
        "AADSTS50034" | "AADSTS50057" => "the owner's account does not exist or is disabled",
        "AADSTS50076" | "AADSTS50079" | "AADSTS53000" | "AADSTS53003" => {
            "the company's sign-in rules ask for another factor or device; the owner connects the calendar again"
        }
        "insufficient_scope" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => {
            "the owner's consent does not include reading the calendar; the owner connects it again"
        }
        "no_oauth_credentials" => "Recall has no credentials for the calendar",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(" invalid_grant ", Some("invalid_grant"); "of OAuth")]
    #[test_case("AADSTS700082", Some("AADSTS700082"); "of Microsoft")]
    #[test_case("ErrorItem.NotFound-1", Some("ErrorItem.NotFound-1"); "unknown")]
    #[test_case("Token has been revoked.", None; "a sentence")]
    #[test_case("ann@acme.example", None; "an address")]
    #[test_case(&"x".repeat(61), None; "too long")]
    #[test_case(" ", None; "empty")]
    fn a_code_is_taken_as_it_is(text: &str, code: Option<&str>) {
        let reason = DisconnectReason::parse(text);
        assert_eq!(reason.as_ref().map(DisconnectReason::as_str), code);
    }

    #[test_case("('invalid_grant: Token has been expired or revoked.', {})", Some("invalid_grant"); "of Google")]
    #[test_case("AADSTS50173: The grant of ann@acme.example is expired.", Some("AADSTS50173"); "of Microsoft")]
    #[test_case("AADSTS99999: something new", Some("AADSTS99999"); "of Microsoft, unknown")]
    #[test_case("The calendar of ann@acme.example is gone.", None; "without a code")]
    fn a_code_is_found_in_a_sentence(sentence: &str, code: Option<&str>) {
        let reason = DisconnectReason::find(sentence);
        assert_eq!(reason.as_ref().map(DisconnectReason::as_str), code);
    }

    #[test_case("no_oauth_credentials", "Recall has no credentials for the calendar (no_oauth_credentials)"; "known")]
    #[test_case("ErrorNew", "ErrorNew"; "unknown")]
    fn a_reason_is_shown_with_its_meaning(code: &str, shown: &str) {
        let reason = DisconnectReason::parse(code).expect("a code");
        assert_eq!(reason.to_string(), shown);
    }
}
