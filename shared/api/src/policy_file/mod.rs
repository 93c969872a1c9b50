//! Policies as texts, in YAML or JSON: parsed, written, and checked with the line and column of
//! each problem. The command line checks files by it, and the HTTP API what a person types.

mod document;
mod lint;
mod places;
mod source_map;

pub use document::{PolicyFile, to_yaml};
pub use lint::{compile, lint, located};
