//! A bound on the steps of an evaluation.
//!
//! Loops go through lists that people outside the company may fill, and one loop in another
//! multiplies their lengths. So each pass of a loop pays for its parts, before they are
//! evaluated. The tree is changed for that: a loop's condition becomes `spend ? condition :
//! false`, and of a `map` or `filter`, whose condition the evaluator expects to be constant,
//! the step is changed. Once the steps are used up, every payment fails, and so does the
//! evaluation, whatever its result would be.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cel::ExecutionError;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::{CelBool, Type};
use cel::common::value::{StaticVal, Val};

use super::unknown::each_part;
use crate::fact::{Fact, FactType};

/// The most steps of one evaluation: some 0.1 s.
pub(super) const MAX_STEPS: u64 = 250_000;

/// The steps of `+` and of functions: they copy texts and lists, or go through a text.
const CALL: u64 = 10;
/// The elements of a list that are gone through in one step, by `in` or `==`.
const ELEMENTS: usize = 16;

/// The name of the function that pays. The check of expressions knows no such function.
pub(super) const SPEND: &str = "spend";
/// The name of the steps that are left. No expression can contain this name.
pub(super) const LEFT: &str = "steps?";

/// The price of one pass of a loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Price {
    parts: u64,
    /// The lists that its parts read, each as often as it is read.
    lists: Vec<Fact>,
}

impl Price {
    /// The steps of one pass, with lists of these lengths.
    pub(super) fn steps(&self, length: impl Fn(Fact) -> usize) -> u64 {
        let elements: usize = self.lists.iter().map(|fact| length(*fact)).sum();
        self.parts + u64::try_from(elements / ELEMENTS).unwrap_or(u64::MAX)
    }
}

/// The name of the price of a loop, by its place among the loops.
pub(super) fn price_name(index: usize) -> String {
    format!("price?{index}")
}

/// Has each pass of each loop pay. Returns the prices.
pub(super) fn charge_loops(tree: &mut IdedExpr) -> Vec<Price> {
    let mut prices = Vec::new();
    charge(tree, &mut prices);
    prices
}

fn charge(node: &mut IdedExpr, prices: &mut Vec<Price>) {
    if let Expr::Comprehension(of) = &mut node.expr {
        let mut price = Price {
            parts: 1,
            lists: Vec::new(),
        };
        add(&mut of.loop_cond, &mut price);
        add(&mut of.loop_step, &mut price);
        charge_pass(of, prices.len());
        prices.push(price);
    }
    each_part(&mut node.expr, &mut |part| charge(part, prices));
}

/// Adds the parts of an expression to a price.
fn add(node: &mut IdedExpr, price: &mut Price) {
    price.parts += match &node.expr {
        Expr::Call(call) if call.func_name == operators::ADD || call.target.is_some() => CALL,
        _ => 1,
    };
    if let Expr::Ident(name) = &node.expr
        && let Some(fact) = Fact::named(name)
        && matches!(fact.kind(), FactType::Texts | FactType::People)
    {
        price.lists.push(fact);
    }
    each_part(&mut node.expr, &mut |part| add(part, price));
}

fn charge_pass(of: &mut ComprehensionExpr, index: usize) {
    let accumulator = || ided(Expr::Ident(of.accu_var.clone()));
    if !matches!(of.loop_cond.expr, Expr::Literal(_)) {
        pay_before(&mut of.loop_cond, index);
        return;
    }
    if let Expr::Call(call) = &mut of.loop_step.expr
        && call.func_name == operators::CONDITIONAL
        && let [condition, _, Expr::Ident(otherwise)] = &mut call
            .args
            .iter_mut()
            .map(|argument| &mut argument.expr)
            .collect::<Vec<_>>()[..]
        && **otherwise == of.accu_var
    {
        let mut paying = ided(std::mem::take(*condition));
        pay_before(&mut paying, index);
        **condition = paying.expr;
        return;
    }
    let step = std::mem::take(&mut of.loop_step);
    of.loop_step = conditional(spend(index), step, accumulator());
}

/// Pays, and then evaluates a condition.
fn pay_before(condition: &mut IdedExpr, index: usize) {
    let never = ided(Expr::Literal(LiteralValue::Boolean(CelBool::from(false))));
    let paid = std::mem::take(condition);
    *condition = conditional(spend(index), paid, never);
}

fn spend(index: usize) -> IdedExpr {
    ided(Expr::Call(CallExpr {
        func_name: SPEND.to_owned(),
        target: Some(Box::new(ided(Expr::Ident(LEFT.to_owned())))),
        args: vec![ided(Expr::Ident(price_name(index)))],
    }))
}

fn conditional(condition: IdedExpr, then: IdedExpr, otherwise: IdedExpr) -> IdedExpr {
    ided(Expr::Call(CallExpr {
        func_name: operators::CONDITIONAL.to_owned(),
        target: None,
        args: vec![condition, then, otherwise],
    }))
}

fn ided(expr: Expr) -> IdedExpr {
    IdedExpr {
        expr,
        ..IdedExpr::default()
    }
}

/// The steps that are left of an evaluation; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Steps(Arc<AtomicU64>);

