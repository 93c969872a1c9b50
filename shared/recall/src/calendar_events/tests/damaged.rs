//! Bytes of an event are damaged, or it seems to end in the middle, and the others are read.

use std::sync::LazyLock;

use proptest::test_runner::TestCaseError;
use test_case::test_case;

use super::*;

/// A change to the bytes of an event, wherever they are.
#[derive(Debug, Clone)]
enum Damage {
    Insert(Vec<u8>),
    InsertBefore(Vec<u8>),
    Replace(usize, Vec<u8>),
    Truncate,
}

fn damage() -> impl Strategy<Value = Damage> {
    let structure = prop::sample::select(br#"{}[]",:\ "#.to_vec());
    let bytes = || {
        let byte = prop_oneof![3 => structure.clone(), 1 => any::<u8>()];
        prop::collection::vec(byte, 0..4)
    };
    // What opens, and closes where the list does.
    let around = ["[", "[0, ", "[\"\", ", "[[", "{\"a\": ["];
    let around = prop::sample::select(around.map(|text| text.as_bytes().to_vec()).to_vec());
    prop_oneof![
        8 => bytes().prop_map(Damage::Insert),
        1 => around.prop_map(Damage::InsertBefore),
        8 => (1..40_usize, bytes()).prop_map(|(length, by)| Damage::Replace(length, by)),
        8 => Just(Damage::Truncate),
    ]
}

/// A page of four events, of which that at `index` is damaged at its byte `at`.
fn damaged_page(damage: &Damage, index: usize, at: usize, is_next_first: bool) -> Vec<u8> {
    let mut event = object(&fields(index)).into_bytes();
    match damage {
        Damage::Insert(bytes) => drop(event.splice(at..at, bytes.iter().copied())),
        Damage::InsertBefore(bytes) => drop(event.splice(0..0, bytes.iter().copied())),
        Damage::Replace(length, by) => {
            let end = event.len().min(at + length);
            event.splice(at..end, by.iter().copied());
        }
        Damage::Truncate => event.truncate(at),
    }
    let events: Vec<_> = (0..4)
        .map(|number| {
            if number == index {
                event.clone()
            } else {
                object(&fields(number)).into_bytes()
            }
        })
        .collect();
    let next = br#""next": "https://recall.example/?cursor=2""#.as_slice();
    let results = [
        br#""results": ["#.as_slice(),
        &events.join(b", ".as_slice()),
        b"]",
    ]
    .concat();
    let fields = if is_next_first {
        [next, results.as_slice()]
    } else {
        [results.as_slice(), next]
    };
    [b"{", fields.join(b", ".as_slice()).as_slice(), b"}"].concat()
}

/// A page of four events, of which that at `index` has `closing` behind its first fields, so
/// that it seems to end there.
fn closed_page(index: usize, first: usize, closing: &[u8]) -> Vec<u8> {
    let event = |number| {
        let fields = fields(number);
        let (before, behind) = fields.split_at(first.min(fields.len() - 1));
        if number != index {
            return object(&fields).into_bytes();
        }
        let before = object(before);
        let before = before.strip_suffix('}').expect("an object");
        let behind = object(behind);
        let behind = behind.strip_prefix('{').expect("an object");
        [before.as_bytes(), closing, b", ", behind.as_bytes()].concat()
    };
    let events: Vec<_> = (0..4).map(event).collect();
    let events = events.join(b", ".as_slice());
    let next = br#"], "next": "https://recall.example/?cursor=2"}"#;
    [br#"{"results": ["#, events.as_slice(), next].concat()
}

/// The event of this number, as a page without damage lists it.
fn undamaged(number: usize) -> CalendarEvent {
    let text = object(&fields(number));
    read_event(&RawEvent::of(text.as_bytes())).expect("an event")
}

/// The law of damage to the event at `index`: every other event is read as it is, or the page is
/// refused as a whole. The damaged one is read or reported, and of half an event nothing is read.
fn costs_no_other(
    damage: &Damage,
    index: usize,
    read: &Result<PageOfEvents, PageProblem>,
) -> Result<(), TestCaseError> {
    let page = match read {
        Ok(page) => page,
        Err(problem) => {
            // Whether the last event ends, or the page is cut off, cannot always be told.
            prop_assert!(index == 3, "{problem}");
            return Ok(());
        }
    };
    prop_assert!(page.next.is_some(), "the list ends early");
    let (whole, damaged): (Vec<_>, Vec<_>) = UNDAMAGED
        .iter()
        .zip(0..)
        .partition(|(_, number)| *number != index);
    let mut others: Vec<_> = page.events.iter().collect();
    for (expected, number) in whole {
        let read = others.iter().position(|event| *event == expected);
        prop_assert!(read.is_some(), "event {number} is lost: {page:?}");
        others.retain(|event| *event != expected);
    }
    prop_assert!(others.len() <= 1, "{others:?}");
    // What was inserted beside the event may be an odd item, and the event is whole.
    if others == [damaged[0].0] {
        return Ok(());
    }
    let is_reported = !page.unreadable.is_empty();
    prop_assert_eq!(
        others.is_empty(),
        is_reported,
        "the damaged event is reported: {:?}",
        page
    );
    if matches!(damage, Damage::Truncate) {
        prop_assert!(others.is_empty(), "half an event is read: {others:?}");
    }
    Ok(())
}

/// The events as a page without damage lists them.
static UNDAMAGED: LazyLock<[CalendarEvent; 4]> = LazyLock::new(|| [0, 1, 2, 3].map(undamaged));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// An event that seems to end behind some of its fields is not taken for a whole one.
    #[test]
    fn half_an_event_is_never_read(
        index in 0..4_usize,
        first in 2..14_usize,
        closing in prop::collection::vec(prop::sample::select(b"}],, \n".to_vec()), 0..4),
        length in 1..2_000_usize,
    ) {
        let closing = [b"}".as_slice(), &closing].concat();
        let body = closed_page(index, first, &closing);
        let Ok(page) = read(&body, length) else {
            prop_assert!(index == 3, "only a last event may cost its page");
            return Ok(());
        };
        let others: Vec<_> = (0..4).filter(|number| *number != index).map(undamaged).collect();
        prop_assert_eq!(page.events, others);
        prop_assert!(page.next.is_some() && !page.unreadable.is_empty());
    }

    #[test]
    fn an_event_damaged_at_any_byte_costs_no_other(
        damage in damage(),
        index in 0..4_usize,
        place in any::<prop::sample::Index>(),
        is_next_first: bool,
        length in 1..2_000_usize,
    ) {
        let at = place.index(object(&fields(index)).len());
        let body = damaged_page(&damage, index, at, is_next_first);
        costs_no_other(&damage, index, &read(&body, length))?;
    }
}

/// Damage that makes two objects of one, or seems to, and the most common of other damage.
#[test_case(&Damage::Insert(b"},{".to_vec()); "two objects")]
#[test_case(&Damage::Insert(b"}, {".to_vec()); "two objects with a blank")]
#[test_case(&Damage::Replace(2, b"},{".to_vec()); "two objects in place of a comma")]
#[test_case(&Damage::Insert(b"},\n,{".to_vec()); "two objects and nothing in between")]
#[test_case(&Damage::Insert(b"},{},{".to_vec()); "two objects and an empty one")]
#[test_case(&Damage::Insert(b"}],[{".to_vec()); "an end of the list")]
#[test_case(&Damage::Insert(b"}".to_vec()); "an end of an object")]
#[test_case(&Damage::Insert(b"{".to_vec()); "a beginning of an object")]
#[test_case(&Damage::Insert(b"\"".to_vec()); "a quote")]
#[test_case(&Damage::Replace(1, Vec::new()); "a byte less")]
#[test_case(&Damage::Truncate; "no end")]
fn the_same_damage_at_each_byte_in_turn_costs_no_other(damage: &Damage) {
    for index in [1, 3] {
        for at in 0..object(&fields(index)).len() {
            // The pieces in which a page arrives have any length, and the cursor any place.
            let (length, is_next_first) = (1 + at * 7 % 997, at % 2 == 0);
            let body = damaged_page(damage, index, at, is_next_first);
            let costs = costs_no_other(damage, index, &read(&body, length));
            costs.unwrap_or_else(|error| panic!("{damage:?} at {at} of event {index}: {error}"));
        }
    }
}
