//! The expressions of alarms, as far as the template uses CloudWatch's language, evaluated as its
//! documentation of metric math says:
//!
//! - Arithmetic of two series has a value where both have one, and none where it divides by zero.
//! - A comparison of two series, and `AND`, take a missing value for 0.
//! - `FILL` gives a value to each period that is evaluated, also of a metric without any data.
//! - `IF` takes a missing value for 0 where its condition holds, and has none where it does not.

use std::collections::{BTreeMap, BTreeSet};

/// The values of a metric or an expression, by the starts of their periods.
pub(crate) type Periods = BTreeMap<i64, f64>;

/// The value of a part of an expression.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// The same number in each period.
    Number(f64),
    /// A series.
    Series(Periods),
}

impl Value {
    fn at(&self, start: i64) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Series(periods) => periods.get(&start).copied(),
        }
    }

    fn starts(&self) -> BTreeSet<i64> {
        match self {
            Self::Number(_) => BTreeSet::new(),
            Self::Series(periods) => periods.keys().copied().collect(),
        }
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// A number, in each period.
    Number(f64),
    /// A metric of this id.
    Metric(String),
    /// A metric, with a value for periods without data.
    Fill(String, f64),
    /// Two parts, and what is made of them.
    Both(Box<Expression>, &'static str, Box<Expression>),
    /// The second part where the first is not zero, or else the third.
    If(Box<[Expression; 3]>),
}

/// Operators, those that bind least first.
const OPERATORS: [&[&str]; 4] = [&["AND"], &[">", "=="], &["+"], &["*", "/"]];

impl Expression {
    /// Parses an expression.
    ///
    /// # Panics
    /// If it uses more of the language than is known here.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Self {
        let spaced = ["(", ")", ",", ">", "==", "+", "*", "/"]
            .iter()
            .fold(text.to_owned(), |text, sign| {
                text.replace(sign, &format!(" {sign} "))
            });
        let words: Vec<_> = spaced.split_whitespace().collect();
        let mut rest = &words[..];
        let parsed = parse(&mut rest, 0);
        assert!(rest.is_empty(), "{text}: {rest:?} is left");
        parsed
    }

    /// The values of the expression in the periods that begin at `starts`, as far as it has some.
    #[must_use]
    pub(crate) fn evaluate(&self, data: &BTreeMap<String, Periods>, starts: &[i64]) -> Periods {
        let value = self.value(data, starts);
        let at = |start: &i64| Some((*start, value.at(*start)?));
        starts.iter().filter_map(at).collect()
    }

    fn value(&self, data: &BTreeMap<String, Periods>, starts: &[i64]) -> Value {
        let of = |id: &String| data.get(id).cloned().unwrap_or_default();
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Metric(id) => Value::Series(of(id)),
            Self::Fill(id, number) => {
                let known = of(id);
                let filled = |start: &i64| (*start, known.get(start).copied().unwrap_or(*number));
                Value::Series(starts.iter().map(filled).collect())
            }
            Self::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                let condition = condition.value(data, starts);
                let then = then.value(data, starts);
                let otherwise = otherwise.value(data, starts);
                let at = |start: i64| {
                    let holds = condition.at(start)? != 0.0;
                    let value = if holds {
                        then.at(start).unwrap_or_default()
                    } else {
                        otherwise.at(start)?
                    };
                    Some((start, value))
                };
                Value::Series(condition.starts().into_iter().filter_map(at).collect())
            }
            Self::Both(one, operator, other) => both(
                &one.value(data, starts),
                operator,
                &other.value(data, starts),
            ),
        }
    }
}

/// What an operator makes of two values, at least one of which is a series.
fn both(one: &Value, operator: &str, other: &Value) -> Value {
    let is_arithmetic = matches!(operator, "+" | "*" | "/");
    let truth = |holds: bool| f64::from(u8::from(holds));
    let all: BTreeSet<_> = one.starts().union(&other.starts()).copied().collect();
    let at = |start: i64| {
        let (one, other) = if is_arithmetic {
            (one.at(start)?, other.at(start)?)
        } else {
            (
                one.at(start).unwrap_or_default(),
                other.at(start).unwrap_or_default(),
            )
        };
        let value = match operator {
            "AND" => truth(one != 0.0 && other != 0.0),
            ">" => truth(one > other),
            "==" => truth((one - other).abs() < f64::EPSILON),
            "+" => one + other,
            "*" => one * other,
            _ if other == 0.0 => return None,
            _ => one / other,
        };
        Some((start, value))
    };
    Value::Series(all.into_iter().filter_map(at).collect())
}

