//! Asking whether a fact is known, which is all that can be done with one that is not.
//!
//! A fact that is not known has no value here, not even `null`: reading it
//! fails, so that no operator can mistake it for something that differs from
//! everything. Only `fact == null` and `fact != null` are no reading; they
//! become flags of their own.

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::fact::Fact;

/// The flag that a fact is not known, by a name that no expression can write.
pub(super) fn flag(fact: Fact) -> String {
    format!("{}?", fact.name())
}

/// What is compared with `null` by `call`, if anything is.
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

/// Puts flags in the places of comparisons with `null`, which must be of facts, and lists these.
pub(super) fn ask(tree: &mut IdedExpr) -> Vec<Fact> {
    let mut asked = Vec::new();
    replace(tree, &mut asked);
    asked.sort_unstable();
    asked.dedup();
    asked
}

fn replace(node: &mut IdedExpr, asked: &mut Vec<Fact>) {
    if let Expr::Call(call) = &node.expr
        && let Some(Expr::Ident(name)) = compared_with_null(call).map(|compared| &compared.expr)
        && let Some(fact) = Fact::named(name)
    {
        let is_negated = call.func_name == operators::NOT_EQUALS;
        node.expr = Expr::Ident(flag(fact));
        if is_negated {
            let flag = std::mem::take(node);
            node.id = flag.id;
            node.expr = Expr::Call(CallExpr {
                func_name: operators::LOGICAL_NOT.to_owned(),
                target: None,
                args: vec![flag],
            });
        }
        asked.push(fact);
        return;
    }
    match &mut node.expr {
        Expr::Call(call) => {
            let parts = call.target.as_deref_mut().into_iter().chain(&mut call.args);
            parts.for_each(|part| replace(part, asked));
        }
        Expr::Select(select) => replace(&mut select.operand, asked),
        Expr::List(list) => list
            .elements
            .iter_mut()
            .for_each(|part| replace(part, asked)),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    replace(&mut entry.key, asked);
                    replace(&mut entry.value, asked);
                }
            }
        }
        Expr::Comprehension(of) => {
            let within = [
                &mut of.iter_range,
                &mut of.accu_init,
                &mut of.loop_cond,
                &mut of.loop_step,
                &mut of.result,
            ];
            for part in within {
                replace(part, asked);
            }
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

/// What is said of a comparison of something else with `null`.
pub(super) const NOT_A_FACT: &str =
    "only a fact can be compared with null, as in \"hosted == null\"";
