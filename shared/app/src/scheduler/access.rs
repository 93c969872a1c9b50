//! What the calls of a run show about our access to Recall.
//!
//! A blocked call (403) may be about one payload or about our API key. Two of
//! two meetings, with no call between them that Recall let through, are taken
//! for a denial of the key.

use callsheet_domain::{Decision, IcalUid};

/// What the calls of a run show about our access to Recall.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// Recall has answered a call with something else than a denial or a block.
    is_admitted: bool,
    /// The meeting whose call was blocked, if none was let through since.
    blocked: Option<IcalUid>,
}

impl Access {
    /// Whether Recall has answered a call with something else than a denial or
    /// a block.
    pub(super) fn is_admitted(&self) -> bool {
        self.is_admitted
    }

    /// Notes an answer that is neither a denial nor a block.
    pub(super) fn admit(&mut self) {
        self.is_admitted = true;
    }

    /// Notes a call that Recall let through. That Recall was busy or did not
    /// answer says nothing about the API key.
    pub(super) fn let_through(&mut self) {
        self.blocked = None;
    }

    /// Notes that the call for `row` was blocked; returns whether that is taken
    /// for a denial. A row that was blocked before does not count once Recall
    /// has let a call through.
    pub(super) fn block(&mut self, row: &Decision) -> bool {
        if self.is_admitted && row.is_blocked() {
            return false;
        }
        let meeting = &row.key.ical_uid;
        self.blocked.get_or_insert_with(|| meeting.clone()) != meeting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{CallAttempt, CallResult, apply_result};
    use callsheet_testkit::{With as _, a_decision, at};

    fn row(meeting: &str) -> Decision {
        a_decision().with(|row| row.key.ical_uid = IcalUid::parse(meeting).expect("an ical_uid"))
    }

    #[test]
    fn two_blocked_meetings_are_a_denial_and_two_copies_are_not() {
        let mut access = Access::default();
        assert!(!access.block(&row("one")));
        assert!(!access.block(&row("one")));
        assert!(access.block(&row("two")));
    }

    #[test]
    fn a_call_that_was_let_through_in_between_starts_the_count_again() {
        let mut access = Access::default();
        assert!(!access.block(&row("one")));
        access.let_through();
        assert!(!access.block(&row("two")));
    }

    #[test]
    fn a_row_that_was_blocked_before_counts_only_until_recall_lets_a_call_through() {
        let blocked_before = |meeting| {
            let row = row(meeting);
            let attempt = CallAttempt::of(&row, at("09:30")).expect("it is due");
            let result = CallResult::Blocked {
                reason: "403".to_owned(),
                wait: std::time::Duration::from_mins(4),
            };
            apply_result(row, &attempt, result, at("09:30"))
        };
        let mut access = Access::default();
        assert!(!access.block(&row("one")));
        assert!(access.block(&blocked_before("two")));
        access.admit();
        assert!(!access.block(&blocked_before("three")));
    }
}
