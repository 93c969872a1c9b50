//! Properties that hold for every policy, meeting, override and order of arrival.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its world fails"
)]

mod at_once;
mod copies;
mod copy;
mod decisions;
mod events;
mod inputs;
mod malformed;
mod policies;
mod speed;
mod tenant;

use proptest::prelude::ProptestConfig;

/// The number of cases in `PROPTEST_CASES`, but at least `cases`.
fn at_least(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(cases),
        ..usual
    }
}
