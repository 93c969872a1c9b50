//! The expressions of alarms, as far as the template uses CloudWatch's language.
//!
//! An expression has a value in each period in which all that it names have one. `FILL` gives
//! values to the periods in which another part of the expression has data.

use std::collections::{BTreeMap, BTreeSet};

/// The values of a metric or an expression, by the starts of their periods.
pub(crate) type Periods = BTreeMap<i64, f64>;

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

    /// The values of the expression; none if it names no metric that has data.
    #[must_use]
    pub(crate) fn evaluate(&self, data: &BTreeMap<String, Periods>) -> Option<Periods> {
        let starts: BTreeSet<i64> = data
            .values()
            .flat_map(|periods| periods.keys())
            .copied()
            .collect();
        let values = starts.into_iter();
        let values: Periods = values
            .filter_map(|start| Some((start, self.at(start, data)?)))
            .collect();
        (!values.is_empty()).then_some(values)
    }

    fn at(&self, start: i64, data: &BTreeMap<String, Periods>) -> Option<f64> {
        let of = |id: &String| {
            data.get(id)
                .and_then(|periods| periods.get(&start))
                .copied()
        };
        let truth = |holds: bool| f64::from(u8::from(holds));
        Some(match self {
            Self::Number(number) => *number,
            Self::Metric(id) => of(id)?,
            Self::Fill(id, number) => of(id).unwrap_or(*number),
            Self::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                let part = if condition.at(start, data)? == 0.0 {
                    otherwise
                } else {
                    then
                };
                part.at(start, data)?
            }
            Self::Both(one, operator, other) => {
                let (one, other) = (one.at(start, data)?, other.at(start, data)?);
                match *operator {
                    "AND" => truth(one != 0.0 && other != 0.0),
                    ">" => truth(one > other),
                    "==" => truth((one - other).abs() < f64::EPSILON),
                    "+" => one + other,
                    "*" => one * other,
                    // As CloudWatch has it, such a period has no value.
                    _ if other == 0.0 => return None,
                    _ => one / other,
                }
            }
        })
    }
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
    #[test_case("a + FILL(b, 1)", &[(0, 6.0), (60, 4.0)]; "a sum with filled data")]
    #[test_case("IF(a > 2 AND FILL(b, 0) == 0, 1, 0)", &[(0, 0.0), (60, 1.0)]; "a condition")]
    fn an_expression_has_a_value_in_each_period_with_data(text: &str, expected: &[(i64, f64)]) {
        let data = BTreeMap::from([
            ("a".to_owned(), Periods::from([(0, 2.0), (60, 4.0)])),
            ("b".to_owned(), Periods::from([(0, 4.0), (60, 0.0)])),
        ]);
        let values = Expression::parse(text).evaluate(&data).expect("data");
        assert_eq!(values, expected.iter().copied().collect());
    }

    #[test]
    fn an_expression_without_data_has_no_value() {
        let none = BTreeMap::from([("a".to_owned(), Periods::new())]);
        assert_eq!(Expression::parse("FILL(a, 0) + 1").evaluate(&none), None);
    }
}
