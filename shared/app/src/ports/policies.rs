//! Numbers the policies that have been in force.

use std::future::Future;

use callsheet_domain::PolicyRevision;

use crate::PortError;

/// Numbers policies.
pub trait Policies: Send + Sync {
    /// The revision of the policy with this fingerprint: the current one if it
    /// is in force, the next one if it is new, from then on.
    fn enforce(
        &self,
        fingerprint: &str,
    ) -> impl Future<Output = Result<PolicyRevision, PortError>> + Send;
}
