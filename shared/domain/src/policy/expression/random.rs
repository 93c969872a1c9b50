//! Random facts, well-formed conditions, and texts that are almost conditions.

use proptest::prelude::*;
use proptest::sample::select;

use crate::email::Email;
use crate::event::{CalendarMetadata, ResponseStatus};
use crate::fact::{Fact, FactType, FactValue, FactValues, Person};

const ANY_TEXTS: &[&str] = &[
    "",
    "weekly sync",
    "1",
    "acme.example",
    "ann@acme.example",
    "é",
];

fn a_person() -> impl Strategy<Value = Person> {
    let answers = [
        ResponseStatus::Accepted,
        ResponseStatus::Declined,
        ResponseStatus::Pending,
    ];
    let address = select(vec![
        "ann@acme.example",
        "bob@b.acme.example",
        "eve@other.example",
    ]);
    let fields = (address, select(answers.to_vec()), any::<[bool; 3]>());
    fields.prop_map(
        |(address, response, [is_optional, is_resource, is_organizer])| Person {
            email: Email::parse(address).unwrap(),
            response,
            is_optional,
            is_resource,
            is_organizer,
        },
    )
}

fn known(fact: Fact) -> BoxedStrategy<FactValue> {
    let texts = fact.choices().unwrap_or(ANY_TEXTS);
    let text = select(texts.to_vec()).prop_map(str::to_owned);
    match fact.kind() {
        FactType::Flag => any::<bool>().prop_map(FactValue::Flag).boxed(),
        FactType::Number => prop_oneof![-2..60_i64, any::<i64>()]
            .prop_map(FactValue::Number)
            .boxed(),
        FactType::Text => text.prop_map(FactValue::Text).boxed(),
        FactType::Texts => prop::collection::vec(text, 0..3)
            .prop_map(FactValue::Texts)
            .boxed(),
        FactType::People => prop::collection::vec(a_person(), 0..4)
            .prop_map(FactValue::People)
            .boxed(),
        FactType::Metadata => some_metadata().prop_map(FactValue::Metadata).boxed(),
    }
}

/// The keys that random expressions read, some of which a calendar lacks.
const KEYS: [&str; 2] = ["team", "cost-center"];

fn some_metadata() -> impl Strategy<Value = CalendarMetadata> {
    let text = select(ANY_TEXTS.to_vec()).prop_map(str::to_owned);
    let key = select(KEYS.to_vec()).prop_map(str::to_owned);
    prop::collection::btree_map(key, text.prop_map(Some), 0..3).prop_map(CalendarMetadata::shown)
}

pub(super) fn all_known() -> impl Strategy<Value = FactValues> {
    let values: Vec<_> = Fact::ALL.iter().map(|fact| known(*fact)).collect();
    values.prop_map(|values| Fact::ALL.iter().copied().zip(values).collect())
}

pub(super) fn some_known() -> impl Strategy<Value = FactValues> {
    let kept = prop::collection::vec(any::<bool>(), Fact::ALL.len());
    (all_known(), kept).prop_map(|(values, kept)| {
        let pairs = values.into_iter().zip(kept);
        pairs
            .filter(|(_, kept)| *kept)
            .map(|(pair, _)| pair)
            .collect()
    })
}

fn fact_of(kind: FactType) -> impl Strategy<Value = String> {
    let all = Fact::ALL.iter().filter(|fact| fact.kind() == kind);
    select(all.map(|fact| fact.name().to_owned()).collect::<Vec<_>>())
}

fn any_fact() -> impl Strategy<Value = String> {
    select(Fact::ALL.to_vec()).prop_map(|fact| match fact {
        Fact::CalendarMetadata => "calendar_metadata.team".to_owned(),
        fact => fact.name().to_owned(),
    })
}

/// The parts in the places of `~`.
fn pattern(pattern: &'static str, parts: Vec<BoxedStrategy<String>>) -> BoxedStrategy<String> {
    parts
        .prop_map(move |parts| {
            let mut fixed = pattern.split('~');
            let first = fixed.next().unwrap_or_default().to_owned();
            let rest = parts.iter().zip(fixed);
            rest.fold(first, |text, (part, fixed)| text + part + fixed)
        })
        .boxed()
}

