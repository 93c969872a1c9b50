//! The published OpenAPI document is that of the routes and types.

use callsheet_console::{Route, open_api};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn the_published_open_api_document_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let published = fs::read_to_string(file).expect("the document");
    assert!(
        published == format!("{:#}\n", open_api()),
        "docs/openapi.json is out of date: `cargo run -p callsheet-console --example write_open_api` writes it"
    );
}

#[test]
fn each_reference_of_the_document_leads_somewhere() {
    let document = open_api();
    let text = document.to_string();
    let references: BTreeSet<_> = text.split("\"$ref\":\"#").skip(1).collect();
    assert!(!references.is_empty());
    for reference in references {
        let target = reference.split('"').next().expect("a reference");
        assert!(document.pointer(target).is_some(), "{target}");
    }
}

#[test]
fn each_operation_has_an_id_of_its_own() {
    let document = open_api();
    let ids: BTreeSet<_> = Route::ALL
        .into_iter()
        .map(|route| {
            let method = route.method().as_str().to_lowercase();
            document["paths"][route.template()][method]["operationId"].to_string()
        })
        .collect();
    assert_eq!(ids.len(), Route::ALL.len());
}
