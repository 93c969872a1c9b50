//! Keys of the calendar's metadata, which an expression reads one by one.
//!
//! `calendar_metadata.team` and `calendar_metadata["cost-center"]` are replaced by names of
//! their own, before the expression is checked. So it is known which keys an expression reads,
//! and each has a value or is unknown by itself, like a fact. `has(calendar_metadata.team)` is
//! replaced by the question whether the value is not empty. There is no other way to read the
//! metadata: a question about all of its keys could not be answered if one is unknown.

use std::collections::BTreeSet;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::CelString;

use super::check::MAX_DEPTH;
use super::metadata_names::{is_whole, name};
use super::unknown::each_part;

/// Replaces reads of keys by their names, and returns the keys, each once and in order.
pub(super) fn replace_keys(tree: &mut IdedExpr) -> Vec<String> {
    let mut keys = BTreeSet::new();
    replace(tree, 0, &mut keys);
    keys.into_iter().collect()
}

fn replace(node: &mut IdedExpr, depth: usize, keys: &mut BTreeSet<String>) {
    // The check refuses what is deeper.
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(read) = Read::of(&node.expr) {
        let ident = IdedExpr {
            id: read.id,
            expr: Expr::Ident(name(&read.key)),
        };
        keys.insert(read.key);
        *node = if read.is_test {
            is_not_empty(node.id, ident)
        } else {
            ident
        };
        return;
    }
    each_part(&mut node.expr, &mut |part| replace(part, depth + 1, keys));
}

/// A read of a key.
struct Read {
    key: String,
    /// Where it begins.
    id: u64,
    /// Whether it is `has(…)`.
    is_test: bool,
}

impl Read {
    fn of(expression: &Expr) -> Option<Self> {
        let (of, key, is_test) = match expression {
            Expr::Select(select) => (&*select.operand, select.field.as_str(), select.test),
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [of, key] => match &key.expr {
                    Expr::Literal(LiteralValue::String(key)) => (of, key.inner(), false),
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        let is_metadata = matches!(&of.expr, Expr::Ident(name) if is_whole(name));
        is_metadata.then(|| Self {
            key: key.to_owned(),
            id: of.id,
            is_test,
        })
    }
}

fn is_not_empty(id: u64, ident: IdedExpr) -> IdedExpr {
    let empty = LiteralValue::String(CelString::from(String::new()));
    let empty = IdedExpr {
        id: ident.id,
        expr: Expr::Literal(empty),
    };
    IdedExpr {
        id,
        expr: Expr::Call(CallExpr {
            func_name: operators::NOT_EQUALS.to_owned(),
            target: None,
            args: vec![ident, empty],
        }),
    }
}
