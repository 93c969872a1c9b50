//! One spelling for texts that look the same.
//!
//! Unicode writes one text in several ways: `é` is one character or two, a ligature is a
//! character of its own, a soft hyphen is not seen. Texts are compared in the form that
//! Unicode defines for this: compatibility characters are replaced, accents composed, and
//! characters that are not shown are left out. Where case does not matter it is folded, also
//! where that takes more than one letter (`ß` is `ss`). No language is assumed: the dotless
//! and the dotted i of Turkish both count as `i`.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::DefaultIgnorableCodePoint;
use icu_properties::{CodePointSetData, CodePointSetDataBorrowed};

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const NOT_SHOWN: CodePointSetDataBorrowed<'static> =
    CodePointSetData::new::<DefaultIgnorableCodePoint>();

/// The mark that a dotted capital i leaves behind when it is folded.
const DOT_ABOVE: char = '\u{307}';

/// The text in one spelling; its case is kept.
pub(crate) fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let shown: String = text.chars().filter(|one| is_shown(*one)).collect();
    Cow::Owned(
        NFKC.normalize_iter(shown.chars())
            .filter(|one| is_shown(*one))
            .collect(),
    )
}

/// The text in one spelling, without regard to case.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let normalised = normalised(text);
    let caseless = normalised.chars().flat_map(fold_case);
    let mut folded = String::with_capacity(text.len());
    for next in NFKC.normalize_iter(caseless).filter(|one| is_shown(*one)) {
        if next != DOT_ABOVE || !folded.ends_with('i') {
            folded.push(next);
        }
    }
    folded
}

fn is_shown(character: char) -> bool {
    !NOT_SHOWN.contains(character)
}

/// The letters that a letter is without its case: two letters are the same if they have one
/// capital. Lower case comes first for capitals that have no other (`ẞ`).
fn fold_case(letter: char) -> impl Iterator<Item = char> {
    let capitals = letter.to_lowercase().flat_map(char::to_uppercase);
    capitals.flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use test_case::test_case;

    #[test_case("Interview", "INTERVIEW"; "case")]
    #[test_case("caf\u{e9}", "cafe\u{301}"; "an accent in one character or in two")]
    #[test_case("\u{fb01}nal review", "final review"; "a ligature")]
    #[test_case("inter\u{ad}view", "interview"; "a soft hyphen")]
    #[test_case("inter\u{200b}view", "interview"; "a blank of no width")]
    #[test_case("inter\u{2060}view\u{feff}", "interview"; "a word joiner and a byte order mark")]
    #[test_case("\u{200f}\u{202b}ראיון\u{202c}", "ראיון"; "marks of direction")]
    #[test_case("می\u{200c}شود", "میشود"; "a joiner that parts letters")]
    #[test_case("Ｉｎｔｅｒｖｉｅｗ　２", "interview 2"; "letters of full width, and a blank of full width")]
    #[test_case("ﾐｰﾃｨﾝｸﾞ", "ミーティング"; "letters of half width")]
    #[test_case("⾯接", "面接"; "a radical in place of the character")]
    #[test_case("𝗜𝗻𝘁𝗲𝗿𝘃𝗶𝗲𝘄", "interview"; "bold letters of mathematics")]
    #[test_case("ⓘⓝⓣⓔⓡⓥⓘⓔⓦ", "interview"; "letters in circles")]
    #[test_case("Phase Ⅳ", "phase iv"; "a Roman number")]
    #[test_case("1\u{a0}on\u{202f}1", "1 on 1"; "blanks that do not break")]
    #[test_case("GROSSE STRASSE", "große Straße"; "a letter of two capitals")]
    #[test_case("GROẞE STRAẞE", "grosse strasse"; "the capital of that letter")]
    #[test_case("ΣΟΦΟΣ", "σοφος"; "a sigma in a word")]
    #[test_case("ΣΟΦΟΣ", "σοφος\u{2060}"; "not shown at the end")]
    #[test_case("σοφός", "ΣΟΦΌΣ"; "a sigma at the end of a word")]
    #[test_case("İSTANBUL TOPLANTISI", "istanbul toplantısı"; "both letters i of Turkish")]
    #[test_case("ISTANBUL TOPLANTISI", "İstanbul Toplantısı"; "written without a Turkish keyboard")]
    #[test_case("I\u{307}zmir", "izmir"; "a dotted i of two characters")]
    #[test_case("ﬀ ﬃ ﬆ ŉ ǰ", "FF FFI ST ʼN J̌"; "letters of several capitals")]
    #[test_case("ԵՒ", "և"; "a ligature of Armenian")]
    #[test_case("\u{212a}ickoff 5 \u{212b}", "kickoff 5 å"; "signs that are letters")]
    #[test_case("❤\u{fe0f} review", "❤ review"; "how a sign is drawn")]
    #[test_case("가", "\u{1100}\u{1161}"; "a syllable in parts")]
    fn texts_that_look_the_same_are_the_same(one: &str, other: &str) {
        assert_eq!(folded(one), folded(other));
    }

    #[test_case("resume", "résumé"; "an accent")]
    #[test_case("面接", "面談"; "another character")]
    #[test_case("か", "が"; "another sound")]
    #[test_case("1:1", "1-1"; "another sign")]
    fn texts_that_look_different_differ(one: &str, other: &str) {
        assert_ne!(folded(one), folded(other));
    }

    #[test_case("\u{fb01}nal I", "final I"; "a ligature")]
    #[test_case("Straße", "Straße"; "a letter of two capitals")]
    #[test_case("İ", "İ"; "a dotted capital")]
    #[test_case("RE\u{ad}VIEW", "REVIEW"; "a soft hyphen")]
    fn a_spelling_keeps_the_case(text: &str, expected: &str) {
        assert_eq!(normalised(text), expected);
    }

    proptest! {
        #[test]
        fn a_spelling_is_final(text in ".{0,12}") {
            let once = normalised(&text);
            prop_assert_eq!(normalised(&once), once.clone());
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
        }

        #[test]
        fn spelling_and_case_are_folded_in_any_order(text in ".{0,12}") {
            let expected = folded(&text);
            prop_assert_eq!(folded(&normalised(&text)), expected.clone());
            prop_assert_eq!(folded(&text.to_lowercase()), expected.clone());
            let parts: String = text.chars().flat_map(|one| [one, '\u{ad}']).collect();
            prop_assert_eq!(folded(&parts), expected);
        }
    }
}
