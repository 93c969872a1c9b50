//! Stored rows that cannot be read: each costs only itself, and is named.

use crate::PortError;

/// What was read; its default if the row cannot be read, which is added to `problems`.
pub(crate) fn readable<T: Default>(
    read: Result<T, PortError>,
    problems: &mut Vec<String>,
) -> Result<T, PortError> {
    match read {
        Err(PortError::Unreadable { reason, .. }) => {
            problems.push(reason);
            Ok(T::default())
        }
        read => read,
    }
}
