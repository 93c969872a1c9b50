//! Callsheet testkit.
