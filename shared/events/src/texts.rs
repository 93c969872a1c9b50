//! Whether events have texts, which may be personal.

/// Whether events have the texts of a meeting: its title, its link, and Recall's words about
/// calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// They have.
    Kept,
    /// They have ids and facts only.
    LeftOut,
}

impl Texts {
    /// `text`, if events have texts.
    pub(crate) fn kept(self, text: Option<&String>) -> Option<String> {
        text.filter(|_| self == Self::Kept).cloned()
    }
}
