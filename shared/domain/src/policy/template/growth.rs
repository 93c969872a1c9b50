//! Refuses placeholders whose values may grow without a bound.
//!
//! The fuel of a rendering pays for texts, for items and for the output. It does not pay for
//! constants, which are computed when the text is compiled (`[1] * 30000000 == x`), nor for
//! comparing lists of lists, of which a few assignments make billions. So numbers alone are
//! multiplied, numbers and texts alone are added, and a list contains no list. The kind of a
//! value is told from the text; one that cannot be told is not known.

use std::collections::HashMap;

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, Stmt};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;

use crate::fact::{Fact, FactType};

/// The one function that a placeholder may call.
pub(super) const RANGE: &str = "range";

/// The most characters of a text with placeholders.
const LONGEST: usize = 4_000;

/// Filters with a number as their result.
const NUMBERS: [&str; 7] = ["abs", "bool", "count", "float", "int", "length", "round"];
/// Filters with a text as their result.
const TEXTS: [&str; 16] = [
    "capitalize",
    "e",
    "escape",
    "format",
    "indent",
    "join",
    "lower",
    "pprint",
    "replace",
    "safe",
    "string",
    "title",
    "tojson",
    "trim",
    "upper",
    "urlencode",
];
/// Filters with one item of a list as their result.
const ITEMS: [&str; 4] = ["first", "last", "max", "min"];

/// What an expression's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number, or true or false.
    Number,
    Text,
    List,
    Unknown,
}

impl Kind {
    /// The kind of either of two values.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::List, _) | (_, Self::List) => Self::List,
            _ => Self::Unknown,
        }
    }
}

/// The first problem of a text that has the syntax of a template.
pub(super) fn problem(text: &str) -> Option<String> {
    if text.chars().nth(LONGEST).is_some() {
        return Some(format!(
            "a text with placeholders has {LONGEST} characters at most"
        ));
    }
    // A wrong syntax is reported when the text is compiled.
    let template = parse(text, "", SyntaxConfig::default()).ok()?;
    let mut checker = Checker::default();
    checker.statement(&template);
    checker.problem.map(str::to_owned)
}

