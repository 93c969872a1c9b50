//! Words in a text, by Unicode's rules for word boundaries.
//!
//! Most scripts have blanks between words: there a word is a run of letters and digits with
//! their marks, and is compared whole. Chinese, Japanese, Thai, Lao, Khmer, Burmese and some
//! others have none. Their letters are compared one by one, so that a word is found wherever
//! it stands. Where the two kinds meet, as in `Zoom面接`, a word ends.
//!
//! Unicode's rules part `l'entretien` and `interview_2` less than people who look for a word
//! expect. So a sign always ends a word.

use icu_properties::props::WordBreak;
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};

use crate::spelling::folded;

const WORD_BREAK: CodePointMapDataBorrowed<'static, WordBreak> =
    CodePointMapData::<WordBreak>::new();

/// Signs behind a name that normalisation makes letters of: `Zoom™` is `Zoom`.
const BEHIND_NAMES: [char; 2] = ['™', '℠'];

/// The words of a text, in one spelling and without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// The whole text.
    text: String,
    words: Vec<Word>,
}

/// A word, or a letter of a script that has no blanks between words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    text: String,
    is_letter: bool,
    /// It is a letter right behind another such letter.
    is_joined: bool,
}

impl Words {
    /// The words of `text`.
    pub(super) fn of(text: &str) -> Self {
        let text = folded(&text.replace(BEHIND_NAMES, " "));
        let words = split(&text);
        Self { text, words }
    }

    /// Whether `phrase` is in this text: its words, whole and in that order.
    ///
    /// Signs and blanks between words do not matter, so `1:1` is in `Sales 1-1 Support`, but
    /// not in `11:10`. Letters that are joined in the phrase are joined in the text: `面接` is
    /// not in `対面 接客`. A phrase without letters and digits is looked for as it is; blanks
    /// are in no text.
    pub(super) fn have(&self, phrase: &Self) -> bool {
        let wanted = &phrase.words;
        if wanted.is_empty() {
            let sign = phrase.text.trim();
            return !sign.is_empty() && self.text.contains(sign);
        }
        let is_same = |(found, wanted): (&Word, &Word)| {
            found.text == wanted.text && (found.is_joined || !wanted.is_joined)
        };
        let mut windows = self.words.windows(wanted.len());
        windows.any(|window| window.iter().zip(wanted).all(is_same))
    }
}

/// A word or phrase that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    written: String,
    words: Words,
}

impl Phrase {
    /// The phrase; none if nothing of it is shown.
    pub(super) fn of(written: &str) -> Option<Self> {
        let words = Words::of(written);
        let is_shown = !words.text.trim().is_empty();
        is_shown.then(|| Self {
            written: written.to_owned(),
            words,
        })
    }

    /// The phrase as it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it is in a text of these words.
    pub(super) fn is_in(&self, text: &Words) -> bool {
        text.have(&self.words)
    }

    /// Whether `other` is in it.
    pub(super) fn has(&self, other: &Self) -> bool {
        self.words.have(&other.words)
    }

    /// Whether it is `other` in another spelling or case.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

/// Whether `text` has `phrase`, as [`Words::have`] says.
pub(super) fn has_word(text: &str, phrase: &str) -> bool {
    Words::of(text).have(&Words::of(phrase))
}

fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // Whether nothing stands between the last word and the next character.
    let mut is_adjacent = false;
    for character in text.chars() {
        let class = WORD_BREAK.get(character);
        let last = words.last_mut().filter(|_| is_adjacent);
        if is_mark(class) {
            if let Some(word) = last {
                word.text.push(character);
            }
            continue;
        }
        if !character.is_alphanumeric() {
            is_adjacent = false;
            continue;
        }
        let is_letter = matches!(class, WordBreak::Other | WordBreak::Katakana);
        match last {
            Some(word) if !word.is_letter && !is_letter => word.text.push(character),
            last => {
                let is_joined = is_letter && last.is_some_and(|word| word.is_letter);
                words.push(Word {
                    text: character.to_string(),
                    is_letter,
                    is_joined,
                });
            }
        }
        is_adjacent = true;
    }
    words
}

