//! The difference of two texts, line by line.

/// The most pairs of lines that are compared. Of longer texts all lines between the first and the
/// last difference are shown as changed.
const MOST_PAIRS: usize = 4_000_000;

/// A line of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// It is in both.
    Same(&'a str),
    /// Only the first text has it.
    Removed(&'a str),
    /// Only the second text has it.
    Added(&'a str),
}

/// The lines of two texts, with as many in common as there can be.
pub(super) fn difference<'a>(first: &'a str, second: &'a str) -> Vec<Line<'a>> {
    let (first, second): (Vec<_>, Vec<_>) = (first.lines().collect(), second.lines().collect());
    let pairs = || first.iter().zip(&second);
    let begin = pairs().take_while(|(one, other)| one == other).count();
    let (left, right) = (&first[begin..], &second[begin..]);
    let from_end = left.iter().rev().zip(right.iter().rev());
    let end = from_end.take_while(|(one, other)| one == other).count();
    let (left, tail) = left.split_at(left.len() - end);
    let right = &right[..right.len() - end];
    let mut lines: Vec<_> = first[..begin].iter().copied().map(Line::Same).collect();
    if left.len().saturating_mul(right.len()) <= MOST_PAIRS {
        lines.extend(aligned(left, right));
    } else {
        lines.extend(left.iter().copied().map(Line::Removed));
        lines.extend(right.iter().copied().map(Line::Added));
    }
    lines.extend(tail.iter().copied().map(Line::Same));
    lines
}

/// The lines of both, by their longest common subsequence.
fn aligned<'a>(left: &[&'a str], right: &[&'a str]) -> Vec<Line<'a>> {
    let width = right.len() + 1;
    // How many lines the rests behind a line of each text have in common.
    let mut common = vec![0_u32; (left.len() + 1) * width];
    for (row, one) in left.iter().enumerate().rev() {
        for (column, other) in right.iter().enumerate().rev() {
            let place = row * width + column;
            common[place] = if one == other {
                common[place + width + 1] + 1
            } else {
                common[place + width].max(common[place + 1])
            };
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    while row < left.len() && column < right.len() {
        let place = row * width + column;
        if left[row] == right[column] {
            lines.push(Line::Same(left[row]));
            (row, column) = (row + 1, column + 1);
        } else if common[place + width] >= common[place + 1] {
            lines.push(Line::Removed(left[row]));
            row += 1;
        } else {
            lines.push(Line::Added(right[column]));
            column += 1;
        }
    }
    lines.extend(left[row..].iter().copied().map(Line::Removed));
    lines.extend(right[column..].iter().copied().map(Line::Added));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_that_both_have_stay() {
        let lines = difference("a\nb\nc\nd", "a\nc\nx\nd");
        let expected = [
            Line::Same("a"),
            Line::Removed("b"),
            Line::Same("c"),
            Line::Added("x"),
            Line::Same("d"),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn of_long_texts_all_that_is_between_is_changed() {
        let text = |word: &str| {
            let lines: Vec<_> = (0..3_000).map(|number| format!("{word}{number}")).collect();
            format!("a\n{}\nz", lines.join("\n"))
        };
        let (first, second) = (text("b"), text("c"));
        assert_eq!(difference(&first, &second).len(), 6_002);
    }

    proptest! {
        /// Each text is told by its own lines and those of both.
        #[test]
        fn both_texts_are_in_their_difference(
            first in prop::collection::vec("[a-c]", 0..12),
            second in prop::collection::vec("[a-c]", 0..12),
        ) {
            let (first, second) = (first.join("\n"), second.join("\n"));
            let lines = difference(&first, &second);
            let of = |takes: fn(&Line<'_>) -> bool| {
                let lines = lines.iter().filter(|line| takes(line)).map(|line| match line {
                    Line::Same(text) | Line::Removed(text) | Line::Added(text) => *text,
                });
                lines.collect::<Vec<_>>()
            };
            prop_assert_eq!(of(|line| !matches!(line, Line::Added(_))), first.lines().collect::<Vec<_>>());
            prop_assert_eq!(of(|line| !matches!(line, Line::Removed(_))), second.lines().collect::<Vec<_>>());
        }
    }
}
