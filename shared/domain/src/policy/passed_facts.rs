//! Of the facts by which rules were passed over, a reason keeps no more than it needs.
//!
//! People are reduced as in the reason itself. Of a long list of domains a part is kept, with
//! the number of the others in place of them, if the same conditions decide by it.

use super::condition::has_other_own_domains;
use super::kept_metadata::keep_metadata;
use super::kept_people::reduce_people;
use super::kept_title::reduce_title;
use super::rule::{Passed, Rule};
use crate::fact::{Fact, FactSource, FactValue, FactValues};

/// The most domains of a list that are kept, if they suffice.
const MAX_DOMAINS: usize = 10;

/// The facts by which these rules were passed over.
pub(super) fn passed_facts(passed: &[(&Rule, Passed)], facts: &dyn FactSource) -> FactValues {
    let mut kept = FactValues::new();
    let decisive = passed
        .iter()
        .flat_map(|(rule, passed)| rule.decisive(passed));
    for condition in decisive {
        for fact in condition.reads() {
            if *fact == Fact::CalendarMetadata {
                keep_metadata(&condition.metadata_keys(), facts, &mut kept);
                continue;
            }
            let value = facts.value(*fact);
            if value != FactValue::Unknown {
                kept.insert(*fact, value);
            }
        }
    }
    if kept.contains_key(&Fact::External) && has_other_own_domains(facts) {
        kept.insert(Fact::OwnDomains, facts.value(Fact::OwnDomains));
    }
    reduce_with(
        &mut kept,
        passed,
        &[Fact::Attendees, Fact::Organizer],
        |kept, is_same| {
            reduce_people(kept, is_same);
        },
    );
    reduce_with(&mut kept, passed, &[Fact::Title], |kept, is_same| {
        reduce_title(kept, is_same);
    });
    for fact in [Fact::Domains, Fact::ExternalDomains] {
        reduce_with(&mut kept, passed, &[fact], |kept, is_same| {
            shorten(kept, fact, is_same);
        });
    }
    kept
}

/// Lets `reduce` try whether the rules that read one of `facts` are passed over all the same.
fn reduce_with(
    kept: &mut FactValues,
    passed: &[(&Rule, Passed)],
    facts: &[Fact],
    reduce: impl FnOnce(&mut FactValues, &dyn Fn(&FactValues) -> bool),
) {
    if !facts.iter().any(|fact| kept.contains_key(fact)) {
        return;
    }
    let readers = passed.iter().filter(|(rule, _)| rule.reads_any(facts));
    let readers: Vec<_> = readers.collect();
    let is_same = |kept: &FactValues| {
        let mut readers = readers.iter();
        readers.all(|(rule, passed)| rule.passed(kept).as_ref() == Some(passed))
    };
    reduce(kept, &is_same);
}

fn shorten(kept: &mut FactValues, fact: Fact, is_same: &dyn Fn(&FactValues) -> bool) {
    let Some(FactValue::Texts(all)) = kept.get(&fact).cloned() else {
        return;
    };
    if all.len() <= MAX_DOMAINS {
        return;
    }
    let (first, others) = all.split_at(MAX_DOMAINS - 1);
    let more = format!("({} more)", others.len() - 1);
    for other in others {
        let part = first.iter().chain([other, &more]);
        kept.insert(fact, FactValue::Texts(part.cloned().collect()));
        if is_same(kept) {
            return;
        }
    }
    kept.insert(fact, FactValue::Texts(all));
}
