//! Callsheet recall.
