//! What the typing rules of single parts need from the check of the whole expression.

use cel::common::ast::IdedExpr;

use super::kind::Kind;
use super::places::Places;
use super::problem::ExpressionProblem;

/// The type of a part, or the first problem in it.
pub(super) type Checked = Result<Kind, ExpressionProblem>;

/// Finds the types of parts of an expression.
pub(super) trait Typing<'a> {
    /// The type of a part.
    fn kind(&mut self, node: &'a IdedExpr) -> Checked;

    /// Whether `name` is the name of a loop's element here.
    fn is_element(&self, name: &str) -> bool;

    /// Where the parts are in the source.
    fn places(&self) -> &Places<'a>;

    /// A problem where `node` begins.
    fn problem_at(&self, node: &IdedExpr, message: impl Into<String>) -> ExpressionProblem {
        self.places().problem_at(node, message)
    }

    /// The type of a part that has to be one of `wanted`.
    fn expect(&mut self, node: &'a IdedExpr, wanted: &[Kind], by: &str) -> Checked {
        let kind = self.kind(node)?;
        if kind.is_any(wanted) {
            return Ok(kind);
        }
        let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let message = format!("{by} takes {}, and this is {kind}", names.join(" or "));
        Err(self.problem_at(node, message))
    }

    /// The type that covers `so_far` and one more part of `list`.
    fn covering(&mut self, so_far: &Kind, node: &'a IdedExpr, list: &str) -> Checked {
        let kind = self.kind(node)?;
        if kind == Kind::Null {
            return Err(self.problem_at(node, "null can only be compared, with == and !="));
        }
        so_far.with(&kind).ok_or_else(|| {
            let message = format!("{list} are of one type: this is {kind}, the others {so_far}");
            self.problem_at(node, message)
        })
    }
}
