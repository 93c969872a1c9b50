//! The rules that a decision was found by.

use callsheet_domain::{Calendar, Decision, Policy, PolicyDocument, PolicyRevision, RuleTrace};

use crate::PortError;
use crate::policy_cache::unreadable;
use crate::ports::Policies;

/// The rules of the policy that decided, each with the condition that decided about it.
/// None if that policy is not stored any more, or cannot tell.
///
/// They follow from the policy and the facts that the decision keeps, so they are the same
/// whatever became of the event and the policy since.
///
/// # Errors
/// If the store fails, or the policy cannot be read.
pub async fn rule_trace(
    policies: &impl Policies,
    decision: &Decision,
    calendar: Option<&Calendar>,
) -> Result<Option<RuleTrace>, PortError> {
    let revision = decision.inputs.policy;
    let document = match policies.policy(revision).await? {
        Some(stored) => PolicyDocument::parse(&stored.document)
            .map_err(|problem| unreadable(revision, problem))?,
        None if revision == PolicyRevision::default() => PolicyDocument::built_in(),
        None => return Ok(None),
    };
    let policy = Policy::compile(&document)
        .map_err(|problems| unreadable(revision, problems.to_string()))?;
    Ok(policy.trace(decision.verdict.reason(), calendar))
}
