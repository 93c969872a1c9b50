//! Nothing that is printed commands the terminal or hides what is shown.

use std::fs;
use std::path::{Path, PathBuf};

use comfy_table::Cell;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::render::{Field, table};
use crate::screen::Screen;

/// Characters of each kind that a title could hold.
const HOSTILE: [&str; 14] = [
    "\u{1b}]0;owned\u{7}",
    "\u{1b}[2J",
    "\r",
    "\u{7f}",
    "\u{9b}31m",
    "\u{202e}gnp.exe",
    "\u{2066}a\u{2069}",
    "\u{200f}",
    "\u{61c}",
    "pay\u{200b}pal",
    "\u{200d}\u{feff}\u{2060}",
    "\u{2028}\u{2029}\u{85}",
    "\u{e0041}",
    "\u{ad}\u{3164}",
];

fn is_safe(text: &str) -> bool {
    !has_unsafe(text)
}

#[test]
fn each_hostile_character_is_replaced_in_text_and_escaped_in_json() {
    for hostile in HOSTILE {
        let text = safe_text(&format!("a{hostile}b\nc"));
        assert!(is_safe(&text), "{text:?}");
        assert!(text.ends_with("b\nc"), "{text:?}");
        let line = in_one_line(&format!("a{hostile}\nb"));
        assert!(is_safe(&line) && !line.contains('\n'), "{line:?}");
        let value = json!({ "title": hostile });
        let shown = safe_json(&serde_json::to_string_pretty(&value).expect("JSON"));
        assert!(is_safe(&shown), "{shown:?}");
        let read: Value = serde_json::from_str(&shown).expect("it is still JSON");
        assert_eq!(read, value);
    }
    let title = "Frühstück mit 株式会社 🚀 – Ελλάδα";
    assert_eq!(safe_text(title), title, "other scripts stay");
}

/// A cell is as wide as the terminal shows it, so the columns stay in line.
#[test]
fn columns_stay_in_line_whatever_the_cells_hold() {
    for hostile in HOSTILE.into_iter().chain(["株式会社", "🚀", "é"]) {
        let mut table = table(&Screen::default(), ["meeting", "bots"]);
        table.add_row([Field::text(format!("a{hostile}b")), Field::number(7)]);
        let text = table.text();
        assert!(is_safe(&text), "{text:?}");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text:?}");
        let width = |line: &str| {
            let mut probe = comfy_table::Table::new();
            probe.set_header([Cell::new(line)]);
            let drawn = probe.to_string();
            drawn.lines().next().expect("a line").len()
        };
        assert_eq!(width(lines[0]), width(lines[2]), "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_printed_is_safe(text in any::<String>()) {
        prop_assert!(is_safe(&safe_text(&text)));
        let line = in_one_line(&text);
        prop_assert!(is_safe(&line) && !line.contains('\n'));
        let value = json!([text, {text.clone(): 1}]);
        let shown = safe_json(&value.to_string());
        prop_assert!(is_safe(&shown));
        prop_assert_eq!(serde_json::from_str::<Value>(&shown).ok(), Some(value));
    }
}

/// Other files print nothing themselves, so nothing passes by this module.
#[test]
fn everything_is_printed_by_this_module() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files_below(&source) {
        if path.ends_with("terminal.rs") || path.ends_with("terminal/tests.rs") {
            continue;
        }
        let code = fs::read_to_string(&path).expect("a source file");
        for way_out in [
            "print!(",
            "println!(",
            "dbg!(",
            "stdout()",
            "stderr().lock",
            "stderr();",
        ] {
            assert!(!code.contains(way_out), "{} uses {way_out}", path.display());
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
