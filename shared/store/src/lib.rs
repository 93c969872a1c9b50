//! Callsheet store.
