//! Callsheet runtime.
