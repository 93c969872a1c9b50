//! Which items are found in an odd page, and which pages are refused.

use test_case::test_case;

use super::items::REPORTED;
use super::*;
use crate::lenient::item::LONGEST_ITEM;
use crate::lenient::search::ItemNames;

/// The items as text, `!` before one with a problem; the cursor, or why there is none.
fn split_in(length: usize, text: &str) -> (Vec<String>, Result<Option<String>, PageProblem>) {
    let mut items = Vec::new();
    let mut add = |item: Item<'_>| {
        let text = String::from_utf8_lossy(item.text);
        let mark = if item.problem.is_some() { "!" } else { "" };
        items.push(format!("{mark}{text}"));
    };
    let mut splitter = PageSplitter::new(NAMES);
    let mut pieces = text.as_bytes().chunks(length);
    let pushed = pieces.try_for_each(|piece| splitter.push(piece, &mut add));
    let next = pushed.and_then(|()| splitter.finish(&mut add));
    (items, next.map(|next| next.map(|cursor| cursor.0)))
}

/// The same for every length of the pieces in which the page arrives.
fn split(text: &str) -> (Vec<String>, Result<Option<String>, PageProblem>) {
    let whole = split_in(text.len().max(1), text);
    for length in 1..8 {
        assert_eq!(split_in(length, text), whole, "in pieces of {length} bytes");
    }
    whole
}

const NAMES: ItemNames = ItemNames {
    telling: ["a", "b"],
    all: &["a", "b"],
};
const ONE: &str = r#"{"a": 1, "b": 1, "c": [{"a": 9}]}"#;
const TWO: &str = r#"{"a": 2, "b": 2}"#;

#[test_case(&format!(r#"{{"next": "n", "previous": null, "results": [{ONE}, {TWO}]}}"#), &[ONE, TWO], Some("n"); "a page")]
#[test_case(&format!(r#"{{"results": [{ONE}], "next": "n"}}"#), &[ONE], Some("n"); "the cursor behind the list")]
#[test_case(&format!("{{\"results\":\n[\n{ONE}\n,{TWO} ]\n}}\n"), &[ONE, TWO], None; "other blanks, and no cursor")]
#[test_case(r#"{"next": null, "results": []}"#, &[], None; "an empty list")]
#[test_case("\u{feff}{\"next\": null, \"results\": [1]}", &["1"], None; "a byte order mark")]
#[test_case(r#"{"next": "n", "next": "n", "results": [1], "next": "n"}"#, &["1"], Some("n"); "the same cursor three times")]
#[test_case(r#"{"x": NaN, "next": "n", "y": [[1e999]], "results": [NaN, -1e999, [[]], "}", null, {}]}"#, &["NaN", "-1e999", "[[]]", "\"}\"", "null", "{}"], Some("n"); "items that are no objects")]
fn a_page_is_split(text: &str, items: &[&str], next: Option<&str>) {
    let (found, cursor) = split(text);
    assert_eq!(found, items);
    assert_eq!(cursor.expect("a page").as_deref(), next);
}

