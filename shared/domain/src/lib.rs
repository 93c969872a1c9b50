//! Callsheet domain.
