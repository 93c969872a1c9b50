//! The published schemas are those of the types.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn each_published_schema_is_that_of_its_document() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let files = fs::read_dir(&folder).expect("the folder of the schemas");
    let published: BTreeSet<_> = files
        .map(|file| file.expect("a file").file_name())
        .collect();
    let mut expected = BTreeSet::new();
    for (name, schema) in callsheet_api::schemas() {
        let file = format!("{name}.json");
        let text = fs::read_to_string(folder.join(&file)).unwrap_or_default();
        assert_eq!(
            text,
            format!("{schema:#}\n"),
            "{file} is out of date: `cargo run -p callsheet-api --example write_schemas` writes it"
        );
        expected.insert(file.into());
    }
    assert_eq!(
        published, expected,
        "files without a document, or without a schema"
    );
}
