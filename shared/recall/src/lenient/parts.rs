//! The fields of an object and the items of an array, each as text.

use std::ops::Range;

use super::scan::{Progress, Scan, skip_blanks};

/// Goes through the parts of an object or an array, up to the first place that is not of the
/// structure of JSON.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    text: &'a [u8],
    at: usize,
    closing: u8,
    is_first: bool,
    progress: Progress,
}

impl<'a> Parts<'a> {
    /// The fields of the object at the start of `text`.
    pub(crate) fn object(text: &'a [u8]) -> Self {
        Self::opened(text, b'{', b'}')
    }

    /// The fields of an object of which `text` is the rest behind the opening bracket.
    pub(crate) fn rest_of_object(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            closing: b'}',
            is_first: true,
            progress: Progress::More,
        }
    }

    /// The fields of an object of which `text` is the rest behind a field.
    pub(crate) fn behind_a_field(text: &'a [u8]) -> Self {
        Self {
            is_first: false,
            ..Self::rest_of_object(text)
        }
    }

    fn opened(text: &'a [u8], opening: u8, closing: u8) -> Self {
        let at = skip_blanks(text, 0);
        let progress = match text.get(at) {
            Some(byte) if *byte == opening => Progress::More,
            Some(_) => Progress::Odd,
            None => return Self::rest_of_object(&[]),
        };
        Self {
            text,
            at: at + 1,
            closing,
            is_first: true,
            progress,
        }
    }

    /// How far the parts were read; `Done` behind the closing bracket.
    pub(crate) fn progress(&self) -> Progress {
        self.progress
    }

    /// The first place that was not read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The name of the next field, without its quotes. Its value comes next.
    pub(crate) fn name(&mut self) -> Option<&'a [u8]> {
        self.begin_part()?;
        let name = self.value()?;
        let name = &self.text[name];
        let name = name
            .strip_prefix(b"\"")
            .and_then(|name| name.strip_suffix(b"\""));
        if name.is_none() || self.peek()? != b':' {
            self.progress = Progress::Odd;
            return None;
        }
        self.at = skip_blanks(self.text, self.at + 1);
        name
    }

    /// Where the next value is.
    pub(crate) fn value(&mut self) -> Option<Range<usize>> {
        let start = skip_blanks(self.text, self.at);
        self.at = start;
        match Scan::new().advance(self.text, &mut self.at) {
            Progress::Done => Some(start..self.at),
            progress => {
                self.progress = progress;
                None
            }
        }
    }

    /// None behind the last part, and where no part begins.
    fn begin_part(&mut self) -> Option<()> {
        if self.progress != Progress::More {
            return None;
        }
        let byte = self.peek()?;
        if byte == self.closing {
            self.at += 1;
            self.progress = Progress::Done;
            return None;
        }
        if !std::mem::take(&mut self.is_first) {
            if byte != b',' {
                self.progress = Progress::Odd;
                return None;
            }
            self.at += 1;
        }
        Some(())
    }

    fn peek(&mut self) -> Option<u8> {
        self.at = skip_blanks(self.text, self.at);
        self.text.get(self.at).copied()
    }
}

/// The fields of an object: names without their quotes, and values, as text.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    text: &'a str,
    parts: Parts<'a>,
}

/// The fields of the object that `text` is.
pub(crate) fn fields(text: &str) -> Fields<'_> {
    let parts = Parts::object(text.as_bytes());
    Fields { text, parts }
}

/// The fields of an object of which `text` is the rest behind the opening bracket.
pub(crate) fn rest_of_object(text: &str) -> Fields<'_> {
    let parts = Parts::rest_of_object(text.as_bytes());
    Fields { text, parts }
}

impl Fields<'_> {
    /// Whether the text was an object up to its end.
    pub(crate) fn is_complete(&self) -> bool {
        let end = skip_blanks(self.text.as_bytes(), self.parts.at());
        self.parts.progress() == Progress::Done && end == self.text.len()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.parts.name()?;
        let value = self.parts.value()?;
        // Each begins and ends with a character of one byte, or is a whole word.
        Some((std::str::from_utf8(name).ok()?, self.text.get(value)?))
    }
}

/// The items of an array as text.
#[derive(Debug)]
pub(crate) struct Items<'a> {
    text: &'a str,
    parts: Parts<'a>,
}

/// The items of the array that `text` is.
pub(crate) fn items(text: &str) -> Items<'_> {
    let parts = Parts::opened(text.as_bytes(), b'[', b']');
    Items { text, parts }
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        self.parts.begin_part()?;
        self.text.get(self.parts.value()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(r#" {"a": 1, "b" :[2, 3] , "a": {"c": "}"}} "#, &[("a", "1"), ("b", "[2, 3]"), ("a", r#"{"c": "}"}"#)], true; "an object")]
    #[test_case("{}", &[], true; "an empty object")]
    #[test_case(r#"{"a": NaN, "b": 1e999}"#, &[("a", "NaN"), ("b", "1e999")], true; "words that are no values")]
    #[test_case(r#"{"é": "ü"}"#, &[("é", "\"ü\"")], true; "letters of two bytes")]
    #[test_case(r#"{"a": 1, "b": "c, "d": 2}"#, &[("a", "1"), ("b", "\"c, \"")], false; "a quote is missing")]
    #[test_case(r#"{"a": 1, "b": 2"#, &[("a", "1")], false; "half an object")]
    #[test_case(r#"{"a": 1} 2"#, &[("a", "1")], false; "text behind it")]
    #[test_case(r#"{"a": 1]"#, &[("a", "1")], false; "another bracket")]
    #[test_case("{1: 1}", &[], false; "a number as a name")]
    #[test_case("[1]", &[], false; "an array")]
    #[test_case("é", &[], false; "a letter")]
    #[test_case("", &[], false; "nothing")]
    fn the_fields_are_read_up_to_the_first_odd_one(
        text: &str,
        expected: &[(&str, &str)],
        is_complete: bool,
    ) {
        let mut fields = fields(text);
        assert_eq!(fields.by_ref().collect::<Vec<_>>(), expected);
        assert_eq!(fields.is_complete(), is_complete);
    }

    #[test_case("[1, null, {\"a\": [2]}, \"é\" ]", &["1", "null", "{\"a\": [2]}", "\"é\""]; "an array")]
    #[test_case("[]", &[]; "an empty array")]
    #[test_case("[1, ]", &["1"]; "an item is missing")]
    #[test_case("{}", &[]; "an object")]
    #[test_case("", &[]; "nothing")]
    fn the_items_are_read_up_to_the_first_odd_one(text: &str, expected: &[&str]) {
        assert_eq!(items(text).collect::<Vec<_>>(), expected);
    }
}
