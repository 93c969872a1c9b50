//! Laws of totals: parts add up, a meeting counts once, and the order of its copies does not
//! matter.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::{CountedBy, GroupedTotals, MeetingCopy, MeetingCounter, MeetingResult, MeetingTotals};
use crate::id::{CalendarId, DecisionKey, EventId, IcalUid};
use crate::revision::PolicyRevision;
use crate::time::plus;
use crate::verdict::RuleName;

const ALL: [CountedBy; 6] = [
    CountedBy::Day,
    CountedBy::Calendar,
    CountedBy::Rule,
    CountedBy::Policy,
    CountedBy::Platform,
    CountedBy::Class,
];

fn minute(minutes: i64) -> Timestamp {
    plus(Timestamp::UNIX_EPOCH, SignedDuration::from_mins(minutes))
}

/// The instant as of which meetings are counted: most are over.
fn now() -> Timestamp {
    minute(2_900)
}

prop_compose! {
    fn a_copy()(
        (meeting, event, calendar) in (0..6_u8, 0..30_u8, 0..4_u8),
        (start, length) in (select(vec![0, 60, 1_439, 1_440, 2_880]), select(vec![30, 60])),
        (rule, policy) in (select(vec!["external", "all", "deleted"]), 1..4_u64),
        platform in select(vec![None, Some("zoom"), Some("google_meet")]),
        result in select(MeetingResult::all().collect::<Vec<_>>()),
        delay in prop::option::of(-10..100_i64),
    ) -> MeetingCopy {
        let starts_at = minute(start);
        let joined_at = delay.filter(|_| result.is_scheduled());
        MeetingCopy {
            key: DecisionKey {
                ical_uid: IcalUid::parse(format!("meeting-{meeting}")).expect("an id"),
                event_id: EventId::parse(format!("event-{event}")).expect("an id"),
            },
            calendar_id: CalendarId::parse(format!("calendar-{calendar}")).expect("an id"),
            starts_at,
            ends_at: plus(starts_at, SignedDuration::from_mins(length)),
            rule: RuleName::named(rule),
            policy: PolicyRevision(policy),
            platform: platform.map(str::to_owned),
            result,
            joined_at: joined_at.map(|delay| plus(starts_at, SignedDuration::from_mins(delay))),
        }
    }
}

fn counted(by: CountedBy, mut copies: Vec<MeetingCopy>) -> GroupedTotals {
    copies.sort_by_key(|copy| copy.starts_at);
    let mut counter = MeetingCounter::new(by, now());
    for copy in copies {
        counter.add(copy);
    }
    counter.finish()
}

fn whole(groups: &GroupedTotals) -> MeetingTotals {
    let mut whole = MeetingTotals::default();
    for totals in groups.values() {
        whole.add_all(totals);
    }
    whole
}

proptest! {
    #[test]
    fn the_totals_of_any_groups_add_up_to_those_of_the_whole(
        copies in prop::collection::vec(a_copy(), 0..40),
    ) {
        let expected = whole(&counted(CountedBy::Day, copies.clone()));
        for by in ALL {
            let groups = counted(by, copies.clone());
            prop_assert_eq!(whole(&groups), expected.clone(), "{:?}", by);
            prop_assert!(groups.values().all(|totals| totals.seen() > 0));
        }
    }

    #[test]
    fn a_meeting_is_counted_once_whatever_the_number_and_order_of_its_copies(
        (copies, shuffled) in prop::collection::vec(a_copy(), 0..40).prop_flat_map(|copies| {
            let mut repeated = copies.clone();
            repeated.extend(copies.iter().take(5).cloned());
            (Just(copies), Just(repeated).prop_shuffle())
        }),
    ) {
        let totals = whole(&counted(CountedBy::Rule, copies.clone()));
        let takes_place = copies.iter().filter(|copy| copy.rule.as_str() != "deleted");
        let meetings: BTreeSet<_> = takes_place
            .clone()
            .filter(|copy| copy.ends_at <= now())
            .map(|copy| (&copy.key.ical_uid, copy.starts_at))
            .collect();
        prop_assert!(totals.seen() <= meetings.len() as u64);
        // A meeting whose copies end at different times may count as not over.
        if takes_place.clone().all(|copy| copy.ends_at <= now()) {
            prop_assert_eq!(totals.seen(), meetings.len() as u64);
        }
        // Copies of one event with one start but different results do not occur in a table.
        let mut keys = BTreeSet::new();
        if copies.iter().all(|copy| keys.insert((copy.key.clone(), copy.starts_at))) {
            for by in ALL {
                prop_assert_eq!(counted(by, shuffled.clone()), counted(by, copies.clone()));
            }
        }
    }

    #[test]
    fn each_wanted_meeting_was_recorded_or_is_lost_for_a_reason(
        copies in prop::collection::vec(a_copy(), 0..40),
    ) {
        for totals in counted(CountedBy::Platform, copies).values() {
            let lost: u64 = totals.lost().map(|(_, number)| number).sum();
            prop_assert_eq!(totals.wanted(), totals.recorded() + lost);
            prop_assert!(totals.wanted() <= totals.seen());
            prop_assert!(totals.scheduled() <= totals.wanted());
            prop_assert!(totals.recorded() <= totals.scheduled());
            prop_assert!(totals.joined() <= totals.scheduled());
            prop_assert_eq!(totals.percent() == Some(100), totals.wanted() > 0 && lost == 0);
            let delays = totals.delays();
            prop_assert!(delays.percentile(50) <= delays.percentile(95));
            prop_assert_eq!(delays.percentile(50).is_some(), totals.joined() > 0);
        }
    }
}
