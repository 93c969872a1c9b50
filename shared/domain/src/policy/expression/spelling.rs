//! One spelling on both sides of a comparison.
//!
//! The texts of an expression get the spelling that facts have. If one side of a comparison is
//! in lower case by `lower()`, the other gets it, too: `title.lower().contains("Straße")`
//! finds `STRASSE`.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::CelString;

use super::unknown::each_part;
use crate::spelling::{folded, normalised};

/// The function that folds the case of a text.
const LOWER: &str = "lower";
/// The functions that compare a text with another.
const FUNCTIONS: [&str; 3] = ["contains", "startsWith", "endsWith"];

/// Has all texts of an expression spelt in one way.
pub(super) fn unify(tree: &mut IdedExpr) {
    match &mut tree.expr {
        Expr::Literal(LiteralValue::String(text)) => {
            *text = CelString::from(normalised(text.inner()).into_owned());
        }
        Expr::Call(call) => fold_both(call),
        _ => {}
    }
    each_part(&mut tree.expr, &mut unify);
}

/// Folds the other side of a comparison with a text in lower case.
fn fold_both(call: &mut CallExpr) {
    let is_function = FUNCTIONS.contains(&call.func_name.as_str());
    let is_comparison = [operators::EQUALS, operators::NOT_EQUALS]
        .iter()
        .any(|operator| call.func_name == **operator);
    match (call.target.as_deref_mut(), call.args.as_mut_slice()) {
        (Some(text), [other]) if is_function => fold_if_either_is(text, other),
        (None, [one, other]) if is_comparison => fold_if_either_is(one, other),
        (None, [text, among]) if call.func_name == operators::IN => {
            if let Expr::List(list) = &mut among.expr
                && is_lower(text)
            {
                list.elements.iter_mut().for_each(fold);
            }
        }
        _ => {}
    }
}

fn fold_if_either_is(one: &mut IdedExpr, other: &mut IdedExpr) {
    if is_lower(one) || is_lower(other) {
        fold(one);
        fold(other);
    }
}

fn is_lower(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Call(call) if call.func_name == LOWER && call.target.is_some())
}

fn fold(node: &mut IdedExpr) {
    if is_lower(node) {
        return;
    }
    if let Expr::Literal(LiteralValue::String(text)) = &mut node.expr {
        *text = CelString::from(folded(text.inner()));
        return;
    }
    let text = std::mem::take(node);
    node.id = text.id;
    node.expr = Expr::Call(CallExpr {
        func_name: LOWER.to_owned(),
        target: Some(Box::new(text)),
        args: Vec::new(),
    });
}
