//! How many rules a policy has, in words.

use callsheet_api::policy::Size;

use crate::render::counted;

/// The size in words.
pub(crate) fn summary(size: Size) -> String {
    let rules = counted(size.rules, "rule", "rules");
    match size.policies {
        0 => rules,
        nested => format!(
            "{rules}, {} for some calendars",
            counted(nested, "policy", "policies")
        ),
    }
}