#[derive(Default)]
struct Checker<'a> {
    /// The kinds of the names that the text gives.
    names: HashMap<&'a str, Kind>,
    problem: Option<&'static str>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, problem: &'static str) {
        self.problem.get_or_insert(problem);
    }

    fn statements(&mut self, statements: &[Stmt<'a>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt<'a>) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emitted) => drop(self.kind(&emitted.expr)),
            Stmt::EmitRaw(_) => {}
            Stmt::ForLoop(of) if of.recursive => self.report("a loop does not call itself here"),
            Stmt::ForLoop(of) => {
                let item = self.item(&of.iter);
                self.name(&of.target, item);
                self.statements(&of.body);
                self.statements(&of.else_body);
                if let Some(filter) = &of.filter_expr {
                    self.kind(filter);
                }
            }
            Stmt::IfCond(of) => {
                self.kind(&of.expr);
                self.statements(&of.true_body);
                self.statements(&of.false_body);
            }
            Stmt::WithBlock(block) => {
                for (target, value) in &block.assignments {
                    let kind = self.kind(value);
                    self.name(target, kind);
                }
                self.statements(&block.body);
            }
            Stmt::Set(set) => {
                let kind = self.kind(&set.expr);
                self.name(&set.target, kind);
            }
            Stmt::SetBlock(set) => {
                if let Some(filter) = &set.filter {
                    self.kind(filter);
                }
                self.statements(&set.body);
                self.name(&set.target, Kind::Unknown);
            }
            Stmt::FilterBlock(block) => {
                self.kind(&block.filter);
                self.statements(&block.body);
            }
            _ => self.report("this statement is not supported here"),
        }
    }

    /// Gives a name to a value. A name that was a list stays one: the order in which
    /// statements run is not known.
    fn name(&mut self, target: &Expr<'a>, kind: Kind) {
        match target {
            Expr::Var(var) => {
                let known = self.names.get(var.id).copied().unwrap_or(kind);
                self.names.insert(var.id, known.or(kind));
            }
            Expr::List(list) => {
                for target in &list.items {
                    self.name(target, Kind::Unknown);
                }
            }
            Expr::Tuple(tuple) => {
                for target in &tuple.items {
                    self.name(target, Kind::Unknown);
                }
            }
            _ => {}
        }
    }

    /// The kind of an item of the list that a loop goes through.
    fn item(&mut self, list: &Expr<'a>) -> Kind {
        self.kind(list);
        match list {
            Expr::Var(var) => match Fact::named(var.id).map(Fact::kind) {
                Some(FactType::Texts) if !self.names.contains_key(var.id) => Kind::Text,
                _ => Kind::Unknown,
            },
            Expr::Call(call) if is_range(call) => Kind::Number,
            _ => Kind::Unknown,
        }
    }

    fn kind(&mut self, expression: &Expr<'a>) -> Kind {
        match expression {
            Expr::Var(var) => self.named(var.id),
            Expr::Const(constant) => match constant.value.as_str() {
                Some(_) => Kind::Text,
                None => Kind::Number,
            },
            Expr::Slice(slice) => {
                for bound in [&slice.start, &slice.stop, &slice.step]
                    .into_iter()
                    .flatten()
                {
                    self.kind(bound);
                }
                self.kind(&slice.expr)
            }
            Expr::UnaryOp(of) => {
                self.kind(&of.expr);
                Kind::Number
            }
            Expr::BinOp(of) => {
                let (left, right) = (self.kind(&of.left), self.kind(&of.right));
                self.operation(of.op, left, right)
            }
            Expr::Compare(of) => {
                self.kind(&of.expr);
                for operation in &of.ops {
                    self.kind(&operation.expr);
                }
                Kind::Number
            }
            Expr::IfExpr(of) => {
                self.kind(&of.test_expr);
                let other = of.false_expr.as_ref().map(|other| self.kind(other));
                let kind = self.kind(&of.true_expr);
                other.map_or(kind, |other| kind.or(other))
            }
            Expr::Filter(filter) => {
                let of = filter.expr.as_ref().map_or(Kind::Text, |of| self.kind(of));
                let given = self.arguments(&filter.args);
                filtered(filter.name, of, given)
            }
            Expr::Test(test) => {
                self.kind(&test.expr);
                self.arguments(&test.args);
                Kind::Number
            }
            Expr::GetAttr(of) => match self.kind(&of.expr) {
                // The metadata, whose keys may be named as anything.
                Kind::List => Kind::Unknown,
                _ => attribute(of.name),
            },
            Expr::GetItem(of) => {
                self.kind(&of.subscript_expr);
                self.kind(&of.expr);
                Kind::Unknown
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.list(&list.items),
            Expr::Tuple(tuple) => self.list(&tuple.items),
            Expr::Map(map) => {
                self.list(&map.keys);
                self.list(&map.values)
            }
        }
    }

    fn named(&self, name: &str) -> Kind {
        let given = self.names.get(name).copied();
        given.unwrap_or_else(|| match Fact::named(name).map(Fact::kind) {
            Some(FactType::Flag | FactType::Number) => Kind::Number,
            Some(FactType::Text) => Kind::Text,
            Some(FactType::Texts | FactType::People | FactType::Metadata) => Kind::List,
            None => Kind::Unknown,
        })
    }

    fn operation(&mut self, operation: BinOpKind, left: Kind, right: Kind) -> Kind {
        match operation {
            BinOpKind::Mul | BinOpKind::Pow => {
                if (left, right) != (Kind::Number, Kind::Number) {
                    self.report("only numbers can be multiplied here");
                }
                Kind::Number
            }
            BinOpKind::Add => {
                let is_added = |kind| matches!(kind, Kind::Number | Kind::Text);
                if !is_added(left) || !is_added(right) {
                    self.report("only numbers and texts can be added here; \"~\" joins values");
                }
                left.or(right)
            }
            BinOpKind::Concat => Kind::Text,
            BinOpKind::ScAnd | BinOpKind::ScOr => left.or(right),
            _ => Kind::Number,
        }
    }

    fn call(&mut self, call: &Call<'a>) -> Kind {
        self.kind(&call.expr);
        self.arguments(&call.args);
        if is_range(call) {
            Kind::List
        } else {
            Kind::Unknown
        }
    }

    /// The kind of any of the arguments; none if there are none.
    fn arguments(&mut self, arguments: &[CallArg<'a>]) -> Option<Kind> {
        let kinds = arguments.iter().map(|argument| match argument {
            CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value) => self.kind(value),
        });
        kinds.reduce(Kind::or)
    }

    fn list(&mut self, items: &[Expr<'a>]) -> Kind {
        for item in items {
            if self.kind(item) == Kind::List {
                self.report("a list cannot contain a list here");
            }
        }
        Kind::List
    }
}

fn is_range(call: &Call<'_>) -> bool {
    matches!(&call.expr, Expr::Var(var) if var.id == RANGE)
}

/// The kind of a filter's result.
fn filtered(name: &str, of: Kind, given: Option<Kind>) -> Kind {
    if NUMBERS.contains(&name) {
        Kind::Number
    } else if TEXTS.contains(&name) {
        Kind::Text
    } else if ITEMS.contains(&name) {
        Kind::Unknown
    } else if matches!(name, "d" | "default") {
        of.or(given.unwrap_or(Kind::Text))
    } else {
        Kind::List
    }
}

/// The kind of an attribute of a person or of a loop.
fn attribute(name: &str) -> Kind {
    match name {
        "address" | "domain" | "response" => Kind::Text,
        "optional" | "resource" | "organizer" | "index" | "index0" | "revindex" | "revindex0"
        | "length" | "first" | "last" | "depth" | "depth0" => Kind::Number,
        _ => Kind::Unknown,
    }
}
