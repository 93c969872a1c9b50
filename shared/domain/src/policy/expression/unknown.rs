//! Tests of whether a fact is unknown.
//!
//! An unknown fact has no value, not even `null`: reading it fails, so that no operator
//! takes it for a value that differs from all others. Only `fact == null` and `fact !=
//! null` do not read the fact; they are replaced by flags.

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use super::metadata_names;
use crate::fact::Fact;

/// The name of the flag that a fact is unknown. No expression can contain this name.
pub(super) fn flag(fact: Fact) -> String {
    format!("{}?", fact.name())
}

/// The part that `call` compares with `null`, if it does.
pub(super) fn compared_with_null(call: &CallExpr) -> Option<&IdedExpr> {
    let is_comparison = [operators::EQUALS, operators::NOT_EQUALS]
        .iter()
        .any(|operator| call.func_name == **operator);
    match call.args.as_slice() {
        [compared, null] | [null, compared] if is_comparison && is_null(null) => Some(compared),
        _ => None,
    }
}

fn is_null(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Literal(LiteralValue::Null))
}

/// Replaces comparisons of facts, and of keys of the metadata, with `null` by flags. Returns
/// these facts.
pub(super) fn replace_tests(tree: &mut IdedExpr) -> Vec<Fact> {
    let mut tested = Vec::new();
    replace(tree, &mut tested);
    tested.sort_unstable();
    tested.dedup();
    tested
}

/// What is compared with `null`.
enum Asked {
    Fact(Fact),
    /// A key of the calendar's metadata. It has a flag whether it is tested or not.
    Key(String),
}

impl Asked {
    fn of(name: &str) -> Option<Self> {
        let key = metadata_names::key_named(name).map(|key| Self::Key(key.to_owned()));
        key.or_else(|| Fact::named(name).map(Self::Fact))
    }

    fn flag(&self) -> String {
        match self {
            Self::Fact(fact) => flag(*fact),
            Self::Key(key) => metadata_names::flag(key),
        }
    }

    fn fact(&self) -> Option<Fact> {
        match self {
            Self::Fact(fact) => Some(*fact),
            Self::Key(_) => None,
        }
    }
}

fn replace(node: &mut IdedExpr, tested: &mut Vec<Fact>) {
    if let Expr::Call(call) = &node.expr
        && let Some(Expr::Ident(name)) = compared_with_null(call).map(|compared| &compared.expr)
        && let Some(asked) = Asked::of(name)
    {
        let is_negated = call.func_name == operators::NOT_EQUALS;
        node.expr = Expr::Ident(asked.flag());
        if is_negated {
            let flag = std::mem::take(node);
            node.id = flag.id;
            node.expr = Expr::Call(CallExpr {
                func_name: operators::LOGICAL_NOT.to_owned(),
                target: None,
                args: vec![flag],
            });
        }
        tested.extend(asked.fact());
        return;
    }
    each_part(&mut node.expr, &mut |part| replace(part, tested));
}

/// Calls `visit` with each direct part of an expression.
pub(super) fn each_part(expression: &mut Expr, visit: &mut impl FnMut(&mut IdedExpr)) {
    match expression {
        Expr::Call(call) => {
            let parts = call.target.as_deref_mut().into_iter().chain(&mut call.args);
            parts.for_each(visit);
        }
        Expr::Select(select) => visit(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().for_each(visit),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    visit(&mut entry.key);
                    visit(&mut entry.value);
                }
            }
        }
        Expr::Comprehension(of) => {
            let parts = [
                &mut of.iter_range,
                &mut of.accu_init,
                &mut of.loop_cond,
                &mut of.loop_step,
                &mut of.result,
            ];
            parts.into_iter().for_each(visit);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

/// The problem with a comparison of anything else with `null`.
pub(super) const NOT_A_FACT: &str =
    "only a fact can be compared with null, as in \"hosted == null\"";
