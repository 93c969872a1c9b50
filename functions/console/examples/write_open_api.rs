//! Writes the published OpenAPI document: `cargo run -p callsheet-console --example write_open_api`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    fs::write(file, format!("{:#}\n", callsheet_console::open_api()))
}
