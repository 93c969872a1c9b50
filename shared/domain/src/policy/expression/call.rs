//! The types that operators and functions take and give.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use super::kind::Kind;
use super::person::field_kind;
use super::problem::nearest;
use super::typing::{Checked, Typing};
use super::unknown::NOT_A_FACT;
use super::usage::no_such_call;
use crate::policy::expression::ExpressionProblem;

/// The type of a call of an operator or a function.
pub(super) fn check_call<'a>(
    typing: &mut impl Typing<'a>,
    node: &'a IdedExpr,
    call: &'a CallExpr,
) -> Checked {
    match (&call.target, call.args.as_slice()) {
        (None, [one]) => match call.func_name.as_str() {
            operators::LOGICAL_NOT => {
                typing.expect(one, &[Kind::Bool], "\"!\"")?;
                Ok(Kind::Bool)
            }
            operators::NEGATE => typing.expect(one, &[Kind::Int, Kind::Double], "\"-\""),
            _ => function(typing, node, call),
        },
        (None, [left, right]) => match call.func_name.as_str() {
            operators::LOGICAL_AND => both(typing, left, right, "\"&&\""),
            operators::LOGICAL_OR => both(typing, left, right, "\"||\""),
            operators::EQUALS | operators::NOT_EQUALS => equality(typing, left, right),
            operators::LESS => order(typing, left, right, "\"<\""),
            operators::LESS_EQUALS => order(typing, left, right, "\"<=\""),
            operators::GREATER => order(typing, left, right, "\">\""),
            operators::GREATER_EQUALS => order(typing, left, right, "\">=\""),
            operators::IN => membership(typing, left, right),
            operators::ADD => sum(typing, left, right),
            operators::SUBSTRACT => number(typing, left, right, "\"-\""),
            operators::MULTIPLY => number(typing, left, right, "\"*\""),
            operators::DIVIDE => number(typing, left, right, "\"/\""),
            operators::MODULO => alike(typing, left, right, &[Kind::Int], "\"%\""),
            operators::INDEX => index(typing, left, right),
            _ => function(typing, node, call),
        },
        (None, [condition, then, otherwise]) if call.func_name == operators::CONDITIONAL => {
            typing.expect(condition, &[Kind::Bool], "the condition before \"?\"")?;
            let kind = typing.covering(&Kind::Nothing, then, "")?;
            typing.covering(&kind, otherwise, "what stands around \":\"")
        }
        _ => function(typing, node, call),
    }
}

fn both<'a>(
    typing: &mut impl Typing<'a>,
    left: &'a IdedExpr,
    right: &'a IdedExpr,
    by: &str,
) -> Checked {
    typing.expect(left, &[Kind::Bool], by)?;
    typing.expect(right, &[Kind::Bool], by)?;
    Ok(Kind::Bool)
}

/// Both sides of one type, and of a `wanted` one.
fn alike<'a>(
    typing: &mut impl Typing<'a>,
    left: &'a IdedExpr,
    right: &'a IdedExpr,
    wanted: &[Kind],
    by: &str,
) -> Checked {
    let kind = typing.expect(left, wanted, by)?;
    let other = typing.expect(right, wanted, by)?;
    kind.with(&other).ok_or_else(|| {
        let message = format!("{by} takes two of one type, not {kind} and {other}");
        typing.problem_at(left, message)
    })
}

fn number<'a>(
    typing: &mut impl Typing<'a>,
    left: &'a IdedExpr,
    right: &'a IdedExpr,
    by: &str,
) -> Checked {
    alike(typing, left, right, &[Kind::Int, Kind::Double], by)
}

fn sum<'a>(typing: &mut impl Typing<'a>, left: &'a IdedExpr, right: &'a IdedExpr) -> Checked {
    let list = Kind::List(Box::new(Kind::Nothing));
    let wanted = [Kind::Int, Kind::Double, Kind::TEXT, list];
    let kind = alike(typing, left, right, &wanted, "\"+\"")?;
    Ok(match kind {
        Kind::Text(_) => Kind::TEXT,
        kind => kind,
    })
}

fn order<'a>(
    typing: &mut impl Typing<'a>,
    left: &'a IdedExpr,
    right: &'a IdedExpr,
    by: &str,
) -> Checked {
    alike(
        typing,
        left,
        right,
        &[Kind::Int, Kind::Double, Kind::TEXT],
        by,
    )?;
    Ok(Kind::Bool)
}