fn parse(words: &mut &[&str], level: usize) -> Expression {
    let Some(operators) = OPERATORS.get(level) else {
        return parse_part(words);
    };
    let mut parsed = parse(words, level + 1);
    while let Some(operator) = words.first().and_then(|word| {
        let mut operators = operators.iter();
        operators.find(|operator| *operator == word)
    }) {
        *words = &words[1..];
        let other = parse(words, level + 1);
        parsed = Expression::Both(Box::new(parsed), operator, Box::new(other));
    }
    parsed
}

fn parse_part(words: &mut &[&str]) -> Expression {
    let word = take(words);
    match word {
        "FILL" => {
            expect(words, "(");
            let id = take(words).to_owned();
            expect(words, ",");
            let number = take(words).parse().expect("a number");
            expect(words, ")");
            Expression::Fill(id, number)
        }
        "IF" => {
            expect(words, "(");
            let condition = parse(words, 0);
            expect(words, ",");
            let then = parse(words, 0);
            expect(words, ",");
            let otherwise = parse(words, 0);
            expect(words, ")");
            Expression::If(Box::new([condition, then, otherwise]))
        }
        _ => match word.parse() {
            Ok(number) => Expression::Number(number),
            Err(_) => Expression::Metric(word.to_owned()),
        },
    }
}

fn take<'a>(words: &mut &[&'a str]) -> &'a str {
    let (first, rest) = words.split_first().expect("the expression goes on");
    *words = rest;
    first
}

fn expect(words: &mut &[&str], expected: &str) {
    assert_eq!(take(words), expected);
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("a", &[(0, 2.0), (60, 4.0)]; "a metric")]
    #[test_case("100 * a / b", &[(0, 50.0)]; "a ratio, where both have data and the second is not zero")]
    #[test_case("a + b", &[(0, 6.0), (60, 4.0)]; "a sum, where both have data")]
    #[test_case("a + FILL(none, 1)", &[(0, 3.0), (60, 5.0)]; "a sum with a metric without data that is filled")]
    #[test_case("FILL(none, 0)", &[(0, 0.0), (60, 0.0), (120, 0.0)]; "a metric without data that is filled")]
    #[test_case("none + a", &[]; "a sum with a metric without data")]
    #[test_case("a > none", &[(0, 1.0), (60, 1.0)]; "a comparison of two metrics takes a missing value for zero")]
    #[test_case("none > 0", &[]; "a comparison with a number has a value only where there is data")]
    #[test_case("none > 0 AND FILL(a, 9) == 9", &[(0, 0.0), (60, 0.0), (120, 0.0)]; "a conjunction takes a missing value for zero")]
    #[test_case("IF(a > 2 AND FILL(b, 0) == 0, 1, 0)", &[(0, 0.0), (60, 1.0), (120, 0.0)]; "a condition")]
    #[test_case("IF(c, 5, d)", &[(0, 5.0), (60, 20.0)]; "a condition drops the values that its second choice lacks")]
    #[test_case("IF(c, none, d)", &[(0, 0.0), (60, 20.0)]; "a condition takes those that its first choice lacks for zero")]
    fn an_expression_has_values(text: &str, expected: &[(i64, f64)]) {
        let data = BTreeMap::from([
            ("a".to_owned(), Periods::from([(0, 2.0), (60, 4.0)])),
            ("b".to_owned(), Periods::from([(0, 4.0), (60, 0.0)])),
            (
                "c".to_owned(),
                Periods::from([(0, 1.0), (60, 0.0), (120, 0.0)]),
            ),
            ("d".to_owned(), Periods::from([(60, 20.0)])),
        ]);
        let values = Expression::parse(text).evaluate(&data, &[0, 60, 120]);
        assert_eq!(values, expected.iter().copied().collect());
    }
}
