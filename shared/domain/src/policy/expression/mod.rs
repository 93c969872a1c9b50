//! A condition in the words of a policy: a [CEL](https://cel.dev) expression
//! over the facts, checked when it is written and judged for each meeting.
//!
//! The language is CEL without optional values, bytes, unsigned numbers,
//! structures, regular expressions, dates and types as values. There are
//! `&& || ! ?:`, `== != < <= > >=`, `in`, `+ - * / %`, `[…]`, `.field`, and
//! - `size(x)`, `text.contains(t)`, `text.startsWith(t)`, `text.endsWith(t)`;
//! - `list.exists(x, …)`, `all`, `exists_one`, `filter`, `map`, `has(x.field)`;
//! - `int(x)`, `double(x)`, `string(x)`;
//! - `text.hasWord("weekly sync")`: the words occur, whole and in that order;
//! - `text.isOf("acme.example")`: the text is that domain, a part of it, or an
//!   address in one of these;
//! - `text.lower()`.
//!
//! Case does not matter to `hasWord` and `isOf`, and does to all else.
//!
//! A person has `address`, `domain`, `response`, `optional`, `resource` and
//! `organizer`.
//!
//! **A fact that is not known fails whatever reads it**, `==`, `!=` and `in`
//! too: that nothing tells who called the meeting does not make them somebody
//! else. As CEL says, a failure on one side of `&&` and `||` does not matter if
//! the other side decides. So an expression with an answer would have the same
//! one whatever the unknown facts are. Whether a fact is known is asked by
//! comparing it with `null`: `hosted == null`.

mod call;
mod check;
mod evaluate;
mod failure;
mod kind;
mod person;
mod places;
mod problem;
mod syntax;
mod typing;
mod unknown;
mod usage;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tables;

use std::fmt;
use std::sync::Arc;

use cel::parser::Expression as Tree;

pub use failure::EvaluationFailure;
pub use problem::ExpressionProblem;
pub(super) use problem::nearest;

use crate::fact::{Fact, FactSource};

/// A condition on a meeting's facts.
#[derive(Clone)]
pub struct Expression {
    source: Arc<str>,
    facts: Arc<[Fact]>,
    /// Those of the facts that are compared with `null`.
    asked: Arc<[Fact]>,
    tree: Arc<Tree>,
}

impl Expression {
    /// Reads and checks an expression.
    ///
    /// # Errors
    /// If it is empty, longer than 1,000 characters or nested too deeply, if
    /// its syntax is wrong, if it names what there is not, if its types do not
    /// fit, or if it is not true or false.
    pub fn compile(source: &str) -> Result<Self, ExpressionProblem> {
        let (mut tree, places) = syntax::parse(source)?;
        let facts = check::check(source, &tree, &places)?;
        let asked = unknown::ask(&mut tree);
        Ok(Self {
            source: source.into(),
            facts: facts.into(),
            asked: asked.into(),
            tree: Arc::new(tree),
        })
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The facts it reads, each once and in their order: its answer depends on nothing else.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Whether it is true of these facts.
    ///
    /// # Errors
    /// If it has no answer, mostly because a fact it needs is not known.
    pub fn evaluate(&self, facts: &dyn FactSource) -> Result<bool, EvaluationFailure> {
        evaluate::evaluate(&self.tree, &self.facts, &self.asked, facts)
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
