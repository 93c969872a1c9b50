//! Of a long title, an explanation keeps a part that gives the same outcome.
//!
//! Rules read the whole title, and rows are small.

use crate::event::{LONGEST_SHOWN_TITLE, short_title};
use crate::fact::{Fact, FactValue, FactValues};

/// Cuts the title in `kept`, as far as `is_same` says that the outcome is the same: to its
/// beginning, or to another part of that length. If no part will do, the whole title stays.
pub(super) fn reduce_title(kept: &mut FactValues, is_same: impl Fn(&FactValues) -> bool) {
    let Some(FactValue::Text(title)) = kept.get(&Fact::Title).cloned() else {
        return;
    };
    let starts: Vec<usize> = title.char_indices().map(|(start, _)| start).collect();
    if starts.len() <= LONGEST_SHOWN_TITLE {
        return;
    }
    // Each part overlaps the next one by half, so that no phrase is cut in all of them.
    for start in starts.iter().step_by(LONGEST_SHOWN_TITLE / 2) {
        let part = short_title(&title[*start..]);
        kept.insert(Fact::Title, FactValue::Text(part));
        if is_same(kept) {
            return;
        }
    }
    kept.insert(Fact::Title, FactValue::Text(title));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Expression;
    use test_case::test_case;

    /// The title that is kept for an expression over a long one.
    fn kept_for(expression: &str) -> String {
        let expression = Expression::compile(expression).expect("it compiles");
        let title = format!("{} interview {}", "面".repeat(450), "x".repeat(300));
        let mut kept = FactValues::from([(Fact::Title, FactValue::Text(title))]);
        let outcome = expression.evaluate(&kept);
        reduce_title(&mut kept, |kept| expression.evaluate(kept) == outcome);
        assert_eq!(expression.evaluate(&kept), outcome);
        match kept.remove(&Fact::Title) {
            Some(FactValue::Text(title)) => title,
            other => panic!("no title: {other:?}"),
        }
    }

    #[test_case("title.hasWord('面接')", 200, "面面"; "the beginning, where nothing is found")]
    #[test_case("title.hasWord('interview')", 200, "面面"; "the part with the word")]
    #[test_case("title.endsWith('xxx')", 200, "面面"; "another part")]
    #[test_case("size(title) > 700", 761, "面面"; "the whole")]
    fn keeps_a_part_that_gives_the_same_outcome(expression: &str, length: usize, start: &str) {
        let kept = kept_for(expression);
        assert_eq!(kept.chars().count(), length);
        assert!(kept.starts_with(start), "{kept}");
    }

    #[test]
    fn a_short_title_stays() {
        let mut kept = FactValues::from([(Fact::Title, FactValue::Text("Review".to_owned()))]);
        let before = kept.clone();
        reduce_title(&mut kept, |_| false);
        assert_eq!(kept, before);
    }
}