/// Whether a character belongs to the one before it, as accents and vowel signs do.
fn is_mark(class: WordBreak) -> bool {
    matches!(
        class,
        WordBreak::Extend | WordBreak::Format | WordBreak::ZWJ
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use test_case::test_case;

    #[test_case("Weekly sync", "weekly sync", true; "the whole text")]
    #[test_case("The WEEKLY\tSync, again", "weekly sync", true; "case, blanks and signs between")]
    #[test_case("Interviewing sales", "interview", false; "a part of a word")]
    #[test_case("(interview)", "interview", true; "signs around")]
    #[test_case("sync weekly", "weekly sync", false; "another order")]
    #[test_case("weekly team sync", "weekly sync", false; "a word between")]
    #[test_case("Sales 1:1 Support", "1:1", true; "digits and a sign")]
    #[test_case("Sales 1-1 Support", "1:1", true; "another sign")]
    #[test_case("at 11:10", "1:1", false; "parts of numbers")]
    #[test_case("Gespräch über ÖPNV", "öpnv", true; "letters of any alphabet")]
    #[test_case("<> weekly", "<>", true; "a sign alone")]
    #[test_case("weekly", "<>", false; "a sign that is not there")]
    #[test_case("❤\u{fe0f} demo", "❤", true; "a sign, however it is drawn")]
    #[test_case("weekly", "", false; "nothing")]
    #[test_case("a b", " ", false; "a blank")]
    #[test_case("weekly", "\u{ad}", false; "nothing that is shown")]
    #[test_case("", "weekly", false; "no text")]
    #[test_case("Zoom™ demo", "zoom", true; "a sign behind a name")]
    #[test_case("①on①", "1on1", true; "digits in circles")]
    #[test_case("interview_notes", "interview", true; "a line between words")]
    #[test_case("call with acme.com", "acme", true; "a stop within a name")]
    #[test_case("L’entretien annuel", "entretien", true; "an article before a word")]
    #[test_case("Cafe\u{301} talk", "café", true; "an accent of its own")]
    #[test_case("Cafe\u{301} talk", "cafe", false; "a word that goes on with an accent")]
    #[test_case("re\u{ad}view of inter\u{200b}views", "review", true; "a soft hyphen")]
    #[test_case("\u{fb01}nal review", "final", true; "a ligature")]
    #[test_case("ＩＮＴＥＲＶＩＥＷ：Ａ", "interview", true; "full width")]
    #[test_case("STRASSENFEST", "straßenfest", true; "a letter of two capitals")]
    #[test_case("İŞ GÖRÜŞMESİ", "iş görüşmesi", true; "dotted capitals")]
    fn finds_whole_words(text: &str, phrase: &str, expected: bool) {
        assert_eq!(has_word(text, phrase), expected);
    }

    #[test_case("山田さん面接のお知らせ", "面接", true; "Japanese")]
    #[test_case("山田さん面接のお知らせ", "お知らせ", true; "Hiragana at the end")]
    #[test_case("山田さん面談のお知らせ", "面接", false; "Japanese that is not there")]
    #[test_case("対面 接客研修", "面接", false; "letters that a blank parts")]
    #[test_case("人事面接", "人事 面接", true; "two words that stand together")]
    #[test_case("人事・面接", "人事 面接", true; "two words that a sign parts")]
    #[test_case("プロジェクトレビュー", "レビュー", true; "Katakana")]
    #[test_case("ﾌﾟﾛｼﾞｪｸﾄﾚﾋﾞｭｰ", "レビュー", true; "Katakana of half width")]
    #[test_case("レビ", "レビュー", false; "half of a word")]
    #[test_case("Zoom面接", "面接", true; "behind Latin letters")]
    #[test_case("Zoom面接", "zoom", true; "Latin letters before others")]
    #[test_case("Zoom 面接", "Zoom面接", true; "a blank between scripts")]
    #[test_case("1on1面談", "1on1", true; "digits and Latin letters")]
    #[test_case("11on1面談", "1on1", false; "another number")]
    #[test_case("Q3レビュー会", "q3 レビュー", true; "mixed, with a blank in the phrase")]
    #[test_case("第3回定例会議", "3回定例", true; "a digit inside")]
    #[test_case("第13回定例会議", "3回定例", false; "another number inside")]
    #[test_case("佐々木さん", "佐々木", true; "a sign that repeats a character")]
    #[test_case("项目面试安排", "面试", true; "Chinese")]
    #[test_case("專案面試安排", "面試", true; "Chinese in traditional characters")]
    #[test_case("ประชุมสัมภาษณ์งานทีม", "สัมภาษณ์", true; "Thai")]
    #[test_case("ประชุมทีม", "สัมภาษณ์", false; "Thai that is not there")]
    #[test_case("ที่ปรึกษา", "ที", false; "a Thai letter without its mark")]
    #[test_case("ทำงาน", "ท\u{e4d}\u{e32}งาน", true; "a Thai vowel of two characters")]
    #[test_case("ກອງປະຊຸມສໍາພາດ", "ສໍາພາດ", true; "Lao")]
    #[test_case("កិច្ចប្រជុំសម្ភាសន៍", "សម្ភាសន៍", true; "Khmer")]
    #[test_case("အလုပ်အင်တာဗျူးအစည်းအဝေး", "အင်တာဗျူး", true; "Burmese")]
    fn finds_words_in_scripts_without_blanks(text: &str, phrase: &str, expected: bool) {
        assert_eq!(has_word(text, phrase), expected);
    }

    #[test_case("채용 면접 일정", "면접", true; "Korean")]
    #[test_case("면접관 교육", "면접", false; "a part of a Korean word")]
    #[test_case("साक्षात्कार बैठक", "साक्षात्कार", true; "Hindi")]
    #[test_case("साक्षात्कारकर्ता", "साक्षात्कार", false; "a part of a Hindi word")]
    #[test_case("स्टेटस", "टेटस", false; "a part that a mark joins")]
    #[test_case("مقابلة عمل", "مقابلة", true; "Arabic")]
    #[test_case("ﻣﻘﺎﺑﻠﺔ", "مقابلة", true; "Arabic letters by their place in the word")]
    #[test_case("ראיון עבודה", "ראיון", true; "Hebrew")]
    #[test_case("Собеседование: продажи", "собеседование", true; "Russian")]
    #[test_case("собеседованием", "собеседование", false; "a part of a Russian word")]
    #[test_case("Phỏng vấn", "PHỎNG VẤN", true; "Vietnamese")]
    fn finds_whole_words_in_scripts_with_blanks(text: &str, phrase: &str, expected: bool) {
        assert_eq!(has_word(text, phrase), expected);
    }

    fn a_piece() -> impl Strategy<Value = String> {
        let pieces = [
            "面", "接", "レ", "ー", "ท", "ี่", "a", "É", "e\u{301}", "1", "ß",
        ];
        prop::sample::select(pieces.to_vec()).prop_map(str::to_owned)
    }

    proptest! {
        /// Whatever stands around a phrase, it is found if a blank or a sign parts it.
        #[test]
        fn a_phrase_is_found_in_a_text_around_it(
            phrase in prop::collection::vec(a_piece(), 1..5).prop_map(|all| all.concat()),
            before in ".{0,8}",
            behind in ".{0,8}",
            sign in prop::sample::select(vec![" ", "、", "/", "\u{3000}", ":"]),
        ) {
            let text = format!("{before}{sign}{phrase}{sign}{behind}");
            // A mark at the beginning of the phrase has nothing to stand on.
            prop_assume!(!Words::of(&phrase).words.is_empty());
            let is_mark = |text: &str| text.starts_with(|one| is_mark(WORD_BREAK.get(one)));
            prop_assume!(!is_mark(&folded(&phrase)));
            prop_assert!(has_word(&text, &phrase), "{text:?} has {phrase:?}");
        }

        /// A text is found in itself in every spelling.
        #[test]
        fn a_text_is_found_in_itself(text in "[\\p{L}\\p{N}][^\\p{C}]{0,12}") {
            prop_assert!(has_word(&text, &text));
            prop_assert!(has_word(&text.to_uppercase(), &text.to_lowercase()));
        }
    }
}
