//! Repairs JSON text that no parser accepts, because a string in it is not valid Unicode.
//!
//! A title that was cut in the middle of an emoji ends with half a surrogate
//! pair. JSON can escape it (`\ud83d`), and a Rust string cannot hold it. The
//! replacement character U+FFFD stands in for it, so that the text around it
//! is read.

use std::borrow::Cow;

/// U+FFFD, escaped.
const REPLACEMENT: &str = r"\ufffd";

/// The text of `body` with every string in it made valid: unpaired surrogates,
/// bytes that are not UTF-8, control characters that are not escaped, and
/// unknown escapes are each replaced by U+FFFD. Valid text is not copied.
pub(crate) fn repaired(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body);
    match repair(&text) {
        Some(repaired) => Cow::Owned(repaired),
        None => text,
    }
}

/// None if there is nothing to repair.
fn repair(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    // Before `copied` the text is in `repaired`; before `position` it is checked.
    let (mut repaired, mut copied) = (String::new(), 0);
    let (mut position, mut is_string) = (0, false);
    while let Some(&byte) = bytes.get(position) {
        let (length, is_valid) = match byte {
            b'"' => {
                is_string = !is_string;
                (1, true)
            }
            b'\\' if is_string => escape(&bytes[position..]),
            _ => (1, !(is_string && byte < b' ')),
        };
        if !is_valid {
            repaired += &text[copied..position];
            repaired += REPLACEMENT;
            copied = position + length;
        }
        position += length;
    }
    (copied > 0).then(|| repaired + &text[copied..])
}

/// Length of the escape at the start of `bytes`, and whether it stands for a
/// character. Of an unknown escape only the backslash counts.
fn escape(bytes: &[u8]) -> (usize, bool) {
    match bytes.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, true),
        _ => match code_unit(bytes) {
            Some(0xD800..=0xDBFF) => match code_unit(&bytes[6..]) {
                Some(0xDC00..=0xDFFF) => (12, true),
                _ => (6, false),
            },
            Some(0xDC00..=0xDFFF) => (6, false),
            Some(_) => (6, true),
            None => (1, false),
        },
    }
}

/// The UTF-16 code unit that is escaped at the start of `bytes`.
fn code_unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(br"\u")?.get(..4)?;
    let value = |unit: u32, digit: &u8| Some(unit * 16 + char::from(*digit).to_digit(16)?);
    u16::try_from(digits.iter().try_fold(0, value)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(br#"{"a": "b\n\u00e9 \"\\"}"#, r#"{"a": "b\n\u00e9 \"\\"}"#; "valid text")]
    #[test_case(br#""\ud83d\uDE00""#, r#""\ud83d\uDE00""#; "a pair of surrogates")]
    #[test_case(br#""Launch \ud83d""#, r#""Launch \ufffd""#; "the first half")]
    #[test_case(br#""\ude00 Launch""#, r#""\ufffd Launch""#; "the second half")]
    #[test_case(br#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#; "half a pair before a pair")]
    #[test_case(br#""\ude00\ud83d""#, r#""\ufffd\ufffd""#; "the halves in the wrong order")]
    #[test_case(br#""\ud83d\u0041\ud83dA""#, r#""\ufffd\u0041\ufffdA""#; "a half before another character")]
    #[test_case(br#""\ud83d\n\ud83d\"\ud83d""#, r#""\ufffd\n\ufffd\"\ufffd""#; "a half before another escape")]
    #[test_case(br#""\\ud83d""#, r#""\\ud83d""#; "a backslash that is escaped")]
    #[test_case(br#""\\\ud83d""#, r#""\\\ufffd""#; "a half after an escaped backslash")]
    #[test_case(br#"{"\ud83d": 1}"#, r#"{"\ufffd": 1}"#; "in a name")]
    #[test_case(br#""\x \u12 \u+123 \u""#, r#""\ufffdx \ufffdu12 \ufffdu+123 \ufffdu""#; "unknown escapes")]
    #[test_case(b"\"\xff caf\xc3\"", "\"\u{fffd} caf\u{fffd}\""; "bytes that are no UTF-8")]
    #[test_case(b"{\"a\":\n\t\"b\nc\x00\x7f\"}", "{\"a\":\n\t\"b\\ufffdc\\ufffd\x7f\"}"; "control characters in a string, and white space around it")]
    #[test_case(br#""cut \ud83"#, r#""cut \ufffdud83"#; "text that ends in an escape")]
    #[test_case(br#""cut \ud83d"#, r#""cut \ufffd"#; "text that ends in half a pair")]
    #[test_case(b"\"cut \\", "\"cut \\ufffd"; "text that ends in a backslash")]
    #[test_case(b"", ""; "nothing")]
    fn repairs(body: &[u8], expected: &str) {
        assert_eq!(repaired(body), expected);
    }

    #[test]
    fn valid_text_is_not_copied() {
        let body = br#"[{"title": "caf\u00e9 \ud83d\ude00 \\ud83d"}, 1e999]"#;
        assert!(matches!(repaired(body), Cow::Borrowed(_)));
    }
}
