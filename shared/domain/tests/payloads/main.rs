//! Payloads as people have them: the events in `tests/payloads`, their facts, and the verdicts
//! of five policies on them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its events fails"
)]

mod corpus;
mod damage;
mod snapshot;

use std::collections::BTreeSet;

use corpus::{Case, topics};
use proptest::prelude::ProptestConfig;

/// The number of cases in `PROPTEST_CASES`, but at least `cases`.
fn at_least(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(cases),
        ..usual
    }
}

#[test]
fn every_event_of_the_corpus_has_a_name_of_its_own_and_says_what_it_stands_for() {
    let cases: Vec<&Case> = topics().iter().flat_map(|topic| &topic.cases).collect();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two events of one name");
    for case in cases {
        assert!(case.stands_for.len() > 20, "{}", case.name);
        assert!(!case.expected.is_empty(), "{}", case.name);
    }
}

#[test]
fn the_facts_of_each_payload_are_those_that_a_person_reads_in_it() {
    let mut differences = Vec::new();
    for topic in topics() {
        for case in &topic.cases {
            differences.extend(snapshot::differences(&topic.name, case));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn words_are_found_in_titles_as_a_person_finds_them() {
    for case in topics().iter().flat_map(|topic| &topic.cases) {
        for word in &case.title_has {
            assert!(case.has_word(word), "{}: {word}", case.name);
        }
        for word in &case.title_lacks {
            assert!(!case.has_word(word), "{}: {word}", case.name);
        }
    }
}

#[test]
fn the_facts_and_verdicts_of_each_payload_are_those_of_its_snapshot() {
    for topic in topics() {
        let expected = std::fs::read_to_string(topic.snapshot()).unwrap_or_default();
        let actual = snapshot::of(topic);
        let lines = expected.lines().zip(actual.lines());
        let differs = lines.enumerate().find(|(_, (old, new))| old != new);
        assert_eq!(differs, None, "{}", topic.name);
        assert_eq!(expected.len(), actual.len(), "{}", topic.name);
    }
}

#[test]
#[ignore = "it writes: cargo test -p callsheet-domain --test payloads -- --ignored write_the_snapshots"]
fn write_the_snapshots() {
    for topic in topics() {
        std::fs::write(topic.snapshot(), snapshot::of(topic)).unwrap();
    }
}
