//! What can hardly be meant in a policy, given the connected calendars.

use callsheet_domain::{PolicyDocument, PolicyProblem};

use crate::PortError;
use crate::ports::Calendars;

/// The warnings about a policy, with those that only the connected calendars can show: a
/// named policy for a calendar that is not connected, and a denied domain of its own.
///
/// # Errors
/// If the store fails.
pub async fn policy_warnings(
    state: &impl Calendars,
    document: &PolicyDocument,
) -> Result<Vec<PolicyProblem>, PortError> {
    let listed = state.listed().await?.into_iter();
    let calendars: Vec<_> = listed.map(|listed| listed.record.calendar).collect();
    let mut warnings = document.warnings();
    warnings.extend(document.warnings_for(&calendars));
    Ok(warnings)
}
