//! Writes the published schemas: `cargo run -p callsheet-events --example write_event_schemas`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (kind, schema) in callsheet_events::schemas() {
        fs::write(folder.join(format!("{kind}.json")), format!("{schema:#}\n"))?;
    }
    Ok(())
}
