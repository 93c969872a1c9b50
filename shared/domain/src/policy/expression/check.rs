//! Checks an expression before it is used: every name exists, and every part has
//! a type that fits its place.
//!
//! A checked expression cannot fail on a type while all its facts are known. A fact may
//! be compared with `null`, which tests whether it is unknown; `null` has no other use.

use std::collections::BTreeSet;

use cel::common::ast::{
    ComprehensionExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue, MapExpr, SelectExpr,
    SourceInfo,
};

use super::call::check_call;
use super::kind::Kind;
use super::metadata_names::{NO_KEY, is_whole, key_named, key_problem};
use super::person::field_kind;
use super::places::Places;
use super::problem::nearest;
use super::syntax::too_deep;
use super::typing::{Checked, Typing};
use crate::fact::Fact;
use crate::policy::expression::ExpressionProblem;

/// The greatest depth of a part: evaluation takes 40 KB of stack for each level in a build
/// without optimisation.
pub(super) const MAX_DEPTH: usize = 24;

/// The most nested loops (`exists` and others): each multiplies the time by the length of a
/// list that people outside the company may fill.
const MAX_LOOPS: usize = 2;

/// The facts that a valid expression reads.
pub(super) fn check(
    source: &str,
    root: &IdedExpr,
    info: &SourceInfo,
) -> Result<Vec<Fact>, ExpressionProblem> {
    let mut checker = Checker {
        places: Places { source, info },
        names: Vec::new(),
        facts: BTreeSet::new(),
        depth: 0,
        loops: 0,
    };
    let kind = checker.kind(root)?;
    if kind != Kind::Bool {
        let message = format!("a rule is true or false, and this is {kind}");
        return Err(checker.problem_at(root, message));
    }
    Ok(checker.facts.into_iter().collect())
}

struct Checker<'a> {
    places: Places<'a>,
    /// The names that loops give to their elements, innermost last, with their types.
    names: Vec<(&'a str, Kind)>,
    facts: BTreeSet<Fact>,
    depth: usize,
    loops: usize,
}

impl<'a> Typing<'a> for Checker<'a> {
    fn kind(&mut self, node: &'a IdedExpr) -> Checked {
        if self.depth == MAX_DEPTH {
            return Err(self.problem_at(node, too_deep()));
        }
        self.depth += 1;
        let kind = match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(name) => self.name(node, name),
            Expr::Select(select) => self.select(node, select),
            Expr::Call(call) => check_call(self, node, call),
            Expr::List(list) => self.list(list),
            Expr::Map(map) => self.map(map),
            Expr::Comprehension(comprehension) => self.comprehension(node, comprehension),
            Expr::Struct(_) | Expr::Unspecified => {
                Err(self.problem_at(node, "this way of writing is not supported"))
            }
        };
        self.depth -= 1;
        kind
    }

    fn is_element(&self, name: &str) -> bool {
        self.names.iter().any(|(given, _)| *given == name)
    }

    fn places(&self) -> &Places<'a> {
        &self.places
    }
}

impl<'a> Checker<'a> {
    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Checked {
        match literal {
            LiteralValue::Boolean(_) => Ok(Kind::Bool),
            LiteralValue::Int(_) => Ok(Kind::Int),
            LiteralValue::Double(_) => Ok(Kind::Double),
            LiteralValue::String(_) => Ok(Kind::TEXT),
            LiteralValue::Null => Ok(Kind::Null),
            LiteralValue::UInt(_) => {
                let message = "there are no unsigned numbers; leave the \"u\" out";
                Err(self.problem_at(node, message))
            }
            LiteralValue::Bytes(_) => {
                Err(self.problem_at(node, "there are no bytes; leave the \"b\" out"))
            }
        }
    }

