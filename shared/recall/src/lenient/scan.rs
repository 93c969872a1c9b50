//! Finds where a value of JSON ends, without parsing it.
//!
//! Only the structure is strict: quotes and brackets in pairs, names, colons and commas in
//! their places. A string may hold anything, and any other word counts as a value: a number
//! out of range, `NaN`. So a value that no parser accepts costs only itself. The structure
//! is strict because a missing quote is then noticed a few characters later.
//!
//! A scan can be continued when more text has arrived, and its depth is not limited.

/// How far a scan came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The text ends before the value.
    More,
    /// The value ended.
    Done,
    /// The text is not of the structure of JSON.
    Odd,
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    /// The rest of a string, which may be a name.
    String {
        is_name: bool,
        is_escaped: bool,
    },
    /// The rest of a word.
    Word,
}

/// The scan of one value.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    expected: Expected,
    /// The brackets that close the open ones, innermost last.
    closing: Vec<u8>,
}

impl Scan {
    pub(crate) fn new() -> Self {
        Self {
            expected: Expected::Value,
            closing: Vec::new(),
        }
    }

    /// Continues at `*at`, and leaves it behind the last byte that is a part of the value.
    pub(crate) fn advance(&mut self, text: &[u8], at: &mut usize) -> Progress {
        while let Some(&byte) = text.get(*at) {
            if let Expected::String {
                is_name,
                is_escaped,
            } = self.expected
            {
                *at += self.string(&text[*at..], is_name, is_escaped);
                if self.is_done() {
                    return Progress::Done;
                }
                continue;
            }
            if self.expected == Expected::Word {
                if is_of_word(byte) {
                    *at += 1;
                    continue;
                }
                self.ended();
                if self.is_done() {
                    return Progress::Done;
                }
            }
            if !is_blank(byte) && !self.token(byte) {
                return Progress::Odd;
            }
            *at += 1;
            if self.is_done() {
                return Progress::Done;
            }
        }
        Progress::More
    }

    /// Continues in a string. Returns the bytes that it took.
    fn string(&mut self, text: &[u8], is_name: bool, is_escaped: bool) -> usize {
        if is_escaped {
            self.expected = Expected::String {
                is_name,
                is_escaped: false,
            };
            return 1;
        }
        let Some(end) = text.iter().position(|byte| matches!(byte, b'"' | b'\\')) else {
            return text.len();
        };
        if text[end] == b'\\' {
            self.expected = Expected::String {
                is_name,
                is_escaped: true,
            };
        } else if is_name {
            self.expected = Expected::Colon;
        } else {
            self.ended();
        }
        end + 1
    }

    /// Takes the first byte of a token. Returns false if it may not stand here.
    fn token(&mut self, byte: u8) -> bool {
        use Expected::{Colon, CommaOrEnd, Name, NameOrEnd, Value, ValueOrEnd};
        match (byte, self.expected) {
            (b'"', Value | ValueOrEnd) => self.begin_string(false),
            (b'"', Name | NameOrEnd) => self.begin_string(true),
            (b'{', Value | ValueOrEnd) => self.open(b'}', NameOrEnd),
            (b'[', Value | ValueOrEnd) => self.open(b']', ValueOrEnd),
            (b',', CommaOrEnd) if self.closing.last() == Some(&b'}') => self.expected = Name,
            (b':', Colon) | (b',', CommaOrEnd) => self.expected = Value,
            (b'}' | b']', CommaOrEnd) | (b'}', NameOrEnd) | (b']', ValueOrEnd) => {
                if self.closing.pop() != Some(byte) {
                    return false;
                }
                self.ended();
            }
            (_, Value | ValueOrEnd) if is_of_word(byte) => self.expected = Expected::Word,
            _ => return false,
        }
        true
    }

    fn begin_string(&mut self, is_name: bool) {
        self.expected = Expected::String {
            is_name,
            is_escaped: false,
        };
    }

    fn open(&mut self, closing: u8, expected: Expected) {
        self.closing.push(closing);
        self.expected = expected;
    }

    fn ended(&mut self) {
        self.expected = Expected::CommaOrEnd;
    }

    fn is_done(&self) -> bool {
        self.expected == Expected::CommaOrEnd && self.closing.is_empty()
    }
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_of_word(byte: u8) -> bool {
    !is_blank(byte) && !matches!(byte, b'"' | b',' | b':' | b'[' | b']' | b'{' | b'}')
}

/// The first place from `at` on that is not blank.
pub(crate) fn skip_blanks(text: &[u8], at: usize) -> usize {
    let blanks = text[at..].iter().take_while(|byte| is_blank(**byte));
    at + blanks.count()
}

/// The first place from `at` on that is neither blank nor a comma.
pub(super) fn skip_commas(text: &[u8], at: usize) -> usize {
    let skipped = text[at..]
        .iter()
        .take_while(|byte| is_blank(**byte) || **byte == b',');
    at + skipped.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;
    use test_case::test_case;

    /// The value at the start of `text`, if it ends there.
    fn first(text: &str) -> Result<&str, Progress> {
        let (mut scan, mut at) = (Scan::new(), 0);
        match scan.advance(text.as_bytes(), &mut at) {
            Progress::Done => Ok(&text[..at]),
            progress => Err(progress),
        }
    }

    #[test_case(r#"{"a": [1, {"b": "c"}]}, 2"#, Ok(r#"{"a": [1, {"b": "c"}]}"#); "an object")]
    #[test_case(r#""a \" \\", 2"#, Ok(r#""a \" \\""#); "a string with escapes")]
    #[test_case(" null]", Ok(" null"); "a word, and blanks before it")]
    #[test_case("[NaN, -Infinity, 1e999, +1]", Ok("[NaN, -Infinity, 1e999, +1]"); "words that are no values")]
    #[test_case("{}", Ok("{}"); "an empty object")]
    #[test_case("[]", Ok("[]"); "an empty array")]
    #[test_case("12", Err(Progress::More); "a word that may go on")]
    #[test_case(r#"{"a": "#, Err(Progress::More); "half an object")]
    #[test_case(r#"{"a": 1]"#, Err(Progress::Odd); "another bracket")]
    #[test_case(r#"{"a" 1}"#, Err(Progress::Odd); "no colon")]
    #[test_case(r#"{"a": 1 2}"#, Err(Progress::Odd); "no comma")]
    #[test_case(r#"{"a": "b"c"}"#, Err(Progress::Odd); "a quote in a string")]
    #[test_case("{a: 1}", Err(Progress::Odd); "a name without quotes")]
    #[test_case(r#"{"a": }"#, Err(Progress::Odd); "no value")]
    #[test_case("[1, ]", Err(Progress::Odd); "no value after a comma")]
    #[test_case("{,}", Err(Progress::Odd); "no name")]
    #[test_case("}", Err(Progress::Odd); "only the end")]
    fn the_end_of_a_value_is_found(text: &str, expected: Result<&str, Progress>) {
        assert_eq!(first(text), expected);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let fields = prop::collection::btree_map(".{0,4}", inner.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_end_of_any_value_is_found_in_any_pieces(value in value(), cut in 0.0..1.0_f64, pretty: bool) {
            let value = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let value = value.expect("JSON");
            let text = format!("{value},");
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
            let cut = (cut * value.len() as f64) as usize;
            let (mut scan, mut at) = (Scan::new(), 0);
            prop_assert_eq!(scan.advance(&text.as_bytes()[..cut], &mut at), Progress::More);
            prop_assert_eq!(scan.advance(text.as_bytes(), &mut at), Progress::Done);
            prop_assert_eq!(at, value.len());
        }
    }
}
