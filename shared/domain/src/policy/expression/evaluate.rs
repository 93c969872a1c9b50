//! Evaluates a checked expression. Defines the functions that it may call.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cel::common::types::{CelBool, CelInt, CelList, CelString};
use cel::common::value::Val;
use cel::parser::Expression as Tree;
use cel::{Context, DeclarationError, Env, ExecutionError, Value, add_member_overload};

use super::incomplete;
use super::metadata_names;
use super::person::PersonValue;
use super::steps::{self, Price, Steps};
use super::unknown;
use crate::event::CalendarMetadata;
use crate::fact::{Fact, FactSource, FactValue};
use crate::policy::expression::EvaluationFailure;
use crate::policy::kept_metadata::metadata;
use crate::policy::{text, words};
use crate::spelling::{folded, normalised};

/// Shared by all expressions: creating one costs as much as hundreds of evaluations.
pub(super) static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(false);
    env.add_extension(functions)
        .expect("no function of CEL has one of these names");
    Arc::new(env)
});

fn functions(env: &mut Env) -> Result<(), DeclarationError> {
    add_member_overload!(env, fn has_word: (CelString, CelString) -> CelBool)?;
    add_member_overload!(env, fn is_of: (CelString, CelString) -> CelBool)?;
    add_member_overload!(env, fn lower: (CelString) -> CelString)?;
    add_member_overload!(env, fn spend: (Steps, CelInt) -> Result<CelBool>)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "CEL passes references to a function"
)]
fn spend(steps: &Steps, price: &CelInt) -> Result<CelBool, ExecutionError> {
    steps.spend(*price.inner())
}

fn has_word(text: &CelString<'_>, phrase: &CelString<'_>) -> CelBool {
    CelBool::from(words::has_word(text.inner(), phrase.inner()))
}

fn is_of(text: &CelString<'_>, domain: &CelString<'_>) -> CelBool {
    CelBool::from(text::is_of(text.inner(), domain.inner()))
}

fn lower(text: &CelString<'_>) -> CelString<'static> {
    CelString::from(folded(text.inner()))
}

/// What an expression reads.
#[derive(Clone, Copy)]
pub(super) struct Reads<'a> {
    pub(super) facts: &'a [Fact],
    /// The facts of which it tests whether they are unknown.
    pub(super) tested: &'a [Fact],
    /// The keys of the calendar's metadata.
    pub(super) keys: &'a [String],
}

/// The result of `tree` for the facts of `source`. A pass of each of its loops costs one of
/// `prices`.
pub(super) fn evaluate(
    tree: &Tree,
    reads: Reads<'_>,
    prices: &[Price],
    source: &dyn FactSource,
) -> Result<bool, EvaluationFailure> {
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    let mut unknown = Vec::new();
    let mut lengths = HashMap::new();
    for fact in reads.facts {
        if *fact == Fact::CalendarMetadata {
            if !add_keys(&mut context, reads.keys, &metadata(source)) {
                unknown.push(*fact);
            }
            continue;
        }
        let value = source.value(*fact);
        lengths.insert(*fact, length(&value));
        match in_cel(value) {
            Some(value) => context.add_variable_as_val(fact.name(), value),
            None => unknown.push(*fact),
        }
    }
    let is_incomplete = incomplete::reads_list(reads.facts)
        && source.value(Fact::AttendeesComplete) != FactValue::Flag(true);
    if !is_incomplete {
        context.add_variable_as_val(incomplete::COMPLETE, Box::new(CelBool::from(true)));
        context.add_variable_as_val(incomplete::INCOMPLETE, Box::new(CelBool::from(false)));
    }
    for fact in reads.tested {
        let is_unknown = CelBool::from(unknown.contains(fact));
        context.add_variable_as_val(unknown::flag(*fact), Box::new(is_unknown));
    }
    let steps = Steps::new();
    context.add_variable_as_val(steps::LEFT, Box::new(steps.clone()));
    for (index, price) in prices.iter().enumerate() {
        let price = price.steps(|fact| lengths.get(&fact).copied().unwrap_or_default());
        let price = i64::try_from(price).unwrap_or(i64::MAX);
        context.add_variable_as_val(steps::price_name(index), Box::new(CelInt::from(price)));
    }
    // `resolve_val` is generic: it would be compiled in this crate, which test builds do not
    // optimise, and take twelve times the stack.
    let result = Value::resolve(tree, &context);
    if steps.are_used_up() {
        return Err(EvaluationFailure::too_many_steps(unknown));
    }
    match result {
        Ok(Value::Bool(answer)) => Ok(answer),
        Ok(_) => Err(EvaluationFailure::no_result(unknown)),
        Err(error) => Err(EvaluationFailure::new(&error, unknown, is_incomplete)),
    }
}

/// The length of a list.
fn length(value: &FactValue) -> usize {
    match value {
        FactValue::Texts(texts) => texts.len(),
        FactValue::People(people) => people.len(),
        _ => 0,
    }
}

/// The value in CEL; an unknown fact has none, and metadata has one by key only. Names of people are in one spelling already.
fn in_cel(value: FactValue) -> Option<Box<dyn Val>> {
    Some(match value {
        FactValue::Unknown | FactValue::Metadata(_) => return None,
        FactValue::Flag(flag) => Box::new(CelBool::from(flag)),
        FactValue::Number(number) => Box::new(CelInt::from(number)),
        FactValue::Text(text) => in_one_spelling(&text),
        FactValue::Texts(texts) => list(texts, |text| in_one_spelling(&text)),
        FactValue::People(people) => list(people, |one| Box::new(PersonValue(Arc::new(one)))),
    })
}

/// A text is compared by code points, so it comes in the spelling that those of the
/// expression have.
fn in_one_spelling(text: &str) -> Box<dyn Val> {
    Box::new(CelString::from(normalised(text).into_owned()))
}

fn list<T>(elements: Vec<T>, in_cel: impl Fn(T) -> Box<dyn Val>) -> Box<dyn Val> {
    let elements: Vec<Box<dyn Val>> = elements.into_iter().map(in_cel).collect();
    Box::new(CelList::from(elements))
}

/// Adds the values of keys to what an expression is evaluated with. Returns whether all are
/// known.
fn add_keys(context: &mut Context<'_, '_>, keys: &[String], metadata: &CalendarMetadata) -> bool {
    let mut are_known = true;
    for key in keys {
        let value = metadata.value(key);
        let is_unknown = CelBool::from(value.is_none());
        context.add_variable_as_val(metadata_names::flag(key), Box::new(is_unknown));
        match value {
            Some(value) => {
                context.add_variable_as_val(metadata_names::name(key), in_one_spelling(value));
            }
            None => are_known = false,
        }
    }
    are_known
}
