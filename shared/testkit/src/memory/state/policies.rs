//! Policies.

use callsheet_app::PortError;
use callsheet_app::ports::{NewPolicy, Policies, PolicyWrite, StoredPolicy};
use callsheet_domain::{LinkComparison, PolicyRevision};

use super::{MemoryState, State};

impl State {
    pub(super) fn active_policy(&self) -> PolicyRevision {
        let last = self.policies.last();
        last.map(|policy| policy.revision).unwrap_or_default()
    }
}

impl Policies for MemoryState {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        Ok(self.read(State::active_policy))
    }

    async fn is_head_missing(&self) -> Result<bool, PortError> {
        Ok(self.read(|state| state.has_lost_policy_head && !state.policies.is_empty()))
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        let has_revision = |policy: &&StoredPolicy| policy.revision == revision;
        Ok(self.read(|state| state.policies.iter().find(has_revision).cloned()))
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        Ok(self.write(|state| {
            if state.active_policy() != over {
                return PolicyWrite::Conflict;
            }
            let revision = PolicyRevision(over.max(policy.newest_used).0 + 1);
            state.has_lost_policy_head = false;
            let NewPolicy {
                document,
                by,
                at,
                note,
                newest_used: _,
            } = policy.clone();
            state.policies.push(StoredPolicy {
                revision,
                document,
                by,
                at,
                note,
            });
            PolicyWrite::Active(revision)
        }))
    }

    async fn history(
        &self,
        before: Option<PolicyRevision>,
        most: usize,
    ) -> Result<Vec<StoredPolicy>, PortError> {
        let is_before =
            |policy: &&StoredPolicy| before.is_none_or(|before| policy.revision < before);
        let newest_first = |state: &State| {
            let policies = state.policies.iter().rev().filter(is_before);
            policies.take(most).cloned().collect()
        };
        Ok(self.read(newest_first))
    }

    async fn built_in_links(&self) -> Result<Option<LinkComparison>, PortError> {
        Ok(self.read(|state| state.built_in_links))
    }

    async fn decide_built_in_links(
        &self,
        links: LinkComparison,
    ) -> Result<LinkComparison, PortError> {
        Ok(self.write(|state| *state.built_in_links.get_or_insert(links)))
    }
}
