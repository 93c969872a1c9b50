//! The program `callsheet`.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    callsheet_cli::main().await
}