#[test_case(r#"{"a": 3, "b": 3, "c": "x"y"}"#, &[r#"!{"a": 3, "b": 3, "c": "x"y"#]; "a quote too many")]
#[test_case(r#"{"a": 3, "b": "3}"#, &[r#"!{"a": 3, "b": "3}, {"a"#]; "a quote too few")]
#[test_case(r#"{"a": 3, "b": "3\"}"#, &[r#"!{"a": 3, "b": "3\"}, {"a"#]; "a quote that is escaped")]
#[test_case(r#"{"a": 3, "b": [3}"#, &[r#"!{"a": 3, "b": [3}"#]; "a bracket that is not closed")]
#[test_case(r#"{"a": 3, "b": 3"#, &[r#"!{"a": 3, "b": 3, {"#]; "an item that is not closed")]
#[test_case(r#"{"a": 3}, "b": [{"c": 3}]}"#, &[r#"!{"a": 3}, "b":"#]; "an item that is closed too early")]
#[test_case(r#"{"a": 3, "b": \}, "x", "c": {"d": 3}}"#, &[r#"!{"a": 3, "b": \}, "x", "c":"#]; "an item that is closed in the place of a value")]
#[test_case(r#"{"a": 3, "b": 3}, "x", 7, "c": {"d": 3}}"#, &[r#"!{"a": 3, "b": 3}, "x", 7, "c":"#]; "an item that is closed too early, and values behind it")]
#[test_case(r#"{"a": 3, "b": 3}}"#, &[r#"!{"a": 3, "b": 3}}"#]; "a bracket too many at the end")]
#[test_case(r#""a": 3, "b": 3}"#, &[r#"!"a":"#]; "no bracket at the beginning")]
#[test_case(r#"{"a": 3, "b""#, &[r#"!{"a": 3, "b","#]; "cut in a name")]
#[test_case("", &["!"]; "nothing")]
#[test_case(r#"{"a": 3, "b": "3, {"a": 4, "b": 4]}"#, &[r#"!{"a": 3, "b": "3, {"a"#, r#"!{"a": 4, "b": 4]"#]; "two odd items in a row")]
#[test_case(r#"{"a": 3, "b": 3}], "c": 3}"#, &[r#"!{"a": 3, "b": 3}]"#]; "an item that is closed too early, and the list with it")]
#[test_case(r#"{"a": 3}]}"#, &[r#"!{"a": 3}]"#]; "an item that ends like a page")]
#[test_case("]", &["!", "!,"]; "a bracket alone")]
#[test_case(r#"}, {"a": 3, "b": 3}"#, &["!}", r#"{"a": 3, "b": 3}"#]; "a closing bracket before an item")]
#[test_case(r#"{"a": 3}, }"#, &[r#"!{"a": 3}, }"#]; "a bracket in place of fields")]
#[test_case(r#"{"a": 3},"#, &[r#"!{"a": 3},,"#]; "a comma in place of fields")]
#[test_case("7 8", &["!7 "]; "two words")]
fn an_odd_item_costs_no_other(odd: &str, expected: &[&str]) {
    let head = r#"{"next": "n", "results": ["#;
    for last in ["", r#", "next": "n""#] {
        let (found, cursor) = split(&format!("{head}{ONE}, {odd}, {TWO}]{last}}}"));
        let all: Vec<_> = [&[ONE], expected, &[TWO]].concat();
        assert_eq!(
            (found, cursor),
            (
                all.iter().map(ToString::to_string).collect(),
                Ok(Some("n".to_owned()))
            )
        );
    }
}

/// No item before it shows that the list has not ended.
#[test_case("[", &[]; "an array")]
#[test_case("[7, ", &[ONE]; "an array that begins before the first item")]
fn an_array_around_all_items_is_odd(before: &str, first: &[&str]) {
    for last in ["", r#", "next": "n""#] {
        let (found, cursor) = split(&format!(
            r#"{{"next": "n", "results": [{before}{ONE}, {TWO}]{last}}}"#
        ));
        let odd = format!("!{before}{ONE}, {TWO}]");
        assert_eq!(found, [&[odd.as_str()], first, &[TWO]].concat());
        assert_eq!(cursor, Ok(Some("n".to_owned())));
    }
}

