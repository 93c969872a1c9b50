//! Which meetings a company records, and with what bot.
//!
//! [`PolicyDocument`] is the document that people write; [`Policy::compile`] makes a
//! [`Policy`] of it, or lists every problem. The rules ask for [`Fact`](crate::fact::Fact)s;
//! a fact may be unknown.

mod compile;
mod compiled;
mod condition;
mod document;
mod explanation;
mod expression;
mod format;
mod hours;
mod kept_metadata;
mod kept_people;
mod kept_title;
mod lint;
mod near_miss;
mod own_domains;
mod passed_facts;
mod problem;
mod retries;
mod rule;
mod rule_set;
mod situation;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod trace;
mod when;
mod words;

pub use compiled::Policy;
pub use document::{
    Deduplication, DeduplicationScheme, DeniedDomains, DeniedDomainsDocument, LinkComparison,
    NamedPolicyDocument, PolicyDocument, RetriedOutcome, RetryDocument, RuleDocument,
    SpendingDocument, Then,
};
pub use expression::{EvaluationFailure, Expression, ExpressionProblem};
pub use format::Notation;
pub use own_domains::OwnDomains;
pub use problem::{InvalidPolicy, PolicyProblem};
pub use retries::Retries;
pub use situation::Situation;
pub use template::BotTemplate;
pub use trace::{NearMiss, RulePart, RuleTrace, TracedRule};
pub use when::{DayOfWeek, HoursDocument, Shorthands, When};
