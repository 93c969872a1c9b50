//! The settings that the functions read, from their source.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

pub(crate) use callsheet_tests::Template;

/// The settings that a function reads from its environment, by the folder of its code.
pub(crate) fn settings_read_by(code: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(code)
        .join("src");
    let mut names = BTreeSet::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of code") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let code = fs::read_to_string(path).expect("its text");
            let quoted = code.split('"').skip(1).step_by(2);
            names.extend(quoted.filter(|text| is_setting(text)).map(str::to_owned));
        }
    }
    names
}

/// Whether a string literal is a setting's name. No other literal in these files has this form.
fn is_setting(text: &str) -> bool {
    text.contains('_')
        && text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