#[test_case(r#"{"a": 3, "b": "3}"#; "a quote too few")]
#[test_case(r#"{"a": 3, "b": [3}"#; "a bracket that is not closed")]
#[test_case(r#"{"a": 3, "b": "c"d"}"#; "a quote too many")]
#[test_case(r#"{"a": 3, "b": [{"#; "half an item")]
#[test_case(""; "nothing")]
fn an_odd_item_at_either_end_costs_no_other(odd: &str) {
    for (first, last) in [
        (r#""next": "n", "#, ""),
        ("", r#", "next": "n", "previous": null"#),
    ] {
        let text = format!(r#"{{{first}"results": [{odd}, {ONE}, {TWO}]{last}}}"#);
        let (found, cursor) = split(&text);
        assert_eq!(
            (&found[1..], cursor),
            (
                &[ONE.to_owned(), TWO.to_owned()][..],
                Ok(Some("n".to_owned()))
            ),
            "{text}"
        );
        let text = format!(r#"{{{first}"results": [{ONE}, {TWO}, {odd}]{last}}}"#);
        let (found, cursor) = split(&text);
        assert_eq!(
            (&found[..2], cursor),
            (
                &[ONE.to_owned(), TWO.to_owned()][..],
                Ok(Some("n".to_owned()))
            ),
            "{text}"
        );
        assert!(found[2].starts_with('!') && found.len() == 3);
    }
}

#[test_case(r#"{"next": 7, "results": [1]}"#, "7"; "a number")]
#[test_case(r#"{"next": {"url": "n"}, "results": [1]}"#, r#"{"url": "n"}"#; "an object")]
#[test_case(r#"{"next": NaN, "results": [1]}"#, "NaN"; "a word that is no value")]
#[test_case(r#"{"next": "\ud83d", "results": [1]}"#, "\u{fffd}"; "half a surrogate pair")]
fn a_cursor_that_is_not_text_does_not_end_the_list(text: &str, expected: &str) {
    assert_eq!(
        split(text),
        (vec!["1".to_owned()], Ok(Some(expected.to_owned())))
    );
}

#[test_case("", PageProblem::NotAPage; "nothing")]
#[test_case("<html></html>", PageProblem::NotAPage; "a page of HTML")]
#[test_case("[]", PageProblem::NotAPage; "an array")]
#[test_case("{}", PageProblem::NotAPage; "no list")]
#[test_case(r#"{"results": {}}"#, PageProblem::NotAPage; "a list that is none")]
#[test_case(r#"{"next": "n", "results""#, PageProblem::NotAPage; "cut before the list")]
#[test_case(r#"{"next": "a", "next": "b", "results": []}"#, PageProblem::TwoCursors; "two cursors")]
#[test_case(r#"{"next": "a", "results": [], "next": "b"}"#, PageProblem::TwoCursors; "two cursors around the list")]
#[test_case(r#"{"next": null, "results": [1"#, PageProblem::CutOff; "cut behind an item")]
#[test_case(r#"{"next": null, "results": [{"a": 1, "b": 1}, "#, PageProblem::CutOff; "cut behind a comma")]
#[test_case(r#"{"next": null, "results": [{"a": 1, "b": "#, PageProblem::CutOff; "cut in an item")]
#[test_case(r#"{"next": null, "results": [{"a": 1, "b": []}"#, PageProblem::CutOff; "half an item, or cut behind an item")]
#[test_case(r#"{"next": null, "results": [1]"#, PageProblem::CutOff; "cut behind the list")]
#[test_case(r#"{"next": null, "results": [1]}}"#, PageProblem::CutOff; "a bracket too many")]
#[test_case(r#"{"next": null, "results": [1], "results": [2]}"#, PageProblem::CutOff; "two lists")]
fn a_page_that_may_be_incomplete_is_refused(text: &str, expected: PageProblem) {
    assert_eq!(split(text).1, Err(expected));
}

#[test]
fn an_item_that_is_too_long_is_reported_and_skipped() {
    let long = |length: usize| format!(r#"{{"a": 3, "b": "{}"}}"#, "x".repeat(length));
    let just = long(LONGEST_ITEM - 17);
    let text = format!(
        r#"{{"next": "n", "results": [{ONE}, {}, {just}, {TWO}]}}"#,
        long(LONGEST_ITEM)
    );
    assert_eq!(just.len(), LONGEST_ITEM);
    for length in [text.len(), 1 << 20] {
        let (found, cursor) = split_in(length, &text);
        assert_eq!(cursor, Ok(Some("n".to_owned())));
        assert!(found[1].starts_with(r#"!{"a": 3, "b": "x"#) && found[1].len() == REPORTED + 1);
        assert_eq!(
            (&found[0], found[2] == just, &found[3]),
            (&ONE.to_owned(), true, &TWO.to_owned())
        );
    }
}

#[test]
fn a_page_that_is_too_long_is_refused() {
    let mut splitter = PageSplitter::new(NAMES);
    splitter.received = LONGEST_PAGE - 1;
    assert_eq!(splitter.push(b"{", &mut |_| ()), Ok(()));
    assert_eq!(splitter.push(b" ", &mut |_| ()), Err(PageProblem::TooLong));
}
