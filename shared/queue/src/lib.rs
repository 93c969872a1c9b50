//! Callsheet queue.
