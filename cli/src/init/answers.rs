//! The answers to the five questions.

use crate::arguments::Recorded;

/// What a first policy is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answers {
    /// Which meetings are recorded.
    pub(super) record: Recorded,
    /// Domains that are ours, besides that of each calendar.
    pub(super) own_domains: Vec<String>,
    /// Domains with whose people nothing is recorded.
    pub(super) denied_domains: Vec<String>,
    /// Words in titles of meetings that are never recorded.
    pub(super) skip_titles: Vec<String>,
    /// The bot's name.
    pub(super) bot_name: String,
    /// For how many days Recall keeps recordings; none for as long as the account has it.
    pub(super) keep_days: Option<u32>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            record: Recorded::default(),
            own_domains: Vec::new(),
            denied_domains: Vec::new(),
            skip_titles: Vec::new(),
            bot_name: "Notes".to_owned(),
            keep_days: None,
        }
    }
}

/// The parts of a list with commas between them; none if it is empty.
pub(super) fn list<T: AsRef<str>>(parts: impl IntoIterator<Item = T>) -> Vec<String> {
    let parts = parts.into_iter();
    let parts = parts.map(|part| part.as_ref().trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}
