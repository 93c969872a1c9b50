//! One problem of a policy.

use serde::Serialize;

/// One problem of a policy, with its place: a line and column if the file is not
/// in the format, else a path in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    pub(crate) place: String,
    pub(crate) message: String,
}
