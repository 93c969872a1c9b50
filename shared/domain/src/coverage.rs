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
//!
//! What a look decided holds only as long as what it decided by. A new policy, a
//! new word, and the end of a pause each owe the calendar a look at everything.

use jiff::SignedDuration;

use crate::time::plus;
use crate::{Notice, NoticeKind, PolicyRevision, PreferenceRevision, Timestamp};

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
    /// How much of what people said it decided by.
    pub preferences: PreferenceRevision,
    /// Its verdicts hold until this instant: a pause ends then.
    pub holds_until: Option<Timestamp>,
}

/// Whether a calendar is owed a look at everything, whatever was noticed of it:
/// it was never looked at, or last by an older policy, or before the latest word
/// on it (`spoken`), or what was decided then held only until an instant that
/// has come.
#[must_use]
pub fn is_owed(
    last: Option<&Looked>,
    policy: PolicyRevision,
    spoken: PreferenceRevision,
    now: Timestamp,
) -> bool {
    last.is_none_or(|last| {
        last.policy < policy
            || last.preferences < spoken
            || last.holds_until.is_some_and(|until| until <= now)
    })
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

    /// The look that answers this at `now`, given the last finished one, the
    /// policy in force and the latest word: one at everything if that [is owed](is_owed).
    #[must_use]
    pub fn look(
        &self,
        last: Option<&Looked>,
        policy: PolicyRevision,
        spoken: PreferenceRevision,
        now: Timestamp,
    ) -> Look {
        let Some(last) = last.filter(|last| !is_owed(Some(last), policy, spoken, now)) else {
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
    const SPOKEN: PreferenceRevision = PreferenceRevision(2);

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
            preferences: SPOKEN,
            holds_until: None,
        }
    }

    /// The look that a notice asks for a while after everything else.
    fn asked(notice: &Notice, last: Option<&Looked>) -> Look {
        Ask::from(notice).look(last, POLICY, SPOKEN, at(1_000))
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
        assert_eq!(asked(&notice, last.as_ref()), expected);
    }

    #[test_case(|_| (), false; "nothing since")]
    #[test_case(|last| last.policy = PolicyRevision(2), true; "decided by an older policy")]
    #[test_case(|last| last.policy = PolicyRevision(4), false; "decided by a newer policy than we know")]
    #[test_case(|last| last.preferences = PreferenceRevision(1), true; "decided before the latest word")]
    #[test_case(|last| last.preferences = PreferenceRevision(3), false; "decided after a word we do not know")]
    #[test_case(|last| last.holds_until = Some(at(1_000)), true; "a pause ends this instant")]
    #[test_case(|last| last.holds_until = Some(at(1_001)), false; "a pause goes on")]
    fn owes_a_look_at_everything(change: impl FnOnce(&mut Looked), expected: bool) {
        let mut last = looked(200, None);
        change(&mut last);
        assert_eq!(is_owed(Some(&last), POLICY, SPOKEN, at(1_000)), expected);
        let covered = asked(&changed(100, 101), Some(&last));
        let wanted = if expected { Look::All } else { Look::Nothing };
        assert_eq!(covered, wanted, "a covered notice asks for what is owed");
    }

    #[test]
    fn a_calendar_never_looked_at_is_owed_a_look() {
        assert!(is_owed(
            None,
            PolicyRevision(0),
            PreferenceRevision(0),
            at(0)
        ));
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
            let ask = Ask::of(&notices).expect("some");
            let together = ask.look(Some(&last), POLICY, SPOKEN, at(1_000));
            for notice in &notices {
                let alone = asked(notice, Some(&last));
                if together == Look::Nothing {
                    prop_assert_eq!(alone, Look::Nothing);
                }
                if let (Look::Since(together), NoticeKind::EventsChanged { since }) = (together, notice.kind) {
                    prop_assert!(together <= since);
                }
            }
        }

        /// What is owed is asked for by any notice, and stays owed as policies,
        /// words and time go on.
        #[test]
        fn what_is_owed_is_looked_at_and_never_lapses(
            (policy, spoken, until) in (0_u64..4, 0_u64..4, prop::option::of(0_i64..40)),
            (in_force, latest, now) in (0_u64..4, 0_u64..4, 0_i64..40),
            (pushed, said, passed) in (0_u64..3, 0_u64..3, 0_i64..20),
            kind in 0_usize..3,
        ) {
            let last = Looked {
                policy: PolicyRevision(policy),
                preferences: PreferenceRevision(spoken),
                holds_until: until.map(at),
                ..looked(10, None)
            };
            let owed = |policy, spoken, now| {
                is_owed(Some(&last), PolicyRevision(policy), PreferenceRevision(spoken), at(now))
            };
            let is_owed_now = owed(in_force, latest, now);
            let kinds = [
                NoticeKind::EventsChanged { since: at(5) },
                NoticeKind::CalendarChanged,
                NoticeKind::LookAtAll,
            ];
            // Sent before the last look: whatever is looked at is owed.
            let ask = Ask::from(&notice(kinds[kind], 5));
            let look = ask.look(Some(&last), PolicyRevision(in_force), PreferenceRevision(latest), at(now));
            prop_assert_eq!(look, if is_owed_now { Look::All } else { Look::Nothing });
            if is_owed_now {
                prop_assert!(owed(in_force + pushed, latest + said, now + passed));
            }
        }
    }
}
