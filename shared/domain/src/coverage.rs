//! Whether a notice still needs a look, and how far back a look reaches.
//!
//! Listing is the scarce thing, so a notice that a finished look has already
//! answered must not cost another. A look answers a notice when it **began
//! after the notice was sent**, so that what the notice tells of had happened,
//! and **reached back at least as far as the notice's `since`**, so that it was
//! in the list. Both must hold of one and the same look. Two looks cannot be
//! added up: an event that enters Recall's window of days brings an old
//! `updated_at` with it, so a later, narrower look does not extend an earlier,
//! wider one.
//!
//! A look also reaches back to where the last one began, with an overlap. So a
//! notice that never came is healed by the next one that does.

use jiff::SignedDuration;

use crate::time::plus;
use crate::{Notice, NoticeKind, PolicyRevision, Timestamp};

/// How far the clocks of our own functions may differ. Machines of one region
/// are kept within milliseconds of each other.
const OWN_CLOCKS: SignedDuration = SignedDuration::from_millis(500);

/// How much a look overlaps the one before, and so how far Recall's clock may
/// differ from ours.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// A finished look at a calendar's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// When its first page was asked for.
    pub began_at: Timestamp,
    /// The earliest `updated_at` it asked for; none if it asked for everything.
    pub since: Option<Timestamp>,
    /// The policy it decided by.
    pub policy: PolicyRevision,
}

/// Which of a calendar's events to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// None: what is known is new enough.
    Nothing,
    /// Those changed at or after an instant.
    Since(Timestamp),
    /// All that Recall keeps up to date.
    All,
}

/// What the notices of one batch ask about one calendar, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The calendar itself changed.
    pub is_calendar_changed: bool,
    since: Option<Timestamp>,
    is_all: bool,
    sent_at: Timestamp,
}

impl Ask {
    /// Takes notices about one calendar together; none ask nothing.
    #[must_use]
    pub fn of<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Option<Self> {
        notices.into_iter().map(Self::from).reduce(Self::and)
    }

    fn and(self, other: Self) -> Self {
        Self {
            is_calendar_changed: self.is_calendar_changed || other.is_calendar_changed,
            since: [self.since, other.since].into_iter().flatten().min(),
            is_all: self.is_all || other.is_all,
            sent_at: self.sent_at.max(other.sent_at),
        }
    }

    /// The look that answers this, given the last finished one and the policy in force.
    ///
    /// A calendar never looked at, or last looked at by another policy, is owed
    /// a look at everything.
    #[must_use]
    pub fn look(&self, last: Option<&Looked>, policy: PolicyRevision) -> Look {
        let Some(last) = last.filter(|last| last.policy >= policy) else {
            return Look::All;
        };
        let is_newer = last.began_at > plus(self.sent_at, OWN_CLOCKS);
        if self.is_all {
            let is_covered = is_newer && last.since.is_none();
            return if is_covered { Look::Nothing } else { Look::All };
        }
        let Some(since) = self.since else {
            return Look::Nothing;
        };
        if is_newer && last.since.is_none_or(|reached| reached <= since) {
            return Look::Nothing;
        }
        Look::Since(since.min(plus(last.began_at, -OVERLAP)))
    }
}

impl From<&Notice> for Ask {
    fn from(notice: &Notice) -> Self {
        let (is_calendar_changed, since, is_all) = match notice.kind {
            NoticeKind::EventsChanged { since } => (false, Some(since), false),
            NoticeKind::CalendarChanged => (true, None, false),
            NoticeKind::LookAtAll => (false, None, true),
        };
        Self {
            is_calendar_changed,
            since,
            is_all,
            sent_at: notice.sent_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CalendarId;
    use proptest::prelude::*;
    use test_case::test_case;

    const POLICY: PolicyRevision = PolicyRevision(3);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn notice(kind: NoticeKind, sent: i64) -> Notice {
        let calendar_id = CalendarId::parse("calendar").expect("an id");
        Notice {
            calendar_id,
            kind,
            sent_at: at(sent),
        }
    }

    fn changed(since: i64, sent: i64) -> Notice {
        notice(NoticeKind::EventsChanged { since: at(since) }, sent)
    }

    fn looked(began: i64, since: Option<i64>) -> Looked {
        Looked {
            began_at: at(began),
            since: since.map(at),
            policy: POLICY,
        }
    }

    #[test_case(changed(100, 101), None, Look::All; "never looked")]
    #[test_case(changed(100, 101), Some(looked(90, None)), Look::Since(at(60)); "the last look is older, so this one overlaps it")]
    #[test_case(changed(10, 101), Some(looked(90, None)), Look::Since(at(10)); "the change is older than the last look")]
    #[test_case(changed(100, 101), Some(looked(110, None)), Look::Nothing; "covered by a look at everything")]
    #[test_case(changed(100, 101), Some(looked(110, Some(100))), Look::Nothing; "covered by one that reached as far")]
    #[test_case(changed(100, 101), Some(looked(110, Some(105))), Look::Since(at(80)); "the later look did not reach back")]
    #[test_case(changed(100, 110), Some(looked(110, None)), Look::Since(at(80)); "sent as the look began")]
    #[test_case(notice(NoticeKind::CalendarChanged, 101), Some(looked(90, None)), Look::Nothing; "a calendar's own change needs no list")]
    #[test_case(notice(NoticeKind::CalendarChanged, 101), None, Look::All; "but a first look does")]
    #[test_case(notice(NoticeKind::LookAtAll, 101), Some(looked(110, Some(0))), Look::All; "everything is more than since")]
    #[test_case(notice(NoticeKind::LookAtAll, 101), Some(looked(110, None)), Look::Nothing; "everything was looked at")]
    fn looks(notice: Notice, last: Option<Looked>, expected: Look) {
        let ask = Ask::of([&notice]).expect("one notice");
        assert_eq!(ask.look(last.as_ref(), POLICY), expected);
    }

    #[test]
    fn a_new_policy_wants_everything_looked_at() {
        let ask = Ask::of([&changed(100, 101)]).expect("one notice");
        assert_eq!(
            ask.look(Some(&looked(200, None)), PolicyRevision(4)),
            Look::All
        );
    }

    #[test]
    fn no_notices_ask_nothing() {
        assert_eq!(Ask::of([]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Against the obvious slow model: every notice answered on its own.
        #[test]
        fn an_ask_is_skipped_only_if_each_notice_alone_would_be(
            notices in prop::collection::vec((0_i64..200, 0_i64..200), 1..6),
            began in 0_i64..260,
            since in prop::option::of(0_i64..200),
        ) {
            let last = looked(began, since);
            let notices: Vec<_> = notices.into_iter().map(|(since, sent)| changed(since, sent)).collect();
            let together = Ask::of(&notices).expect("some").look(Some(&last), POLICY);
            for notice in &notices {
                let alone = Ask::from(notice).look(Some(&last), POLICY);
                if together == Look::Nothing {
                    prop_assert_eq!(alone, Look::Nothing);
                }
                if let (Look::Since(together), NoticeKind::EventsChanged { since }) = (together, notice.kind) {
                    prop_assert!(together <= since);
                }
            }
        }
    }
}
