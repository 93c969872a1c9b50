//! What holds for every policy, meeting, word and order of arrival.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its world fails"
)]

mod copies;
mod copy;
mod decisions;
mod events;
mod oddities;
mod office;
mod policies;
mod speed;
mod views;

use proptest::prelude::ProptestConfig;

/// As many cases as `PROPTEST_CASES` says, and these at least.
fn at_least(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(cases),
        ..usual
    }
}
