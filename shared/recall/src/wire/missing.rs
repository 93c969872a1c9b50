//! What is told of an event or a calendar that cannot be read.

/// Why text that is no whole object cannot be read.
pub(super) const SHAPE: &str = "not in the published shape";

/// The needed fields that are missing or cannot be read.
#[derive(Default)]
pub(super) struct Missing(Vec<&'static str>);

impl Missing {
    /// Passes the value of a needed field on, and notes the field if there is none.
    pub(super) fn needed<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.0.push(name);
        }
        value
    }

    /// The problem, without the values.
    pub(super) fn problem(&self) -> String {
        format!("missing or not readable: {}", self.0.join(", "))
    }
}
