//! A condition as a [CEL](https://cel.dev) expression over the facts. It is checked when the
//! policy is compiled, and evaluated for each meeting.
//!
//! The language is CEL without optional values, bytes, unsigned numbers,
//! structures, regular expressions, dates and types as values. There are
//! `&& || ! ?:`, `== != < <= > >=`, `in`, `+ - * / %`, `[…]`, `.field`, and
//! - `size(x)`, `text.contains(t)`, `text.startsWith(t)`, `text.endsWith(t)`;
//! - `list.exists(x, …)`, `all`, `exists_one`, `filter`, `map`, `has(x.field)`;
//! - `int(x)`, `double(x)`, `string(x)`;
//! - `text.hasWord("weekly sync")`: the words occur, whole and in that order;
//! - `text.isOf("acme.example")`: the text is that domain, a subdomain of it, or an
//!   address in one of these;
//! - `text.lower()`.
//!
//! `hasWord` and `isOf` ignore case; everything else respects it, unless one side of a
//! comparison is in lower case by `lower()`. Texts that look the same are the same.
//!
//! A person has `address`, `domain`, `response`, `optional`, `resource` and
//! `organizer`.
//!
//! **Reading an unknown fact fails**, also in `==`, `!=` and `in`: an unknown organizer is
//! not a different organizer. By the rules of CEL, a failure on one side of `&&` and `||`
//! does not matter if the other side decides. So an expression with a result would have
//! the same result for any value of the unknown facts. A comparison with `null` tests
//! whether a fact is unknown: `hosted == null`.
//!
//! The metadata of a calendar is read by key: `calendar_metadata.team`, or
//! `calendar_metadata['cost-center']`. It is empty if the calendar does not have the key, and
//! each key may be unknown by itself.
//!
//! A list of people or domains that is incomplete is read in the same spirit: there is a
//! result only if no further element could change it.

mod call;
mod check;
mod evaluate;
mod failure;
mod incomplete;
mod kind;
mod metadata;
mod metadata_names;
mod person;
mod places;
mod problem;
mod spelling;
mod steps;
mod syntax;
mod typing;
mod unknown;
mod usage;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod random;

use std::fmt;
use std::sync::Arc;

use cel::parser::Expression as Tree;

pub use failure::EvaluationFailure;
pub use problem::ExpressionProblem;
pub(super) use problem::nearest;

use crate::fact::{Fact, FactSource};
use steps::Price;

/// A condition on a meeting's facts.
#[derive(Clone)]
pub struct Expression {
    source: Arc<str>,
    facts: Arc<[Fact]>,
    /// Those of the facts that are compared with `null`.
    tested: Arc<[Fact]>,
    /// The keys of the calendar's metadata that it reads.
    keys: Arc<[String]>,
    /// What a pass of each loop costs.
    prices: Arc<[Price]>,
    tree: Arc<Tree>,
}

impl Expression {
    /// Parses and checks an expression.
    ///
    /// # Errors
    /// If it is empty, longer than 1,000 characters or nested too deeply, if
    /// its syntax is wrong, if it uses an unknown name, if its types do not fit, or if it
    /// is not true or false.
    pub fn compile(source: &str) -> Result<Self, ExpressionProblem> {
        let (mut tree, places) = syntax::parse(source)?;
        let keys = metadata::replace_keys(&mut tree);
        let mut facts = check::check(source, &tree, &places)?;
        let tested = unknown::replace_tests(&mut tree);
        // First the spelling: the guards repeat parts of the tree.
        spelling::unify(&mut tree);
        if incomplete::reads_list(&facts) {
            incomplete::guard(&mut tree);
            if let Err(place) = facts.binary_search(&Fact::AttendeesComplete) {
                facts.insert(place, Fact::AttendeesComplete);
            }
        }
        let prices = steps::charge_loops(&mut tree);
        Ok(Self {
            source: source.into(),
            facts: facts.into(),
            tested: tested.into(),
            keys: keys.into(),
            prices: prices.into(),
            tree: Arc::new(tree),
        })
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The facts it reads, each once and in order: its result depends on nothing else.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The keys of the calendar's metadata that it reads, each once and in order.
    #[must_use]
    pub fn metadata_keys(&self) -> &[String] {
        &self.keys
    }

    /// Whether it is true for these facts.
    ///
    /// # Errors
    /// If it has no result, mostly because it reads an unknown fact, or if it takes too
    /// many steps.
    pub fn evaluate(&self, facts: &dyn FactSource) -> Result<bool, EvaluationFailure> {
        let reads = evaluate::Reads {
            facts: &self.facts,
            tested: &self.tested,
            keys: &self.keys,
        };
        evaluate::evaluate(&self.tree, reads, &self.prices, facts)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Expression")
            .field(&self.source)
            .finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}
