//! Which domains are ours: those that a policy names, and the calendar's own.

use std::collections::BTreeSet;

use crate::email::{Domain, PUBLIC_PROVIDERS};

/// What a policy says about domains that are ours, and domains that are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnDomains {
    /// Domains that are ours, whatever the calendar.
    pub named: Vec<Domain>,
    /// Domains of public mail providers: an address there is of no company.
    pub public: BTreeSet<Domain>,
}

impl OwnDomains {
    /// No domain that is ours, and the well-known public mail providers.
    #[must_use]
    pub fn by_default() -> Self {
        Self {
            named: Vec::new(),
            public: well_known(),
        }
    }

    /// Whether the policy names `domain` as ours.
    #[must_use]
    pub fn names(&self, domain: &Domain) -> bool {
        self.named.iter().any(|named| domain.is_within(named))
    }

    /// The company that an address of `domain` belongs to; none for a public mail provider
    /// that the policy does not name as ours.
    #[must_use]
    pub fn company(&self, domain: Domain) -> Option<Domain> {
        let is_public = domain.with_parents().any(|name| self.public.contains(name));
        (!is_public || self.names(&domain)).then_some(domain)
    }
}

/// The well-known public mail providers.
pub(super) fn well_known() -> BTreeSet<Domain> {
    let domains = PUBLIC_PROVIDERS.iter();
    domains
        .filter_map(|text| Domain::parse(text).ok())
        .collect()
}
