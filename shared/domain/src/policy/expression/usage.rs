//! The usage of each function, for errors about a wrong call.

use cel::common::ast::IdedExpr;

use super::places::Places;
use super::problem::nearest;
use crate::policy::expression::ExpressionProblem;

/// Every function and its usage.
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

/// The problem with a call of a function that does not exist, or with the wrong arguments.
pub(super) fn no_such_call(places: &Places<'_>, node: &IdedExpr, name: &str) -> ExpressionProblem {
    if let Some((_, usage)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
        let message = format!("{name} is written {usage}");
        return places.problem_before(node, message);
    }
    let suggestion = nearest(name, FUNCTIONS.iter().map(|(known, _)| *known));
    let message = format!("there is no function \"{name}\"");
    places.problem_before(node, message).meaning(suggestion)
}
