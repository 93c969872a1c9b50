//! Callsheet app.
