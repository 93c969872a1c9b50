//! Questions about lists that may be incomplete.
//!
//! People who are not listed may take part. So of `attendees`, `domains` and
//! `external_domains`, and of lists that are filtered or mapped out of them, only those answers
//! are taken that no further element could change: `exists`, `in` and a size above a number if
//! they are true, `all` and a size below a number if they are false. Everything else fails.
//!
//! For that, the tree is changed. Two flags stand for "the list is complete". The first is true
//! or has no value, the second is false or has no value; reading what has no value fails:
//!
//! | written | evaluated |
//! |---|---|
//! | `list.exists(x, …)`, `x in list`, `size(list) > n` | `… \|\| incomplete?` |
//! | `list.all(x, …)`, `size(list) < n` | `… && complete?` |
//! | the list anywhere else | `complete? ? list : list` |

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, operators};

use super::unknown::each_part;
use crate::fact::Fact;

/// True if the list of attendees is complete; no value otherwise.
pub(super) const COMPLETE: &str = "complete?";
/// False if the list of attendees is complete; no value otherwise.
pub(super) const INCOMPLETE: &str = "incomplete?";

/// The facts that are incomplete if the list of attendees is.
const LISTS: [Fact; 3] = [Fact::Attendees, Fact::Domains, Fact::ExternalDomains];

/// Whether one of `facts` may be incomplete.
pub(super) fn reads_list(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| LISTS.contains(fact))
}

/// Changes the tree so that it has a result only if the elements of lists that are known
/// decide it.
pub(super) fn guard(node: &mut IdedExpr) {
    let guarded = match &mut node.expr {
        Expr::Comprehension(of) => quantifier(of).filter(|_| guard_list(&mut of.iter_range)),
        Expr::Call(call) => comparison(call),
        _ => None,
    };
    match guarded {
        Some(guard) => {
            let asked = std::mem::take(node);
            *node = guard.around(asked);
            // The operands of what is asked: the list itself was guarded above.
            if let Expr::Call(call) = &mut node.expr {
                guard_operands(&mut call.args[0]);
            }
        }
        None if guard_list(node) => {
            let list = std::mem::take(node);
            *node = call(
                operators::CONDITIONAL,
                vec![ident(COMPLETE), list.clone(), list],
            );
        }
        None => each_part(&mut node.expr, &mut guard),
    }
}

/// How an answer that decides is told from one that does not.
#[derive(Clone, Copy)]
enum Guard {
    /// True decides.
    True,
    /// False decides.
    False,
}

impl Guard {
    fn around(self, asked: IdedExpr) -> IdedExpr {
        match self {
            Self::True => call(operators::LOGICAL_OR, vec![asked, ident(INCOMPLETE)]),
            Self::False => call(operators::LOGICAL_AND, vec![asked, ident(COMPLETE)]),
        }
    }
}

/// `exists` or `all`, which are loops that join their steps.
fn quantifier(of: &ComprehensionExpr) -> Option<Guard> {
    let Expr::Call(step) = &of.loop_step.expr else {
        return None;
    };
    let first = step.args.first().map(|argument| &argument.expr);
    let joins = matches!(first, Some(Expr::Ident(name)) if *name == of.accu_var);
    match step.func_name.as_str() {
        operators::LOGICAL_OR if joins => Some(Guard::True),
        operators::LOGICAL_AND if joins => Some(Guard::False),
        _ => None,
    }
}

/// `x in list`, or the size of a list compared with another number.
fn comparison(call: &CallExpr) -> Option<Guard> {
    let [left, right] = call.args.as_slice() else {
        return None;
    };
    let is_above = match call.func_name.as_str() {
        operators::IN if is_list(right) => return Some(Guard::True),
        operators::GREATER | operators::GREATER_EQUALS => true,
        operators::LESS | operators::LESS_EQUALS => false,
        _ => return None,
    };
    match (
        sized(left).is_some_and(is_list),
        sized(right).is_some_and(is_list),
    ) {
        (true, false) if is_above => Some(Guard::True),
        (true, false) => Some(Guard::False),
        (false, true) if is_above => Some(Guard::False),
        (false, true) => Some(Guard::True),
        _ => None,
    }
}

/// The list of which `node` is the size.
fn sized(node: &IdedExpr) -> Option<&IdedExpr> {
    let Expr::Call(call) = &node.expr else {
        return None;
    };
    match (call.target.as_deref(), call.args.as_slice()) {
        (Some(list), []) | (None, [list]) if call.func_name == "size" => Some(list),
        _ => None,
    }
}

/// Whether `node` is a list that may be incomplete, or is filtered or mapped out of one.
fn is_list(node: &IdedExpr) -> bool {
    match &node.expr {
        Expr::Ident(name) => LISTS.iter().any(|fact| fact.name() == name),
        Expr::Comprehension(of) => is_selection(of) && is_list(&of.iter_range),
        _ => false,
    }
}

/// `filter` or `map`, which are loops that begin with an empty list.
fn is_selection(of: &ComprehensionExpr) -> bool {
    matches!(of.accu_init.expr, Expr::List(_))
}

/// Guards what a list that may be incomplete is filtered or mapped by. Returns whether `node`
/// is one.
fn guard_list(node: &mut IdedExpr) -> bool {
    if !is_list(node) {
        return false;
    }
    if let Expr::Comprehension(of) = &mut node.expr {
        guard_list(&mut of.iter_range);
        guard(&mut of.loop_cond);
        guard(&mut of.loop_step);
    }
    true
}

/// Guards the parts of a question about a list, but for the list.
fn guard_operands(asked: &mut IdedExpr) {
    match &mut asked.expr {
        Expr::Comprehension(of) => {
            guard(&mut of.loop_cond);
            guard(&mut of.loop_step);
        }
        Expr::Call(call) => {
            for operand in &mut call.args {
                if is_list(operand) {
                    guard_list(operand);
                } else if sized(operand).is_some_and(is_list) {
                    each_part(&mut operand.expr, &mut |list| {
                        guard_list(list);
                    });
                } else {
                    guard(operand);
                }
            }
        }
        _ => {}
    }
}

fn ident(name: &str) -> IdedExpr {
    IdedExpr {
        expr: Expr::Ident(name.to_owned()),
        ..IdedExpr::default()
    }
}

fn call(name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr {
        expr: Expr::Call(CallExpr {
            func_name: name.to_owned(),
            target: None,
            args,
        }),
        ..IdedExpr::default()
    }
}