impl Steps {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(MAX_STEPS)))
    }

    /// Whether they did not suffice.
    pub(super) fn are_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Pays for a pass; true if the steps sufficed.
    pub(super) fn spend(&self, price: i64) -> Result<CelBool, ExecutionError> {
        let price = u64::try_from(price).unwrap_or(u64::MAX);
        let left = self.0.load(Ordering::Relaxed).saturating_sub(price);
        self.0.store(left, Ordering::Relaxed);
        if left == 0 {
            return Err(ExecutionError::function_error(SPEND, "no steps are left"));
        }
        Ok(CelBool::from(true))
    }
}

static TYPE: Type = Type::new_unspecified_type("steps");

impl Val for Steps {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn equals(&self, _: &dyn Val) -> bool {
        false
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Steps {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::event::ResponseStatus;
    use crate::fact::{FactValue, FactValues, Person};
    use crate::policy::expression::Expression;
    use test_case::test_case;

    /// Facts of a meeting with so many attendees, each of another domain.
    fn facts(attendees: usize) -> FactValues {
        let people = (0..attendees).map(|number| Person {
            email: Email::parse(&format!("guest@company-{number}.example")).expect("an address"),
            response: ResponseStatus::Pending,
            is_optional: false,
            is_resource: false,
            is_organizer: number == 0,
        });
        let people: Vec<_> = people.collect();
        let domains = people
            .iter()
            .map(|person| person.domain().as_str().to_owned());
        FactValues::from([
            (Fact::AttendeesComplete, FactValue::Flag(true)),
            (Fact::Domains, FactValue::Texts(domains.collect())),
            (Fact::Attendees, FactValue::People(people)),
            (Fact::Title, FactValue::Text("Review".to_owned())),
        ])
    }

    const TOO_MANY: &str = "it takes more than 250000 steps";

    #[test_case("attendees.exists(a, attendees.exists(b, a == b && a.optional))"; "exists in exists")]
    #[test_case("attendees.all(a, attendees.all(b, a.domain != 'x' || b.domain != 'x'))"; "all in all")]
    #[test_case("attendees.exists_one(a, attendees.exists_one(b, a == b))"; "exists_one in exists_one")]
    #[test_case("size(attendees.filter(a, attendees.filter(b, b.optional) == [])) > 1"; "filter in filter")]
    #[test_case("size(attendees.map(a, attendees.map(b, b.address))) > 1"; "map in map")]
    #[test_case("size(attendees.map(a, attendees.map(b, b.address + a.address + title + title))) > 1"; "long texts")]
    #[test_case("size(attendees.map(a, a.organizer, attendees.map(b, attendees))) > 1"; "lists of lists")]
    #[test_case("attendees.map(a, attendees).exists(a, a.exists(b, b.optional))"; "a loop over lists")]
    #[test_case("attendees.all(a, a.domain in domains + domains + domains + domains + domains + domains)"; "sums of lists")]
    #[test_case("attendees.all(a, domains == domains && attendees == attendees && attendees == attendees)"; "lists that are compared")]
    #[test_case("(attendees + attendees + attendees + attendees).all(a, (attendees + attendees).all(b, !a.optional))"; "loops over sums")]
    #[test_case("attendees.all(a, domains.all(b, !title.hasWord('a b') && !b.isOf('x') && !title.lower().contains(b)))"; "functions of texts")]
    #[test_case("attendees.exists(a, attendees.exists(b, a.optional)) || true"; "a result that does not matter")]
    #[test_case("true || attendees.exists(a, attendees.exists(b, a.optional)) || attendees.exists(a, attendees.exists(b, a.optional))"; "twice")]
    fn an_expression_fails_that_takes_too_many_steps(source: &str) {
        let expression = Expression::compile(source).expect("it is valid");
        let started = expression.evaluate(&facts(2_000));
        if source.starts_with("true") {
            assert_eq!(started, Ok(true), "it is decided before the loops");
        } else {
            assert_eq!(started.expect_err("it fails").reason, TOO_MANY);
        }
        assert!(
            expression.evaluate(&facts(20)).is_ok(),
            "it is cheap for few"
        );
    }

    #[test_case("attendees.exists(a, attendees.exists(b, b.organizer))", true; "loops that end early")]
    #[test_case("attendees.all(a, !a.optional && a.domain != 'acme.example' && a.response == 'pending')", true; "one loop")]
    #[test_case("attendees.filter(a, a.optional).map(a, a.domain) == domains", false; "filter and map")]
    #[test_case("attendees.exists_one(a, a.organizer)", true; "exists_one")]
    #[test_case("size(attendees.map(a, !a.optional, a.domain)) == 4000", true; "map with a condition")]
    #[test_case("size(attendees.map(a, a.domain)) == 4000", true; "map")]
    fn one_loop_over_the_longest_list_is_evaluated(source: &str, expected: bool) {
        let expression = Expression::compile(source).expect("it is valid");
        assert_eq!(expression.evaluate(&facts(4_000)), Ok(expected));
    }

    #[test]
    fn a_pass_pays_for_its_parts_and_lists() {
        let price = Price {
            parts: 7,
            lists: vec![Fact::Domains, Fact::Attendees, Fact::Domains],
        };
        let length = |fact| if fact == Fact::Domains { 16 } else { 320 };
        assert_eq!(price.steps(length), 7 + 2 + 20);
    }
}
