//! What can hardly be meant about bots that are sent in place of others.

use crate::policy::document::{RetriedOutcome, RetryDocument};
use crate::policy::problem::Place;

/// Checks the section `retry`.
pub(super) fn check(retry: &RetryDocument, place: &mut Place<'_>) {
    let after = retry.after.as_deref();
    let has_outcomes = after.is_none_or(|after| !after.is_empty());
    if retry.at_most == Some(0) && (retry.after.is_some() && has_outcomes) {
        let problem = "0 sends no other bot, so `after` has no effect; leave `after` out";
        place.at("at_most").report(problem);
    }
    if !has_outcomes && retry.at_most.is_some_and(|at_most| at_most > 0) {
        let problem =
            "an empty list sends no other bot, so `at_most` has no effect; name an outcome";
        place.at("after").report(problem);
    }
    for (index, outcome) in after.into_iter().flatten().enumerate() {
        if let Some(why) = lasting(*outcome) {
            let problem = format!("another bot meets {why}; each one that joins costs");
            place.at("after").item(index).report(problem);
        }
    }
}

/// What stands in the way of every further bot.
fn lasting(outcome: RetriedOutcome) -> Option<&'static str> {
    match outcome {
        RetriedOutcome::LinkOrRoom => Some("the same link and the same room"),
        RetriedOutcome::SignIn => Some("the same question for a sign-in"),
        RetriedOutcome::Credentials => Some("the same refusal, since it has the same credentials"),
        RetriedOutcome::PlatformFault
        | RetriedOutcome::NobodyCame
        | RetriedOutcome::NeverAdmitted
        | RetriedOutcome::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use test_case::test_case;

    use crate::policy::PolicyDocument;

    #[test_case(json!({}), &[]; "the default")]
    #[test_case(json!({"at_most": 0}), &[]; "none")]
    #[test_case(json!({"after": []}), &[]; "after nothing")]
    #[test_case(json!({"after": ["platform_fault", "never_admitted"], "at_most": 1}), &[]; "the lobby")]
    #[test_case(json!({"after": ["unknown"], "at_most": 0}), &["retry.at_most"]; "an outcome, and none")]
    #[test_case(json!({"after": [], "at_most": 2}), &["retry.after"]; "two, after nothing")]
    #[test_case(json!({"after": ["unknown", "sign_in"]}), &["retry.after[1]"]; "a sign-in")]
    fn it_is_warned_of(retry: Value, places: &[&str]) {
        let bot = json!({"recording_config": {"retention": {"type": "timed", "hours": 1}}});
        let document = json!({"version": 1, "default": "record", "bot": bot, "retry": retry});
        let document: PolicyDocument = serde_json::from_value(document).expect("in the format");
        let found = document.warnings().into_iter();
        let found: Vec<_> = found
            .map(|problem| problem.place)
            .filter(|place| place.starts_with("retry"))
            .collect();
        assert_eq!(found, places);
    }
}