fn equality<'a>(typing: &mut impl Typing<'a>, left: &'a IdedExpr, right: &'a IdedExpr) -> Checked {
    let (kind, other) = (typing.kind(left)?, typing.kind(right)?);
    if kind == Kind::Null || other == Kind::Null {
        let compared = if kind == Kind::Null { right } else { left };
        return match &compared.expr {
            Expr::Ident(name) if !typing.is_element(name) => Ok(Kind::Bool),
            _ => Err(typing.problem_at(compared, NOT_A_FACT)),
        };
    }
    if !kind.is(&other) {
        let message = format!("{kind} is never equal to {other}");
        return Err(typing.problem_at(left, message));
    }
    chosen(typing, &kind, right)?;
    chosen(typing, &other, left)?;
    Ok(Kind::Bool)
}

/// Refuses a text that is none of those the other side can be.
fn chosen<'a>(
    typing: &impl Typing<'a>,
    kind: &Kind,
    node: &IdedExpr,
) -> Result<(), ExpressionProblem> {
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
    Err(typing.problem_at(node, message).meaning(suggestion))
}

fn membership<'a>(
    typing: &mut impl Typing<'a>,
    left: &'a IdedExpr,
    right: &'a IdedExpr,
) -> Checked {
    let kind = typing.kind(left)?;
    let element = match typing.kind(right)? {
        Kind::List(element) => *element,
        Kind::Map(key, _) => *key,
        Kind::Nothing => Kind::Nothing,
        Kind::Text(_) => {
            let message = "\"in\" takes a list; a part of a text is found with contains()";
            return Err(typing.problem_at(right, message));
        }
        other => {
            let message = format!("\"in\" takes a list, and this is {other}");
            return Err(typing.problem_at(right, message));
        }
    };
    if !kind.is(&element) {
        let message = format!("{kind} is never in a list of which each is {element}");
        return Err(typing.problem_at(left, message));
    }
    chosen(typing, &element, left)?;
    if let Expr::List(list) = &right.expr {
        for element in &list.elements {
            chosen(typing, &kind, element)?;
        }
    }
    Ok(Kind::Bool)
}

fn index<'a>(typing: &mut impl Typing<'a>, of: &'a IdedExpr, at: &'a IdedExpr) -> Checked {
    match typing.kind(of)? {
        Kind::List(element) => {
            typing.expect(at, &[Kind::Int], "a place in a list")?;
            Ok(*element)
        }
        Kind::Map(key, value) => {
            typing.expect(at, &[*key], "this map's key")?;
            Ok(*value)
        }
        Kind::Person => {
            let Some(name) = literal(at) else {
                let message = "a person's field is named, as in a.domain";
                return Err(typing.problem_at(at, message));
            };
            field_kind(name)
                .map_err(|(message, suggestion)| typing.problem_at(at, message).meaning(suggestion))
        }
        Kind::Nothing => Ok(Kind::Nothing),
        other => Err(typing.problem_at(of, format!("{other} has no parts to pick from"))),
    }
}

fn function<'a>(typing: &mut impl Typing<'a>, node: &'a IdedExpr, call: &'a CallExpr) -> Checked {
    let name = call.func_name.as_str();
    let by = format!("{name}()");
    let by = by.as_str();
    match (name, call.target.as_deref(), call.args.as_slice()) {
        ("contains" | "startsWith" | "endsWith" | "hasWord" | "isOf", Some(text), [other]) => {
            typing.expect(text, &[Kind::TEXT], by)?;
            typing.expect(other, &[Kind::TEXT], by)?;
            Ok(Kind::Bool)
        }
        ("lower", Some(text), []) => {
            typing.expect(text, &[Kind::TEXT], by)?;
            Ok(Kind::TEXT)
        }
        ("size", None, [sized]) | ("size", Some(sized), []) => {
            let (list, map) = (Box::new(Kind::Nothing), Box::new(Kind::Nothing));
            let map = Kind::Map(map, Box::new(Kind::Nothing));
            typing.expect(sized, &[Kind::TEXT, Kind::List(list), map], by)?;
            Ok(Kind::Int)
        }
        ("int", None, [value]) => {
            typing.expect(value, &[Kind::Int, Kind::Double, Kind::TEXT], by)?;
            Ok(Kind::Int)
        }
        ("double", None, [value]) => {
            typing.expect(value, &[Kind::Int, Kind::Double, Kind::TEXT], by)?;
            Ok(Kind::Double)
        }
        ("string", None, [value]) => {
            let scalars = [Kind::Bool, Kind::Int, Kind::Double, Kind::TEXT];
            typing.expect(value, &scalars, by)?;
            Ok(Kind::TEXT)
        }
        _ => Err(no_such_call(typing.places(), node, name)),
    }
}

fn literal(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
