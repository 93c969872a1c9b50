//! What operators and functions take and give.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use super::check::{Checked, Checker};
use super::kind::Kind;
use super::problem::nearest;
use super::unknown::NOT_A_FACT;
use crate::policy::expression::ExpressionProblem;

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, node: &'a IdedExpr, call: &'a CallExpr) -> Checked {
        match (&call.target, call.args.as_slice()) {
            (None, [one]) => match call.func_name.as_str() {
                operators::LOGICAL_NOT => {
                    self.expect(one, &[Kind::Bool], "\"!\"")?;
                    Ok(Kind::Bool)
                }
                operators::NEGATE => self.expect(one, &[Kind::Int, Kind::Double], "\"-\""),
                _ => self.function(node, call),
            },
            (None, [left, right]) => match call.func_name.as_str() {
                operators::LOGICAL_AND => self.both(left, right, "\"&&\""),
                operators::LOGICAL_OR => self.both(left, right, "\"||\""),
                operators::EQUALS | operators::NOT_EQUALS => self.equality(left, right),
                operators::LESS => self.order(left, right, "\"<\""),
                operators::LESS_EQUALS => self.order(left, right, "\"<=\""),
                operators::GREATER => self.order(left, right, "\">\""),
                operators::GREATER_EQUALS => self.order(left, right, "\">=\""),
                operators::IN => self.membership(left, right),
                operators::ADD => self.sum(left, right),
                operators::SUBSTRACT => self.number(left, right, "\"-\""),
                operators::MULTIPLY => self.number(left, right, "\"*\""),
                operators::DIVIDE => self.number(left, right, "\"/\""),
                operators::MODULO => self.alike(left, right, &[Kind::Int], "\"%\""),
                operators::INDEX => self.index(left, right),
                _ => self.function(node, call),
            },
            (None, [condition, then, otherwise]) if call.func_name == operators::CONDITIONAL => {
                self.expect(condition, &[Kind::Bool], "the condition before \"?\"")?;
                let kind = self.covering(&Kind::Nothing, then, "")?;
                self.covering(&kind, otherwise, "what stands around \":\"")
            }
            _ => self.function(node, call),
        }
    }

    fn both(&mut self, left: &'a IdedExpr, right: &'a IdedExpr, by: &str) -> Checked {
        self.expect(left, &[Kind::Bool], by)?;
        self.expect(right, &[Kind::Bool], by)?;
        Ok(Kind::Bool)
    }

    /// Both sides of one type, and of a `wanted` one.
    fn alike(
        &mut self,
        left: &'a IdedExpr,
        right: &'a IdedExpr,
        wanted: &[Kind],
        by: &str,
    ) -> Checked {
        let kind = self.expect(left, wanted, by)?;
        let other = self.expect(right, wanted, by)?;
        kind.with(&other).ok_or_else(|| {
            let message = format!("{by} takes two of one type, not {kind} and {other}");
            self.problem_at(left, message)
        })
    }

    fn number(&mut self, left: &'a IdedExpr, right: &'a IdedExpr, by: &str) -> Checked {
        self.alike(left, right, &[Kind::Int, Kind::Double], by)
    }

    fn sum(&mut self, left: &'a IdedExpr, right: &'a IdedExpr) -> Checked {
        let list = Kind::List(Box::new(Kind::Nothing));
        let wanted = [Kind::Int, Kind::Double, Kind::TEXT, list];
        let kind = self.alike(left, right, &wanted, "\"+\"")?;
        Ok(match kind {
            Kind::Text(_) => Kind::TEXT,
            kind => kind,
        })
    }

    fn order(&mut self, left: &'a IdedExpr, right: &'a IdedExpr, by: &str) -> Checked {
        self.alike(left, right, &[Kind::Int, Kind::Double, Kind::TEXT], by)?;
        Ok(Kind::Bool)
    }

    fn equality(&mut self, left: &'a IdedExpr, right: &'a IdedExpr) -> Checked {
        let (kind, other) = (self.kind(left)?, self.kind(right)?);
        if kind == Kind::Null || other == Kind::Null {
            let compared = if kind == Kind::Null { right } else { left };
            return match &compared.expr {
                Expr::Ident(name) if !self.is_element(name) => Ok(Kind::Bool),
                _ => Err(self.problem_at(compared, NOT_A_FACT)),
            };
        }
        if !kind.is(&other) {
            let message = format!("{kind} is never equal to {other}");
            return Err(self.problem_at(left, message));
        }
        self.chosen(&kind, right)?;
        self.chosen(&other, left)?;
        Ok(Kind::Bool)
    }

    /// Refuses a text that is none of those the other side can be.
    fn chosen(&self, kind: &Kind, node: &IdedExpr) -> Result<(), ExpressionProblem> {
        let (Kind::Text(Some(choices)), Some(text)) = (kind, literal(node)) else {
            return Ok(());
        };
        if choices.contains(&text) {
            return Ok(());
        }
        let message = format!(
            "this is never \"{text}\", but one of {}",
            choices.join(", ")
        );
        let suggestion = nearest(text, choices.iter().copied());
        Err(self.problem_at(node, message).meaning(suggestion))
    }

    fn membership(&mut self, left: &'a IdedExpr, right: &'a IdedExpr) -> Checked {
        let kind = self.kind(left)?;
        let element = match self.kind(right)? {
            Kind::List(element) => *element,
            Kind::Map(key, _) => *key,
            Kind::Nothing => Kind::Nothing,
            Kind::Text(_) => {
                let message = "\"in\" takes a list; a part of a text is found with contains()";
                return Err(self.problem_at(right, message));
            }
            other => {
                let message = format!("\"in\" takes a list, and this is {other}");
                return Err(self.problem_at(right, message));
            }
        };
        if !kind.is(&element) {
            let message = format!("{kind} is never in a list of which each is {element}");
            return Err(self.problem_at(left, message));
        }
        self.chosen(&element, left)?;
        if let Expr::List(list) = &right.expr {
            for element in &list.elements {
                self.chosen(&kind, element)?;
            }
        }
        Ok(Kind::Bool)
    }

    fn index(&mut self, of: &'a IdedExpr, at: &'a IdedExpr) -> Checked {
        match self.kind(of)? {
            Kind::List(element) => {
                self.expect(at, &[Kind::Int], "a place in a list")?;
                Ok(*element)
            }
            Kind::Map(key, value) => {
                self.expect(at, &[*key], "this map's key")?;
                Ok(*value)
            }
            Kind::Person => {
                let Some(name) = literal(at) else {
                    let message = "a person's field is named, as in a.domain";
                    return Err(self.problem_at(at, message));
                };
                self.field(name).map_err(|problem| {
                    let ExpressionProblem {
                        message,
                        suggestion,
                        ..
                    } = problem;
                    self.problem_at(at, message).meaning(suggestion)
                })
            }
            Kind::Nothing => Ok(Kind::Nothing),
            other => Err(self.problem_at(of, format!("{other} has no parts to pick from"))),
        }
    }

    fn function(&mut self, node: &'a IdedExpr, call: &'a CallExpr) -> Checked {
        let name = call.func_name.as_str();
        let by = format!("{name}()");
        let by = by.as_str();
        match (name, call.target.as_deref(), call.args.as_slice()) {
            ("contains" | "startsWith" | "endsWith" | "hasWord" | "isOf", Some(text), [other]) => {
                self.expect(text, &[Kind::TEXT], by)?;
                self.expect(other, &[Kind::TEXT], by)?;
                Ok(Kind::Bool)
            }
            ("lower", Some(text), []) => {
                self.expect(text, &[Kind::TEXT], by)?;
                Ok(Kind::TEXT)
            }
            ("size", None, [sized]) | ("size", Some(sized), []) => {
                let (list, map) = (Box::new(Kind::Nothing), Box::new(Kind::Nothing));
                let map = Kind::Map(map, Box::new(Kind::Nothing));
                self.expect(sized, &[Kind::TEXT, Kind::List(list), map], by)?;
                Ok(Kind::Int)
            }
            ("int", None, [value]) => {
                self.expect(value, &[Kind::Int, Kind::Double, Kind::TEXT], by)?;
                Ok(Kind::Int)
            }
            ("double", None, [value]) => {
                self.expect(value, &[Kind::Int, Kind::Double, Kind::TEXT], by)?;
                Ok(Kind::Double)
            }
            ("string", None, [value]) => {
                let scalars = [Kind::Bool, Kind::Int, Kind::Double, Kind::TEXT];
                self.expect(value, &scalars, by)?;
                Ok(Kind::TEXT)
            }
            _ => Err(self.no_such_call(node, name)),
        }
    }
}

fn literal(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