/// Well-formed conditions, of all the operators and functions there are.
pub(super) fn flag(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![fact_of(FactType::Flag), Just("true".to_owned())].boxed();
    if depth == 0 {
        return leaf;
    }
    let (f, n, t, l) = (
        || flag(depth - 1),
        || number(depth - 1),
        || text(depth - 1),
        || texts(depth - 1),
    );
    prop_oneof![
        leaf,
        pattern("(~ && ~)", vec![f(), f()]),
        pattern("(~ || ~)", vec![f(), f()]),
        pattern("!~", vec![f()]),
        pattern("(~ ? ~ : ~)", vec![f(), f(), f()]),
        pattern("~ == ~", vec![f(), f()]).prop_map(|text| format!("({text})")),
        pattern("(~ < ~)", vec![n(), n()]),
        pattern("(~ != ~)", vec![n(), n()]),
        pattern("(~ >= ~)", vec![t(), t()]),
        pattern("(~ in ~)", vec![t(), l()]),
        pattern("(~ == ~)", vec![l(), l()]),
        pattern("(~ == null)", vec![any_fact().boxed()]),
        pattern("(null != ~)", vec![any_fact().boxed()]),
        pattern("!(~ in [~, ~])", vec![t(), t(), t()]),
        pattern("({'a': ~} != {'a': ~})", vec![n(), n()]),
        pattern("~.hasWord(~)", vec![t(), t()]),
        pattern("~.isOf(~)", vec![t(), t()]),
        pattern("~.contains(~)", vec![t(), t()]),
        pattern("~.all(x, x != ~)", vec![l(), t()]),
        pattern("attendees.exists(a, a.optional && ~)", vec![f()]),
        pattern(
            "attendees.exists(a, a.domain == ~ || has(a.response))",
            vec![t()]
        ),
        pattern(
            "attendees.exists_one(a, a['address'].lower() > ~)",
            vec![t()]
        ),
    ]
    .boxed()
}

fn number(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![fact_of(FactType::Number), Just("7".to_owned())].boxed();
    if depth == 0 {
        return leaf;
    }
    let n = || number(depth - 1);
    prop_oneof![
        leaf,
        pattern("(~ + ~)", vec![n(), n()]),
        pattern("(~ * ~ - ~)", vec![n(), n(), n()]),
        pattern("(~ / ~)", vec![n(), n()]),
        pattern("(~ % ~)", vec![n(), n()]),
        pattern("-~", vec![n()]),
        pattern("size(~)", vec![text(depth - 1)]),
        pattern("~.size()", vec![texts(depth - 1)]),
        pattern("int(double(~))", vec![n()]),
        pattern("int(~)", vec![text(depth - 1)]),
        pattern("[~, ~][~]", vec![n(), n(), n()]),
        pattern("{~: ~}[~]", vec![text(depth - 1), n(), text(depth - 1)]),
    ]
    .boxed()
}

fn text(depth: u32) -> BoxedStrategy<String> {
    let literal = select(ANY_TEXTS.to_vec()).prop_map(|text| format!("string('{text}')"));
    let key = select(vec![
        "calendar_metadata.team".to_owned(),
        "calendar_metadata['cost-center']".to_owned(),
    ]);
    let leaf = prop_oneof![3 => fact_of(FactType::Text), 3 => literal, 1 => key].boxed();
    if depth == 0 {
        return leaf;
    }
    prop_oneof![
        leaf,
        pattern("(~ + ~)", vec![text(depth - 1), text(depth - 1)]),
        pattern("~.lower()", vec![text(depth - 1)]),
        pattern("string(~)", vec![number(depth - 1)]),
        pattern(
            "(~ ? ~ : ~)",
            vec![flag(depth - 1), text(depth - 1), text(depth - 1)]
        ),
        pattern("~[~]", vec![texts(depth - 1), number(depth - 1)]),
    ]
    .boxed()
}

fn texts(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![fact_of(FactType::Texts), Just("[]".to_owned())].boxed();
    if depth == 0 {
        return leaf;
    }
    prop_oneof![
        leaf,
        pattern("[~, ~]", vec![text(depth - 1), text(depth - 1)]),
        pattern("(~ + ~)", vec![texts(depth - 1), texts(depth - 1)]),
        pattern("~.map(x, x + ~)", vec![texts(depth - 1), text(depth - 1)]),
        pattern("~.filter(x, ~)", vec![texts(depth - 1), flag(depth - 1)]),
        pattern("attendees.map(a, ~, a.response)", vec![flag(depth - 1)]),
    ]
    .boxed()
}

pub(super) fn soup() -> impl Strategy<Value = String> {
    let facts = Fact::ALL.iter().map(|fact| fact.name());
    let signs =
        "&& || ! == != < <= > >= in + - * / % ? : , . ( ) [ ] { } = & | .? [? @ ` # \\ // \n";
    let words = "has( .exists( .all( .map( .filter( .exists_one( size( string( int( null true a x if \
        1 0 1.5 1u 0x 1e999 9223372036854775808 'a' \"b\" r'c' b'd' ''' \" ' é 😀 optional.of( .isOf( \
        a, .a exists all has map .domain .response 'accepted' __ Person{ a: duration( type( dyn( .\u{300}";
    let tokens: Vec<String> = facts
        .chain(signs.split(' '))
        .chain(words.split_whitespace())
        .map(str::to_owned)
        .collect();
    let glue = select(vec!["", " "]);
    (prop::collection::vec(select(tokens), 0..40), glue).prop_map(|(all, glue)| all.join(glue))
}
