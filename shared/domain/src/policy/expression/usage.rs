//! How each function is written, for who wrote it otherwise.

use cel::common::ast::IdedExpr;

use super::check::Checker;
use super::problem::nearest;
use crate::policy::expression::ExpressionProblem;

/// Every function there is, and how it is written.
const FUNCTIONS: [(&str, &str); 16] = [
    ("all", "list.all(name, condition)"),
    ("contains", "text.contains(text)"),
    ("double", "double(number or text)"),
    ("endsWith", "text.endsWith(text)"),
    ("exists", "list.exists(name, condition)"),
    ("exists_one", "list.exists_one(name, condition)"),
    ("filter", "list.filter(name, condition)"),
    ("has", "has(person.field)"),
    ("hasWord", "text.hasWord(text)"),
    ("int", "int(number or text)"),
    ("isOf", "text.isOf(text)"),
    ("lower", "text.lower()"),
    ("map", "list.map(name, value)"),
    ("size", "size(text or list)"),
    ("startsWith", "text.startsWith(text)"),
    ("string", "string(value)"),
];

impl Checker<'_> {
    pub(super) fn no_such_call(&self, node: &IdedExpr, name: &str) -> ExpressionProblem {
        if let Some((_, usage)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            let message = format!("{name} is written {usage}");
            return self.problem_before(node, message);
        }
        let suggestion = nearest(name, FUNCTIONS.iter().map(|(known, _)| *known));
        let message = format!("there is no function \"{name}\"");
        self.problem_before(node, message).meaning(suggestion)
    }
}
