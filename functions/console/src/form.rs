//! The form of an answer: JSON, an HTML fragment of a page, or the text of a policy. The header
//! `Accept` chooses.

/// A form of answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// A document in JSON.
    #[default]
    Json,
    /// A fragment of a page.
    Html,
    /// A policy in YAML.
    Yaml,
}

impl Form {
    /// The form that a request takes, of JSON and the `others` that are available; none if it
    /// takes none of them. JSON, unless another one is preferred to it.
    pub(crate) fn of(accept: Option<&str>, others: &[Self]) -> Option<Self> {
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Some(Self::Json);
        };
        let forms = [Self::Json].into_iter().chain(others.iter().copied());
        let mut best = (0, None);
        for form in forms {
            let quality = quality(accept, form.ranges());
            if quality > best.0 {
                best = (quality, Some(form));
            }
        }
        best.1
    }

    /// The media ranges that have it, the closest first.
    fn ranges(self) -> [&'static str; 3] {
        match self {
            Self::Json => ["application/json", "application/*", "*/*"],
            Self::Html => ["text/html", "text/*", "*/*"],
            Self::Yaml => ["application/yaml", "application/*", "*/*"],
        }
    }
}

/// The quality, in thousandths, of the first of these ranges that a header has; 0 if it has none.
fn quality(accept: &str, ranges: [&str; 3]) -> u16 {
    let given = |range: &str| {
        let mut given = accept.split(',').map(|one| one.split(';').map(str::trim));
        given.find_map(|mut parts| {
            let is_range = parts.next()?.eq_ignore_ascii_case(range);
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            is_range.then(|| weight.map_or(1_000, thousandths))
        })
    };
    ranges.into_iter().find_map(given).unwrap_or_default()
}

/// A weight with up to three decimals; 0 if it is not one.
fn thousandths(weight: &str) -> u16 {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let decimals = format!("{decimals:0<3}").parse::<u16>();
    match (whole, decimals) {
        ("1", _) => 1_000,
        ("0", Ok(decimals @ ..1_000)) => decimals,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(None, Some(Form::Json); "nothing is said")]
    #[test_case(Some(" "), Some(Form::Json); "it is empty")]
    #[test_case(Some("*/*"), Some(Form::Json); "anything")]
    #[test_case(Some("text/html"), Some(Form::Html); "a page")]
    #[test_case(Some("text/html, application/json"), Some(Form::Json); "both alike")]
    #[test_case(Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Form::Html); "as a browser asks")]
    #[test_case(Some("text/html;q=0.5, application/json"), Some(Form::Json); "rather JSON")]
    #[test_case(Some("application/json;q=0, */*"), Some(Form::Html); "all but JSON")]
    #[test_case(Some("application/json;q=0.000"), None; "no JSON")]
    #[test_case(Some("image/png"), None; "a picture")]
    #[test_case(Some("TEXT/HTML;level=1"), Some(Form::Html); "with a parameter")]
    fn the_form_is_chosen(accept: Option<&str>, expected: Option<Form>) {
        assert_eq!(Form::of(accept, &[Form::Html]), expected);
    }

    #[test_case("text/html", None; "a page")]
    #[test_case("text/html, */*;q=0.1", Some(Form::Json); "a page, or anything")]
    fn without_a_page_it_is_json_or_nothing(accept: &str, expected: Option<Form>) {
        assert_eq!(Form::of(Some(accept), &[]), expected);
    }

    #[test_case("application/yaml", Some(Form::Yaml); "a text")]
    #[test_case("application/*", Some(Form::Json); "any application's")]
    #[test_case("application/yaml;q=0.5, text/html", Some(Form::Html); "rather a page")]
    #[test_case("text/yaml", None; "another kind of text")]
    fn a_policy_is_a_text_too(accept: &str, expected: Option<Form>) {
        let others = [Form::Html, Form::Yaml];
        assert_eq!(Form::of(Some(accept), &others), expected);
    }
}
