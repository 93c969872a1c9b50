//! Comma-separated values for spreadsheets, which take a text that begins with a sign for a
//! formula.

/// Lines of comma-separated values, the first of them with the names of the columns.
pub(crate) struct Spreadsheet(csv::Writer<Vec<u8>>);

impl Spreadsheet {
    /// A sheet with these columns.
    pub(crate) fn new<T: AsRef<str>>(columns: impl IntoIterator<Item = T>) -> Self {
        let mut sheet = Self(csv::Writer::from_writer(Vec::new()));
        sheet.add(columns);
        sheet
    }

    /// Adds a line. Each text of a person has to be [`unformulated`].
    pub(crate) fn add<T: AsRef<str>>(&mut self, fields: impl IntoIterator<Item = T>) {
        let fields = fields.into_iter();
        let fields: Vec<_> = fields.map(|field| field.as_ref().to_owned()).collect();
        self.0.write_record(&fields).expect("memory takes it");
    }

    /// All lines.
    pub(crate) fn text(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes it");
        String::from_utf8(bytes).expect("it was made of texts")
    }
}

/// A text that no spreadsheet takes for a formula, as it does if one begins with a sign: such a
/// text is preceded by an apostrophe.
pub(crate) fn unformulated(text: &str) -> String {
    let is_formula = begins_with_a_sign(text);
    format!("{}{text}", if is_formula { "'" } else { "" })
}

/// The text that [`unformulated`] made this one of.
pub(crate) fn formulated(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if begins_with_a_sign(rest) => rest,
        _ => text,
    }
}

fn begins_with_a_sign(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("external", "external"; "a plain one")]
    #[test_case("a = b", "a = b"; "a sign within")]
    #[test_case("=SUM(A1)", "'=SUM(A1)"; "a formula")]
    #[test_case("@me,you", "'@me,you"; "a mention")]
    #[test_case("'quoted", "'quoted"; "an apostrophe")]
    fn a_text_is_no_formula_and_can_be_read_again(text: &str, expected: &str) {
        assert_eq!(unformulated(text), expected);
        assert_eq!(formulated(expected), text);
    }
}