    fn name(&mut self, node: &IdedExpr, name: &str) -> Checked {
        let given = self.names.iter().rev().find(|(given, _)| *given == name);
        if let Some((_, kind)) = given {
            return Ok(kind.clone());
        }
        if let Some(key) = key_named(name) {
            if let Some(problem) = key_problem(key) {
                return Err(self.problem_at(node, problem));
            }
            self.facts.insert(Fact::CalendarMetadata);
            return Ok(Kind::TEXT);
        }
        if is_whole(name) {
            return Err(self.problem_at(node, NO_KEY));
        }
        if let Some(fact) = Fact::named(name) {
            self.facts.insert(fact);
            return Ok(Kind::of(fact));
        }
        let is_a_choice = Fact::ALL
            .iter()
            .filter_map(|fact| fact.choices())
            .any(|choices| choices.contains(&name));
        if is_a_choice {
            let message = format!("there is no fact \"{name}\"; a text stands in quotes");
            return Err(self
                .problem_at(node, message)
                .meaning(Some(format!("'{name}'"))));
        }
        let names = self.names.iter().map(|(given, _)| *given);
        let known = Fact::ALL.iter().map(|fact| fact.name()).chain(names);
        let suggestion = nearest(name, known.filter(|known| !known.starts_with('@')));
        let message = format!("there is no fact \"{name}\"");
        Err(self.problem_at(node, message).meaning(suggestion))
    }

    fn select(&mut self, node: &IdedExpr, select: &'a SelectExpr) -> Checked {
        let field = select.field.as_str();
        let kind = match self.kind(&select.operand)? {
            Kind::Person => match field_kind(field) {
                Ok(kind) => kind,
                Err((message, suggestion)) => {
                    let problem = self.places.problem_after(node, message);
                    return Err(problem.meaning(suggestion));
                }
            },
            Kind::Map(key, value) if key.is(&Kind::TEXT) => *value,
            Kind::Nothing => Kind::Nothing,
            Kind::List(element) if *element == Kind::Person => {
                let message = format!(
                    "this is a list of people; ask about each, as in attendees.exists(a, a.{field} …)"
                );
                return Err(self.places.problem_after(node, message));
            }
            other => {
                let message = format!("{other} has no field \"{field}\"");
                return Err(self.places.problem_after(node, message));
            }
        };
        Ok(if select.test { Kind::Bool } else { kind })
    }

    fn list(&mut self, list: &'a ListExpr) -> Checked {
        let mut covering = Kind::Nothing;
        for element in &list.elements {
            covering = self.covering(&covering, element, "the elements of a list")?;
        }
        Ok(Kind::List(Box::new(covering)))
    }

    fn map(&mut self, map: &'a MapExpr) -> Checked {
        let (mut key, mut value) = (Kind::Nothing, Kind::Nothing);
        for entry in &map.entries {
            // A struct's field, the other form, stands only in what `kind` refuses.
            if let EntryExpr::MapEntry(entry) = &entry.expr {
                self.expect(&entry.key, &[Kind::TEXT, Kind::Int, Kind::Bool], "a key")?;
                key = self.covering(&key, &entry.key, "the keys of a map")?;
                value = self.covering(&value, &entry.value, "the values of a map")?;
            }
        }
        Ok(Kind::Map(Box::new(key), Box::new(value)))
    }

    /// The type of a loop: `exists` and others are expanded to it. The step is evaluated for
    /// each element, and its value is the next step's accumulator.
    fn comprehension(&mut self, node: &IdedExpr, of: &'a ComprehensionExpr) -> Checked {
        let element = match self.kind(&of.iter_range)? {
            Kind::List(element) => *element,
            Kind::Map(key, _) => *key,
            Kind::Nothing => Kind::Nothing,
            other => {
                let message = format!("only a list can be gone through, and this is {other}");
                return Err(self.problem_at(&of.iter_range, message));
            }
        };
        if self.loops == MAX_LOOPS {
            let message =
                format!("at most {MAX_LOOPS} lists can be gone through inside of each other");
            return Err(self.places.problem_before(node, message));
        }
        if of.iter_var.starts_with('.') {
            return Err(self
                .places
                .problem_before(node, "the name of an element has no dot"));
        }
        if is_whole(&of.iter_var) {
            let message = "give the element another name: this one is a fact";
            return Err(self.places.problem_before(node, message));
        }
        let start = self.kind(&of.accu_init)?;
        self.loops += 1;
        self.names.push((&of.accu_var, start));
        self.names.push((&of.iter_var, element));
        let step = self.kind(&of.loop_step)?;
        self.names.pop();
        self.names.pop();
        self.loops -= 1;
        self.names.push((&of.accu_var, step));
        let result = self.kind(&of.result)?;
        self.names.pop();
        Ok(result)
    }
}
