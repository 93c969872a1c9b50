//! Where in the source a part of an expression is.
//!
//! CEL reports the position of an operator, of a field's dot or of a call's bracket.
//! A message refers to the beginning of the wrong part, to the field, and to the
//! function's name.

use cel::common::ast::{Expr, IdedExpr, SourceInfo};

use super::problem::ExpressionProblem;

/// The source of an expression, and the positions of its parts.
pub(super) struct Places<'a> {
    pub(super) source: &'a str,
    pub(super) info: &'a SourceInfo,
}

impl Places<'_> {
    /// A problem where `node` begins.
    pub(super) fn problem_at(
        &self,
        node: &IdedExpr,
        message: impl Into<String>,
    ) -> ExpressionProblem {
        ExpressionProblem::at(self.source, self.beginning(node), message)
    }

    /// A problem with the name before the bracket at which CEL places `node`.
    pub(super) fn problem_before(
        &self,
        node: &IdedExpr,
        message: impl Into<String>,
    ) -> ExpressionProblem {
        ExpressionProblem::at(self.source, self.name_before(self.offset(node)), message)
    }

    /// A problem with the name after the dot at which CEL places `node`.
    pub(super) fn problem_after(
        &self,
        node: &IdedExpr,
        message: impl Into<String>,
    ) -> ExpressionProblem {
        let offset = match &node.expr {
            // CEL places `has(a.b)` at its own bracket: the dot is the next one after `a`.
            Expr::Select(select) if select.test => {
                let operand = self.offset(&select.operand);
                let field = format!(".{}", select.field);
                operand + self.from(operand).find(&field).unwrap_or(0)
            }
            _ => self.offset(node),
        };
        let name = self.from(offset).find(is_of_a_name).unwrap_or(0);
        ExpressionProblem::at(self.source, offset + name, message)
    }

    fn from(&self, offset: usize) -> &str {
        self.source.get(offset..).unwrap_or_default()
    }

    fn offset(&self, node: &IdedExpr) -> usize {
        let place = self.info.offset_for(node.id);
        place.map_or(0, |(start, _)| start as usize)
    }

    fn name_before(&self, offset: usize) -> usize {
        let before = self.source.get(..offset).unwrap_or(self.source).trim_end();
        before.trim_end_matches(is_of_a_name).len()
    }

    fn beginning(&self, node: &IdedExpr) -> usize {
        let own = self.offset(node);
        let first = match &node.expr {
            Expr::Call(call) => match call.target.as_deref().or(call.args.first()) {
                Some(first) if call.target.is_some() || is_operator(&call.func_name) => first,
                _ => return self.name_before(own),
            },
            Expr::Select(select) => &*select.operand,
            Expr::Comprehension(comprehension) => &comprehension.iter_range,
            _ => return own,
        };
        own.min(self.beginning(first))
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// CEL names operators with signs that no function's name can have.
fn is_operator(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_alphabetic()) && name.contains(['_', '@'])
}
